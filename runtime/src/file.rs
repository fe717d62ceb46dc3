//! New files, which only their owner can read.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use crate::clock;

/// Returns the path of a new file beside another: its name, a random number and a suffix.
pub(crate) fn new_beside(path: &Path, suffix: &str) -> PathBuf {
    beside(path, &format!("{:016x}.{suffix}", clock::random()))
}

/// Returns the path of a file beside another: its name with a suffix.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// Opens files to write; those that it makes are their owner's alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
