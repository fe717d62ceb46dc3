//! Files that are checked once they are open: whatever takes a path's place later, the checked
//! file is the one that is read.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::file::{new_beside, private};

/// A regular file of this process's user.
pub(super) struct Checked {
    pub(super) file: File,
    /// Its permissions, where other users can read or write it.
    pub(super) exposed: Option<u32>,
}

/// Opens a file to read; `None` where there is none.
///
/// # Errors
///
/// Returns why it can't be opened or must not be used: it is no regular file, or another
/// user's.
pub(super) fn open(path: &Path) -> io::Result<Option<Checked>> {
    match checked(path, OpenOptions::new().read(true)) {
        Ok(checked) => Ok(Some(checked)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the file whose lock processes take in turns, and makes it if there is none.
///
/// # Errors
///
/// As [`open`].
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = private();
    let options = options.read(true).create(true).truncate(false);
    let lock = checked(path, options)?;
    #[cfg(unix)]
    if lock.exposed.is_some() {
        use std::os::unix::fs::PermissionsExt;
        // Else any user could keep the lock.
        lock.file.set_permissions(PermissionsExt::from_mode(0o600))?;
    }
    Ok(lock.file)
}

/// Reads a file up to `limit` bytes.
pub(super) fn read(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file beside `path` that only its owner can read, and renames it.
///
/// The bytes are on the disk before the name is: half a file, after a crash of the system,
/// would look like one that is not a store's. The name itself may be lost in a crash, which
/// costs a token request.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = new_beside(path, "tmp");
    let written = write_private(&temporary, bytes)
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Makes an error of a file that must not be used: what is wrong, and what to do.
pub(super) fn refuse(path: &Path, what: &str, advice: &str) -> io::Error {
    let message = format!("{} {what}: {advice}", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Opens a file, and checks what was opened.
fn checked(path: &Path, options: &mut OpenOptions) -> io::Result<Checked> {
    const ELSEWHERE: &str = "name the path of a regular file, or of none";
    // A link could lead to any file, and the end of a pipe would be waited for.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path).map_err(|error| {
        let is_link = || path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        match error.kind() != io::ErrorKind::NotFound && is_link() {
            true => refuse(path, "is a symbolic link", ELSEWHERE),
            false => error,
        }
    })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refuse(path, "is not a regular file", ELSEWHERE));
    }
    #[cfg(unix)]
    {
        let (owner, user) = (std::os::unix::fs::MetadataExt::uid(&metadata), user()?);
        if owner != user {
            let what = format!("belongs to user {owner}, and this process to {user}");
            return Err(refuse(path, &what, "remove it, or name another path"));
        }
    }
    Ok(Checked { exposed: exposed_mode(&metadata), file })
}

/// Returns the permissions of a file that other users can read or write; `None` for a private
/// one, and where the system has no such permissions.
fn exposed_mode(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode() & 0o7777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        _ = metadata;
        None
    }
}

/// Returns the user that files of this process belong to: the owner of a pipe that it makes.
///
/// `geteuid` says the same; but the standard library doesn't have it, and that of `libc` is
/// `unsafe`.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use std::os::fd::OwnedFd;
    let (reader, _writer) = io::pipe()?;
    let pipe = File::from(OwnedFd::from(reader));
    Ok(std::os::unix::fs::MetadataExt::uid(&pipe.metadata()?))
}
