//! `cargo xtask replay`: recorded exchanges, replayed with the generated types.
//!
//! The replayer is a separate program, because it needs the generated crate, and `xtask` must
//! build even if the generated crate doesn't. The replayer is built without optimization, because
//! optimizing the types takes far longer than replaying any recording.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// The package that replays.
const PACKAGE: &str = "atlas-admin-replay";

/// Runs `cargo xtask replay …`: arguments, output and exit code are the replayer's.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match cargo("build").status() {
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
    match cargo("run").arg("--").args(arguments).status() {
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

fn cargo(subcommand: &str) -> Command {
    let program =
        env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), Into::into);
    let manifest = crate::root().join("Cargo.toml");
    let mut command = Command::new(program);
    command.args([subcommand, "--quiet", "--package", PACKAGE, "--manifest-path"]);
    command.arg(manifest);
    // Cargo describes this program's package in these. Build scripts that read them would run
    // again, after every `cargo test` and before the next.
    for (name, _) in env::vars_os() {
        let is_own = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if is_own {
            command.env_remove(name);
        }
    }
    command
}
