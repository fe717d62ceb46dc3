//! Writing files so that no reader ever finds half of one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::failure::Failure;

/// Writes files into a folder, all of them or, if any can't be written, none.
///
/// Each is written beside its place first and then renamed over it; renaming starts once all are
/// on the disk.
pub(crate) fn write_all(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), Failure> {
    let attempt = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut waiting = Waiting(Vec::new());
        for (name, bytes) in files {
            let temporary = folder.join(format!(".{name}.{}.tmp", process::id()));
            waiting.0.push(temporary.clone());
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        for ((name, _), temporary) in files.iter().zip(&waiting.0) {
            fs::rename(temporary, folder.join(name))?;
        }
        Ok(())
    };
    attempt().map_err(|error| {
        Failure::Output(format!("error: can't write to {}: {error}", folder.display()))
    })
}

/// Temporary files; those that were not renamed are removed again.
struct Waiting(Vec<PathBuf>);

impl Drop for Waiting {
    fn drop(&mut self) {
        for path in &self.0 {
            // A renamed file isn't there any more, which is the usual case.
            let _ = fs::remove_file(path);
        }
    }
}
