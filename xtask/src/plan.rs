//! Changes of files on disk, which can be shown before they are written. No file is replaced before
//! the texts of all are on disk, so no reader ever finds half of a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::failure::Failure;

/// The changes of a plan.
#[derive(Default)]
pub(crate) struct Plan {
    changes: Vec<Change>,
}

struct Change {
    path: PathBuf,
    /// The new text; `None` removes the file.
    text: Option<String>,
    is_new: bool,
}

impl Plan {
    /// Plans to write a file, if that would change it.
    pub(crate) fn add(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let is_new = match fs::read(path) {
            Ok(bytes) if bytes == text.as_bytes() => return Ok(()),
            Ok(_) => false,
            // Writing reports a file where a folder should be.
            Err(error) if is_absence(&error) => true,
            Err(error) => return Err(Failure::unreadable(path, &error)),
        };
        self.changes.push(Change {
            path: path.to_owned(),
            text: Some(text.to_owned()),
            is_new,
        });
        Ok(())
    }

    /// Plans to remove a file.
    pub(crate) fn remove(&mut self, path: PathBuf) {
        self.changes.push(Change { path, text: None, is_new: false });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Returns a line for each change.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.changes.iter().map(|change| {
            let what = match (&change.text, change.is_new) {
                (None, _) => "orphaned",
                (Some(_), true) => "missing",
                (Some(_), false) => "different",
            };
            format!("{what}: {}", change.path.display())
        })
    }

    /// Writes every new text beside its file, and moves them in place only when all are on disk.
    /// Files that would not change are not touched, so that nothing is compiled again for them.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let result = self.stage().and_then(|()| self.move_into_place());
        if result.is_err() {
            for change in &self.changes {
                // A change that was not staged has no file to remove.
                let _ = fs::remove_file(staged(&change.path));
            }
        }
        result.map_err(|(path, error)| Failure::unwritable(&path, &error))
    }

    fn stage(&self) -> Result<(), (PathBuf, io::Error)> {
        for Change { path, text, .. } in &self.changes {
            let Some(text) = text else { continue };
            let staged = staged(path);
            let write = || {
                fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                let mut file = File::create(&staged)?;
                file.write_all(text.as_bytes())?;
                file.sync_all()
            };
            write().map_err(|error| (path.clone(), error))?;
        }
        Ok(())
    }

    fn move_into_place(&self) -> Result<(), (PathBuf, io::Error)> {
        for Change { path, text, .. } in &self.changes {
            let moved = match text {
                Some(_) => fs::rename(staged(path), path),
                None => fs::remove_file(path),
            };
            moved.map_err(|error| (path.clone(), error))?;
        }
        Ok(())
    }
}

fn staged(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", process::id()))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
