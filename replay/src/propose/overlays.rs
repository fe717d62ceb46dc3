//! Reads a document with its corrections, and checks that a proposal fits it.

use atlas_admin_generator::overlay::{self, UnmatchedAction};
use atlas_admin_generator::{Diagnostic, document};

use super::schema::Document;

/// The name under which a proposal is applied. It sorts after the names of all other overlays.
const NAME: &str = "~proposal.yaml";

/// The bytes of a document and of its corrections.
#[derive(Debug)]
pub struct Source {
    /// The text of the document: YAML or JSON.
    pub document: Vec<u8>,
    /// The corrections, each a file name and its text.
    pub overlays: Vec<(String, Vec<u8>)>,
    /// The severity of a correction that changes nothing.
    pub unmatched: UnmatchedAction,
}

impl Source {
    fn overlays(&self) -> Vec<(&str, &[u8])> {
        let overlays = self.overlays.iter();
        overlays.map(|(name, text)| (name.as_str(), text.as_slice())).collect()
    }

    /// Reads the document and applies the corrections.
    ///
    /// # Errors
    ///
    /// Returns the problems of the document and of the corrections, one line each.
    pub fn read(&self) -> Result<Document, String> {
        let mut tree = document::parse(&self.document).map_err(lines)?;
        overlay::apply(&mut tree, &self.overlays(), self.unmatched).map_err(lines)?;
        Ok(Document::new(tree))
    }

    /// Checks that each action of a proposal changes something, and that the result is a
    /// document.
    ///
    /// # Errors
    ///
    /// Returns the problems, one line each.
    pub fn check(&self, document: &Document, proposal: &str) -> Result<(), String> {
        let proposal = (NAME, proposal.as_bytes());
        let mut tree = document.tree().clone();
        overlay::apply(&mut tree, &[proposal], UnmatchedAction::Error).map_err(lines)?;
        let mut overlays = self.overlays();
        overlays.push(proposal);
        document::read(&self.document, &overlays, self.unmatched).map_err(lines)?;
        Ok(())
    }
}

fn lines(found: Vec<Diagnostic>) -> String {
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
