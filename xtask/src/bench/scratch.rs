//! The crates that are compiled for a measurement, each in a workspace of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::measure::Measure;
use crate::failure::Failure;

impl Measure {
    /// Writes a crate, with the versions of this workspace. Each file is a path in the crate and a
    /// text. `dependencies` are lines of the crate's manifest, and may end with other sections.
    /// Returns the folder of the crate.
    pub(super) fn write_crate(
        &self,
        name: &str,
        files: &[(&str, &str)],
        dependencies: &str,
    ) -> Result<PathBuf, Failure> {
        let folder = self.scratch.join(name);
        let manifest = format!(
            "[package]\nname = {name:?}\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}"
        );
        let failed = |error| Failure::unwritable(&folder, &error);
        for (path, text) in files.iter().copied().chain([("Cargo.toml", &*manifest)]) {
            write(&folder.join(path), text).map_err(failed)?;
        }
        fs::copy(self.root.join("Cargo.lock"), folder.join("Cargo.lock"))
            .map_err(failed)?;
        Ok(folder)
    }

    /// Returns the line of a manifest for the generated crate, as a program that lists clusters
    /// has it.
    pub(super) fn client(&self) -> Result<String, Failure> {
        let features =
            ", default-features = false, features = [\"clusters\", \"standard\"]";
        self.dependency("atlas-admin", "generated", features)
    }

    /// Returns the line of a manifest for a package of this repository. `settings` are further
    /// keys of the dependency.
    pub(super) fn dependency(
        &self,
        package: &str,
        folder: &str,
        settings: &str,
    ) -> Result<String, Failure> {
        let folder = self.root.join(folder);
        let path = folder
            .canonicalize()
            .map_err(|error| Failure::unreadable(&folder, &error))?;
        Ok(format!("{package} = {{ path = {path:?}{settings} }}\n"))
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text)
}
