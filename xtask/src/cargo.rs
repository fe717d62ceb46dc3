//! Cargo, started by this program.

use std::env;
use std::process::Command;

/// Returns a command for the cargo that started this program, else for the one in the path.
///
/// Cargo tells a program about its package in variables, and some build scripts read them: with
/// those of this package they would run again, and what depends on them would be compiled again.
pub(crate) fn command() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}
