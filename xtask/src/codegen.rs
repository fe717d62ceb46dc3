//! `cargo xtask codegen`: placeholder.

use std::process::ExitCode;

pub(crate) fn run(_arguments: lexopt::Parser) -> ExitCode {
    eprintln!("codegen is not written yet");
    ExitCode::from(2)
}
