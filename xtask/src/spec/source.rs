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
    /// The URL where it is published.
    pub(crate) url: Option<String>,
    /// Its `x-xgen-sha`: the commit that it was made from.
    pub(crate) sha: Option<String>,
    /// The date of its publication.
    pub(crate) date: Option<String>,
    /// The date of its import, where that of its publication is unknown.
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

    /// Keeps what an earlier import of the same bytes recorded and this one doesn't know.
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
