//! The peer: ploidy, which writes a Rust client of the same document, where it is installed.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::measure::{Measure, Usage};

/// Measures how it generates its crate, which [`crate_build`] compiles.
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
    // A crate of an earlier run would be merged with.
    let _ = fs::remove_dir_all(&out);
    measure.command(Path::new("ploidy"), &arguments).ok()
}

/// Compiles its crate once, its dependencies aside: that takes minutes.
///
/// `None` where ploidy isn't installed, or its dependencies are not to be had.
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
