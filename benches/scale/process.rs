//! Measures processes by what Linux says of them under `/proc`: each run that is measured is a process of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cost {
    /// User and system time of all threads, in seconds, to a hundredth.
    pub cpu: f64,
    /// In seconds.
    pub wall: f64,
}

/// Runs from its start until it is asked.
pub struct Stopwatch {
    started: Instant,
    cpu: f64,
}

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch {
            started: Instant::now(),
            cpu: own_cpu(),
        }
    }

    pub fn cost(&self) -> Cost {
        Cost {
            cpu: own_cpu() - self.cpu,
            wall: self.started.elapsed().as_secs_f64(),
        }
    }
}

/// Does a piece of work and says what it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let stopwatch = Stopwatch::start();
    let done = work();
    (done, stopwatch.cost())
}

/// User and system time of this process until now, in seconds.
pub fn own_cpu() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").expect("this needs Linux");
    // The name of the program stands in brackets and may hold anything; utime and stime are the 14th and 15th field.
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, fields)| fields)
        .split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / TICKS_A_SECOND
}

/// The most memory that this process held at any time, in bytes.
pub fn own_peak() -> u64 {
    own_status("VmHWM:")
}

/// The memory that this process holds now apart from what mirrors files, in bytes.
pub fn own_anonymous() -> u64 {
    own_status("RssAnon:")
}

fn own_status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this needs Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.expect("a number of kB") * 1024
}

/// Runs this program again with other arguments. It writes what it measured to standard output, as JSON.
pub fn run_self<T: DeserializeOwned>(arguments: &[&std::ffi::OsStr]) -> T {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("this program can be run again");
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("a measurement")
}

/// The size of all files below a folder, in bytes.
pub fn size_of(folder: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(|about| about.is_file())
        .map(|about| about.len())
        .sum()
}
