//! The tasks of this repository. Only this crate reads and writes files for the generator.
//!
//! This file dispatches; each command has a module of its own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod bench;
mod cargo;
mod chain;
mod codegen;
mod diff;
mod failure;
mod plan;
mod replay;
mod spec;
mod surface;
mod update;

/// The allocator. Codegen allocates millions of small tokens, and this allocator saves a fifth of
/// its instructions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
The tasks of this repository.

Usage: cargo xtask <COMMAND>

Commands:
  codegen       write the crate in generated/ from the document in spec/
  replay        decode recorded exchanges with the generated types; propose corrections
  spec import   put an OpenAPI document into spec/, its prose removed
  spec fetch    download the published document and import it
  spec diff     list what changed between two documents, in the API and in the crate
  update        bring in the newest document: spec/, generated/, CHANGELOG.md and the version
  bench         measure the figures of docs/src/measurements.md
  chain         find what an update of the document breaks in programs
  help          show this text

`cargo xtask <COMMAND> --help` describes a command.
";

/// Returns the folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    if command.to_str() == Some("replay") {
        return replay::run(arguments);
    }
    let rest = lexopt::Parser::from_args(arguments);
    match command.to_str() {
        Some("bench") => bench::run(rest),
        Some("chain") => chain::run(rest),
        Some("codegen") => codegen::run(rest),
        Some("spec") => spec::run(rest),
        Some("update") => update::run(rest),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
