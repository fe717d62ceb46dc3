//! Claims: a scope in which every name belongs to one thing.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

/// The names of one kind in one place, and what each was claimed for.
pub(super) struct Scope {
    /// What is named, for messages: `field of Cluster`.
    what: String,
    /// The section of the ledger where a collision is resolved.
    section: &'static str,
    claimed: HashMap<String, (String, Option<Pointer>)>,
}

impl Scope {
    pub(super) fn new(what: impl Into<String>, section: &'static str) -> Self {
        Self { what: what.into(), section, claimed: HashMap::new() }
    }

    /// Keeps a name for the generator.
    pub(super) fn reserve(&mut self, name: &str, spelling: &str) {
        self.claimed.insert(name.to_owned(), (spelling.to_owned(), None));
    }

    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.claimed.contains_key(name)
    }

    /// Claims a name, and reports both places where it is taken.
    pub(super) fn claim(
        &mut self,
        name: &str,
        key: &str,
        at: &Pointer,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let taken =
            self.claimed.insert(name.to_owned(), (key.to_owned(), Some(at.clone())));
        let Some((other, place)) = taken else { return };
        let place = place
            .map_or_else(|| "the generator's own names".to_owned(), |p| p.to_string());
        diagnostics.push(
            Diagnostic::error(
                format!("{} `{name}` is claimed by `{other}` ({place}) and by `{key}`", self.what),
                at,
            )
            .help(format!(
                "name one of them with a line in section [{}] of spec/names.toml: \"<key>\" = \"<name>\"",
                self.section
            )),
        );
    }
}
