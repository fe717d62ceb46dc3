//! The file of a recording, which is valid after every exchange.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

use crate::file::{new_beside, private};

/// The text after the exchanges.
const TAIL: &str = "\n]}}\n";

/// A recording that grows in a temporary file next to its target.
pub(super) struct HarFile {
    path: PathBuf,
    growing: PathBuf,
    /// The open temporary file; `None` once the recording is finished.
    file: Option<File>,
    /// The end of the exchanges, as an offset in bytes.
    end: u64,
    is_empty: bool,
    /// The error that kept an exchange from being written.
    problem: Option<io::Error>,
}

impl HarFile {
    pub(super) fn create(path: PathBuf) -> io::Result<Self> {
        let growing = new_beside(&path, "part");
        let mut file = private().create_new(true).open(&growing)?;
        let version = env!("CARGO_PKG_VERSION");
        let head = format!(
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{{\"name\":\"atlas-admin\",\
             \"version\":\"{version}\"}},\"entries\":["
        );
        file.write_all(head.as_bytes())?;
        file.write_all(TAIL.as_bytes())?;
        let (end, file) = (head.len() as u64, Some(file));
        Ok(Self { path, growing, file, end, is_empty: true, problem: None })
    }

    /// Writes an exchange over the tail, and the tail after it.
    pub(super) fn append(&mut self, entry: &str) {
        // After an exchange that could not be written, the recording would be
        // incomplete.
        let (Some(file), None) = (&mut self.file, &self.problem) else { return };
        let separator = if self.is_empty { "\n" } else { ",\n" };
        let text = format!("{separator}{entry}{TAIL}");
        let written = file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| file.write_all(text.as_bytes()));
        match written {
            Ok(()) => {
                self.end += (text.len() - TAIL.len()) as u64;
                self.is_empty = false;
            }
            Err(error) => self.problem = Some(error),
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.check()?;
        if self.file.is_none() {
            return Ok(());
        }
        let copy = new_beside(&self.path, "tmp");
        let mut to = private().create_new(true).open(&copy)?;
        let written = File::open(&self.growing)
            .and_then(|mut from| io::copy(&mut from, &mut to))
            .and_then(|_| to.sync_data())
            .and_then(|()| fs::rename(&copy, &self.path));
        if written.is_err() {
            _ = fs::remove_file(&copy);
        }
        written
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.check()?;
        let Some(file) = &self.file else { return Ok(()) };
        file.sync_data()?;
        fs::rename(&self.growing, &self.path)?;
        self.file = None;
        Ok(())
    }

    /// Returns the earlier error, each time.
    fn check(&self) -> io::Result<()> {
        match &self.problem {
            None => Ok(()),
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}

impl Drop for HarFile {
    fn drop(&mut self) {
        if self.finish().is_err() {
            _ = fs::remove_file(&self.growing);
        }
    }
}
