//! `source.toml`: the origin of the vendored document.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

const HEAD: &str = "\
# Where atlas-admin-v2.yaml came from. Written by `cargo xtask spec import`.
";

/// The origin of a vendored document.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// The URL at which the document is published; `None` if unknown.
    pub(crate) url: Option<String>,
    /// The document's `x-xgen-sha`: the commit from which it was built.
    pub(crate) sha: Option<String>,
    /// The date of the document's publication; `None` if unknown.
    pub(crate) date: Option<String>,
    /// The date of the import, if the date of publication is unknown.
    pub(crate) imported: Option<String>,
    /// The SHA-256 of the bytes that were imported.
    pub(crate) sha256: String,
}

impl Source {
    /// Reads the file of an earlier import.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text)
            .map_err(|error| Failure::Input(format!("error: source.toml: {error}")))
    }

    /// Returns the text of `source.toml`.
    pub(crate) fn render(&self) -> Result<String, Failure> {
        let table = toml::to_string(self)
            .map_err(|error| Failure::Output(format!("error: source.toml: {error}")))?;
        Ok(format!("{HEAD}{table}"))
    }

    /// Keeps the facts that an earlier import of the same bytes recorded and this one doesn't
    /// know.
    ///
    /// Importing the same file again on another date must change nothing.
    pub(crate) fn keep(&mut self, recorded: Self) {
        if recorded.sha256 != self.sha256 {
            return;
        }
        self.url = self.url.take().or(recorded.url);
        self.date = self.date.take().or(recorded.date);
        self.imported = match self.date {
            Some(_) => None,
            None => recorded.imported.or(self.imported.take()),
        };
    }
}
