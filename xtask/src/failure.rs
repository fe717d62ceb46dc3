//! Why a command stopped, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

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
    /// Returns 1 where this machine is at fault and 2 where the input is.
    pub(crate) fn exit_code(&self) -> ExitCode {
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
