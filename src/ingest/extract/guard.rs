//! Keeps one file from stopping the others: a reader runs in a thread of its own, so that neither a panic nor an endless loop in
//! a library reaches the run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Harvest, MEND, Packed};
use crate::error::{Error, Result};

/// Documents nest: a deep one must not run out of stack before its reader notices.
const STACK: usize = 64 << 20;

/// Runs `extract` on a file.
///
/// A reader that exceeds `max_seconds` is left behind: a thread cannot be stopped, so it goes on beside the run until it ends or
/// the program does.
///
/// # Errors
/// Those of the reader; also when it panics, or does not finish in time.
pub fn run(packed: Packed, extract: fn(&Packed) -> Result<Harvest>) -> Result<Harvest> {
    let (sender, receiver) = channel();
    let seconds = packed.options.max_seconds;
    let path = packed.path.clone();
    let work = move || {
        let harvest = catch_unwind(AssertUnwindSafe(|| extract(&packed)));
        // Nobody listens any more when the time is up.
        let _ = sender.send(harvest);
    };
    let thread = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
    thread.spawn(work).map_err(|error| Error::io(&path, error))?;
    match receiver.recv_timeout(Duration::from_secs(seconds)) {
        Ok(Ok(harvest)) => harvest,
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
            Err(Error::source(&path, "damaged: its reader gave up").hinted(MEND))
        }
        Err(RecvTimeoutError::Timeout) => Err(Error::source(&path, format!("not read after {seconds} seconds"))
            .hinted("allow more with --max-seconds")
            .hinted(MEND)),
    }
}

/// Does work that is bounded in itself, in this thread: a panic in a library becomes an error about the file.
pub fn catch<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::source(path, "damaged: its reader gave up").hinted(MEND)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::super::Options;
    use super::*;

    fn packed() -> Packed {
        Packed {
            path: PathBuf::from("a.pdf"),
            bytes: Arc::default(),
            options: Options {
                max_seconds: 1,
                ..Options::default()
            },
        }
    }

    #[test]
    fn a_panic_is_an_error_about_the_file() {
        let error = run(packed(), |_| panic!("in a library")).err().expect("an error");
        assert_eq!(error.to_string(), "a.pdf: damaged: its reader gave up");
    }

    #[test]
    fn an_endless_reader_is_left_behind() {
        let error = run(packed(), |_| {
            loop {
                std::thread::sleep(Duration::from_secs(3600));
            }
        });
        let error = error.err().expect("an error");
        assert_eq!(error.to_string(), "a.pdf: not read after 1 seconds");
        assert!(error.hints[0].contains("--max-seconds"));
    }

    #[test]
    fn what_is_read_comes_back() {
        assert!(run(packed(), |_| Ok(Harvest::default())).is_ok());
    }
}
