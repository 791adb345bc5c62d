//! A fresh folder for each test, the program run in it, and what it said.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use baogao::hits::Hits;
use serde_json::Value;

/// A folder that vanishes after the test. Its index is `.baogao` in it.
pub struct TestDir {
    folder: tempfile::TempDir,
}

/// What a run of the program said.
#[derive(Debug)]
pub struct Output {
    /// What was run, for messages.
    pub command: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestDir {
    pub fn new() -> Self {
        TestDir {
            folder: tempfile::tempdir().expect("a folder for the test"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file in the folder")).expect("folders above the file");
        fs::write(&path, contents).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// The program with these arguments, not yet run: in this folder, on a terminal that is none, 80 columns wide.
    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_baogao"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("BAOGAO_INDEX")
            .env("COLUMNS", "80")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Output {
        output_of(&mut self.command(arguments))
    }

    /// Indexes what stands under `path`, which must work.
    pub fn index(&self, path: &str) -> Output {
        self.run(&["index", path]).exits(0)
    }

    /// What `search QUERY` with more arguments finds, as JSON; nothing is fine too.
    pub fn search(&self, arguments: &[&str]) -> Hits {
        let output = self.run(&[&["search", "--format", "json"], arguments].concat());
        assert!(output.code == 0 || output.code == 1, "{output}");
        output.json()
    }
}

/// Runs a command to its end.
pub fn output_of(command: &mut Command) -> Output {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Output {
        command: format!("{command:?}"),
        code: output
            .status
            .code()
            .unwrap_or_else(|| panic!("{command:?} was ended by a signal")),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Output {
    /// The same output, if the program ended with this code.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n{self}");
        self
    }

    /// The same output, if standard error contains all of these.
    pub fn tells(self, wanted: &[&str]) -> Self {
        for text in wanted {
            assert!(self.stderr.contains(text), "standard error lacks {text:?}\n{self}");
        }
        self
    }

    /// The same output, if standard output contains all of these.
    pub fn says(self, wanted: &[&str]) -> Self {
        for text in wanted {
            assert!(self.stdout.contains(text), "standard output lacks {text:?}\n{self}");
        }
        self
    }

    /// Standard output as one JSON value of a type.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no such JSON: {error}\n{self}"))
    }

    /// Standard output as any JSON value.
    pub fn value(&self) -> Value {
        self.json()
    }

    /// Standard output with the test's folder as `DIR`, hashes and ids as `…`, and timings as `_ ms`: what a snapshot may hold.
    pub fn normalized(&self, dir: &TestDir) -> String {
        normalize(&self.stdout, dir.folder.path())
    }

    /// Standard error, likewise.
    pub fn normalized_stderr(&self, dir: &TestDir) -> String {
        normalize(&self.stderr, dir.folder.path())
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "--- {}\n--- exit {}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.code, self.stdout, self.stderr
        )
    }
}

fn normalize(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "DIR");
    let text = regex::Regex::new(r"\b[0-9a-f]{64}\b")
        .expect("a pattern")
        .replace_all(&text, "<hash>")
        .into_owned();
    let text = regex::Regex::new(r"\b[0-9a-f]{16}\b")
        .expect("a pattern")
        .replace_all(&text, "<id>")
        .into_owned();
    normalize_timings(&text)
}

/// Timings differ from run to run.
pub fn normalize_timings(text: &str) -> String {
    regex::Regex::new(r"\b[0-9]+(\.[0-9]+)? m?s\b")
        .expect("a pattern")
        .replace_all(text, "_ ms")
        .into_owned()
}
