//! Files that are checked once they are open, so that the checked file is the one that
//! is read even if the path is replaced later.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::file::{new_beside, private};

/// A regular file of this process's user.
pub(super) struct Checked {
    pub(super) file: File,
    /// The permissions of the file, if other users can read or write it; `None` for a
    /// private file.
    pub(super) exposed: Option<u32>,
}

/// Opens a file for reading; `None` if it doesn't exist.
///
/// # Errors
///
/// Returns why the file can't be opened or must not be used: it is not a regular file,
/// or belongs to another user.
pub(super) fn open(path: &Path) -> io::Result<Option<Checked>> {
    match checked(path, OpenOptions::new().read(true)) {
        Ok(checked) => Ok(Some(checked)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the lock file, and creates it if it doesn't exist.
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
        // Otherwise any user could hold the lock.
        lock.file.set_permissions(PermissionsExt::from_mode(0o600))?;
    }
    Ok(lock.file)
}

/// Reads at most `limit` bytes of a file.
pub(super) fn read(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a temporary file next to `path` that only its owner can read, and renames it
/// to `path`.
///
/// The bytes reach the disk before the rename. Otherwise a system crash could leave half
/// a file, which would look like one that this store did not write. A crash may lose the
/// rename, which costs a token request.
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

/// Creates the error for a file that must not be used. The message names the problem
/// and the remedy.
pub(super) fn refuse(path: &Path, what: &str, advice: &str) -> io::Error {
    let message = format!("{} {what}: {advice}", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Opens a file, and checks the open file.
fn checked(path: &Path, options: &mut OpenOptions) -> io::Result<Checked> {
    const ADVICE: &str = "use the path of a regular file, or one that doesn't exist";
    // A link could point to any file, and opening or reading a pipe could block.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path).map_err(|error| {
        let is_link = || path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        match error.kind() != io::ErrorKind::NotFound && is_link() {
            true => refuse(path, "is a symbolic link", ADVICE),
            false => error,
        }
    })?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refuse(path, "is not a regular file", ADVICE));
    }
    #[cfg(unix)]
    {
        let (owner, user) = (std::os::unix::fs::MetadataExt::uid(&metadata), user()?);
        if owner != user {
            let what =
                format!("belongs to user {owner}, and this process runs as user {user}");
            return Err(refuse(path, &what, "remove it, or use another path"));
        }
    }
    Ok(Checked { exposed: exposed_mode(&metadata), file })
}

/// Returns the permissions of a file that other users can read or write. `None` for a
/// private file, and on systems without such permissions.
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

/// Returns the user that owns the files of this process, taken from a pipe that it
/// creates.
///
/// `geteuid` would return the same. The standard library lacks it, and in `libc` it is
/// `unsafe`.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use std::os::fd::OwnedFd;
    let (reader, _writer) = io::pipe()?;
    let pipe = File::from(OwnedFd::from(reader));
    Ok(std::os::unix::fs::MetadataExt::uid(&pipe.metadata()?))
}
