//! `cargo xtask replay`: recorded exchanges, replayed with the generated types.
//!
//! The replayer is a separate program, because it needs the generated crate, and `xtask` must
//! build even if the generated crate doesn't. The replayer is built without optimization, because
//! optimizing the types takes far longer than replaying any recording.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// The package that replays.
const PACKAGE: &str = "atlas-admin-replay";

/// Runs `cargo xtask replay …`: arguments, output and exit code are the replayer's.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match replayer("build").status() {
        Ok(status) if status.success() => {}
        Ok(_) => {
            eprintln!(
                "error: the replayer does not compile, see above: is generated/ sound?"
            );
            return ExitCode::from(2);
        }
        Err(error) => {
            eprintln!("error: can't run cargo: {error}");
            return ExitCode::from(2);
        }
    }
    match replayer("run").arg("--").args(arguments).status() {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            ExitCode::from(code.unwrap_or(2))
        }
        Err(error) => {
            eprintln!("error: can't run the replayer: {error}");
            ExitCode::from(2)
        }
    }
}

fn replayer(subcommand: &str) -> Command {
    let mut command = crate::cargo::command();
    command.args([subcommand, "--quiet", "--package", PACKAGE, "--manifest-path"]);
    command.arg(crate::root().join("Cargo.toml"));
    command
}
