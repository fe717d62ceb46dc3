//! The peer: ploidy, another generator of a Rust client for the same document, if it is installed.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::measure::{Measure, Usage};

/// Measures how ploidy generates its crate, which [`crate_build`] compiles.
pub(super) fn codegen(measure: &Measure) -> Option<Usage> {
    let document = measure.root.join("spec/atlas-admin-v2.yaml");
    let out = measure.scratch.join("ploidy");
    let arguments: [&OsStr; 5] = [
        "generate".as_ref(),
        "rust".as_ref(),
        document.as_os_str(),
        "-o".as_ref(),
        out.as_os_str(),
    ];
    // The generator would merge with the crate of an earlier run.
    let _ = fs::remove_dir_all(&out);
    measure.command(Path::new("ploidy"), &arguments).ok()
}

/// Compiles ploidy's crate, without its dependencies. Only once, because that takes minutes.
///
/// Returns `None` if ploidy isn't installed, or the dependencies of its crate are not available.
pub(super) fn crate_build(measure: &Measure) -> Option<Usage> {
    let folder = measure.scratch.join("ploidy");
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).ok()?;
    if !text.contains("[workspace]") {
        fs::write(&manifest, format!("{text}\n[workspace]\n")).ok()?;
    }
    let once = Measure {
        runs: 1,
        root: measure.root.clone(),
        scratch: measure.scratch.clone(),
    };
    once.crate_build(&folder, &["--all-features"]).ok()
}
