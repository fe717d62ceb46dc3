//! Costs in instructions, which don't depend on the machine's load.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::measure::{Measure, USERS_PROFILE};
use super::{floor, reading};
use crate::failure::Failure;

/// Counts the instructions of codegen, and of rustc for the crate and for its floor, if valgrind is
/// installed.
pub(super) fn sentences(measure: &Measure) -> Result<String, Failure> {
    let valgrind =
        Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !valgrind.is_ok_and(|status| status.success()) {
        return Ok("Instructions: not measured, valgrind is missing.\n".to_owned());
    }
    let codegen = reading::sentence(measure)?;
    let ours = ["-p", "atlas-admin", "--all-features"];
    let ours = count(measure, &measure.root, &ours, "atlas_admin")?;
    let floor = floor::write(&measure.root, &measure.scratch)?;
    let floor = count(measure, &floor, &["--all-features"], "floor")?;
    Ok(format!(
        "{codegen}\nInstructions of rustc for the crate alone, all features, under cachegrind: {:.1} G; its \
         floor {:.1} G, ratio {:.2}, budget ≤ 1.5.\n",
        ours as f64 / 1e9,
        floor as f64 / 1e9,
        ours as f64 / floor as f64
    ))
}

fn count(
    measure: &Measure,
    folder: &Path,
    arguments: &[&str],
    name: &str,
) -> Result<u64, Failure> {
    let target = measure.scratch.join("counted");
    let log = measure.scratch.join("instructions");
    // Cargo would reuse the result of an earlier run, and nothing would be counted.
    if target.exists() {
        fs::remove_dir_all(&target)
            .map_err(|error| Failure::unwritable(&target, &error))?;
    }
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--quiet", "--target-dir"].map(OsStr::new))
        .arg(&target)
        .args(arguments)
        .current_dir(folder)
        .envs(USERS_PROFILE)
        .env("RUSTC_WORKSPACE_WRAPPER", measure.root.join(".ci/counted"))
        .env("COUNTED", name)
        .env("COUNTED_LOG", &log);
    counted(cargo, &log, name)
}

/// Runs a command that counts the instructions of `name`, and returns their number, which
/// valgrind writes to a log.
pub(super) fn counted(
    mut command: Command,
    log: &Path,
    name: &str,
) -> Result<u64, Failure> {
    let failed =
        |why: String| Failure::Input(format!("error: can't count for {name}: {why}"));
    let outcome = command.stdin(Stdio::null()).output();
    let outcome = outcome.map_err(|error| failed(error.to_string()))?;
    if !outcome.status.success() {
        return Err(failed(String::from_utf8_lossy(&outcome.stderr).into_owned()));
    }
    let text = fs::read_to_string(log).map_err(|error| failed(error.to_string()))?;
    text.lines()
        .find_map(|line| line.split_once("refs:"))
        .and_then(|(_, number)| number.trim().replace(',', "").parse().ok())
        .ok_or_else(|| failed(format!("valgrind said {text:?}")))
}
