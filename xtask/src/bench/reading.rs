//! Codegen compared with merely reading its document, in instructions.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use super::instructions::counted;
use super::measure::Measure;
use crate::failure::Failure;

/// Reads a document with the two crates by which the generator reads one.
const MAIN: &str = r#"fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("no document")?;
    let document: openapiv3::OpenAPI = serde_yaml::from_slice(&std::fs::read(path)?)?;
    println!("{} paths", document.paths.paths.len());
    Ok(())
}
"#;

/// The crates with which the generator reads a document.
const DEPENDENCIES: &str = "openapiv3 = \"2\"\nserde_yaml = \"0.9\"\n";

/// Counts the instructions of codegen, and of a program that only reads the document.
pub(super) fn sentence(measure: &Measure) -> Result<String, Failure> {
    let folder =
        measure.write_crate("reading", &[("src/main.rs", MAIN)], DEPENDENCIES)?;
    measure.cargo(&folder, "release", &["build", "--quiet", "--release"])?;
    let program = std::env::current_exe().map_err(|error| {
        Failure::Input(format!("error: can't find this program: {error}"))
    })?;
    let out = measure.scratch.join("generated");
    let codegen = ["codegen".as_ref(), "--out".as_ref(), out.as_os_str()];
    let ours = count(measure, &program, &codegen)?;
    let document = measure.root.join("spec/atlas-admin-v2.yaml");
    let reading = measure.scratch.join("release/release/reading");
    let reading = count(measure, &reading, &[document.as_os_str()])?;
    Ok(format!(
        "Instructions of codegen under callgrind: {:.2} G; of reading the document with serde_yaml \
         and openapiv3: {:.2} G, ratio {:.2}, budget ≤ 3.\n",
        ours as f64 / 1e9,
        reading as f64 / 1e9,
        ours as f64 / reading as f64
    ))
}

fn count(
    measure: &Measure,
    program: &Path,
    arguments: &[&OsStr],
) -> Result<u64, Failure> {
    let log = measure.scratch.join("instructions");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", log.display()))
        .arg(program)
        .args(arguments)
        .current_dir(&measure.root);
    counted(valgrind, &log, &program.display().to_string())
}
