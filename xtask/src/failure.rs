//! Why a command stopped, and the exit code that says so.

use std::path::Path;
use std::process::ExitCode;
use std::{fmt, fs, io};

use atlas_admin_generator::diagnostic::Diagnostic;

/// A reason to stop.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments make no sense.
    Usage(String),
    /// The input can't be used.
    Input(String),
    /// The document can't be used.
    Document(Vec<Diagnostic>),
    /// The result can't be written.
    Output(String),
}

impl Failure {
    /// Says that a file or folder can't be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Input(format!("error: can't read {}: {error}", path.display()))
    }

    /// Says that a file or folder can't be written.
    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self::Output(format!("error: can't write {}: {error}", path.display()))
    }

    /// Prints the reason, and returns 1 where this machine is at fault and 2 where the input is.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("{self}");
        match self {
            Self::Output(_) => ExitCode::FAILURE,
            Self::Usage(_) | Self::Input(_) | Self::Document(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Input(text) | Self::Output(text) => {
                f.write_str(text.trim_end())
            }
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

/// Prints what a command has to say, or why it stopped.
pub(crate) fn finish(outcome: Result<String, Failure>) -> ExitCode {
    match outcome {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(failure) => failure.report(),
    }
}

/// Reads a file that the user named or the repository holds.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::unreadable(path, &error))
}
