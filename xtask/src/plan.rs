//! Changes of files on disk, which can be shown before they are written. No file is replaced
//! before the texts of all files are on disk, so no reader ever finds half of a file. If a file
//! can't be replaced, the files that were replaced before it get their old contents back.

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
    /// The content of the file; `None` if it is missing.
    before: Option<Vec<u8>>,
}

impl Plan {
    /// Plans to write a file, if that would change it.
    pub(crate) fn add(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let before = match fs::read(path) {
            Ok(bytes) if bytes == text.as_bytes() => return Ok(()),
            Ok(bytes) => Some(bytes),
            // Writing reports a file where a folder should be.
            Err(error) if is_absence(&error) => None,
            Err(error) => return Err(Failure::unreadable(path, &error)),
        };
        self.changes.push(Change {
            path: path.to_owned(),
            text: Some(text.to_owned()),
            before,
        });
        Ok(())
    }

    /// Plans to remove a file.
    pub(crate) fn remove(&mut self, path: PathBuf) {
        // Removing reports a file that can't be read.
        let before = fs::read(&path).ok();
        self.changes.push(Change { path, text: None, before });
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
            let what = match (&change.text, &change.before) {
                (None, _) => "orphaned",
                (Some(_), None) => "missing",
                (Some(_), Some(_)) => "different",
            };
            format!("{what}: {}", change.path.display())
        })
    }

    /// Writes every new text beside its file, and moves the texts in place only when all are on
    /// disk. Files that would not change are not touched, so that nothing is compiled again for
    /// them.
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
        for (index, Change { path, text, .. }) in self.changes.iter().enumerate() {
            let moved = match text {
                Some(_) => fs::rename(staged(path), path),
                None => fs::remove_file(path),
            };
            if let Err(error) = moved {
                self.changes[..index].iter().for_each(Change::take_back);
                return Err((path.clone(), error));
            }
        }
        Ok(())
    }
}

impl Change {
    /// Restores the file. The caller reports the error that led here.
    fn take_back(&self) {
        let _ = match &self.before {
            Some(bytes) => fs::write(&self.path, bytes),
            None => fs::remove_file(&self.path),
        };
    }
}

fn staged(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", process::id()))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_all_as_they_were() {
        let folder = std::env::temp_dir().join(format!("atlas-plan-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        fs::write(path("changed"), "old").unwrap();
        fs::write(path("removed"), "old").unwrap();
        let mut plan = Plan::default();
        plan.add(&path("changed"), "new").ok().unwrap();
        plan.add(&path("added"), "new").ok().unwrap();
        plan.remove(path("removed"));
        plan.add(&path("blocked"), "new").ok().unwrap();
        fs::create_dir(path("blocked")).unwrap();

        assert!(plan.write().is_err());
        let text = |name: &str| fs::read_to_string(path(name)).ok();
        assert_eq!(text("changed").as_deref(), Some("old"));
        assert_eq!(text("removed").as_deref(), Some("old"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "nothing is added");
        fs::remove_dir_all(&folder).unwrap();
    }
}
