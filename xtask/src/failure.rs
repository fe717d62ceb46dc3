//! The reasons why a command fails, and their exit codes.

use std::path::Path;
use std::process::ExitCode;
use std::{fmt, fs, io};

use atlas_admin_generator::diagnostic::Diagnostic;

/// The reason why a command fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are invalid.
    Usage(String),
    /// The input can't be used.
    Input(String),
    /// The document can't be used.
    Document(Vec<Diagnostic>),
    /// The result can't be written.
    Output(String),
    /// A program or source that the command needs is not on this machine.
    Missing(String),
}

impl Failure {
    /// Returns the failure for a file or folder that can't be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Input(format!("error: can't read {}: {error}", path.display()))
    }

    /// Returns the failure for a file or folder that can't be written.
    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self::Output(format!("error: can't write {}: {error}", path.display()))
    }

    /// Prints the reason, and returns the exit code: 1 if the machine is the cause, 2 if the input
    /// is, and 77 if something is missing, as in the steps of `.ci/run`.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("{self}");
        match self {
            Self::Output(_) => ExitCode::FAILURE,
            Self::Usage(_) | Self::Input(_) | Self::Document(_) => ExitCode::from(2),
            Self::Missing(_) => ExitCode::from(77),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text)
            | Self::Input(text)
            | Self::Output(text)
            | Self::Missing(text) => f.write_str(text.trim_end()),
            Self::Document(diagnostics) => {
                for diagnostic in diagnostics {
                    writeln!(f, "{diagnostic}")?;
                }
                let errors = diagnostics.iter().filter(|said| said.is_error()).count();
                let noun = if errors == 1 { "error" } else { "errors" };
                write!(
                    f,
                    "the document can't be used: {errors} {noun}; nothing was written"
                )
            }
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(format!("error: {error}"))
    }
}

/// Prints the output of a command, or why it failed.
pub(crate) fn finish(outcome: Result<String, Failure>) -> ExitCode {
    match outcome {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(failure) => failure.report(),
    }
}

/// Reads a file that the user named or that is part of the repository.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::unreadable(path, &error))
}
