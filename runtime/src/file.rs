//! New files that only their owner can read.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use crate::clock;

/// Returns the path of a new file next to another: the other's name, a random number and
/// a suffix.
pub(crate) fn new_beside(path: &Path, suffix: &str) -> PathBuf {
    beside(path, &format!("{:016x}.{suffix}", clock::random()))
}

/// Returns the path of a file next to another: the other's name with a suffix.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// Returns options to open a file for writing. New files are readable by their owner
/// only.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
