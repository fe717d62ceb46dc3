//! Claims: a scope in which every name belongs to one item.

use std::fmt::Display;

use rustc_hash::FxHashMap;

use crate::casing::free_name;
use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;

/// The names of one kind in one scope, and the item that claimed each.
pub(super) struct Scope {
    /// The kind of item, for messages: `field of Cluster`.
    what: String,
    /// The advice on a collision.
    help: String,
    claimed: FxHashMap<String, (String, Option<Pointer>)>,
}

impl Scope {
    /// Returns a scope whose names the ledger holds; `line` shows how to write one by hand.
    pub(super) fn new(what: impl Into<String>, line: impl Display) -> Self {
        Self::with_help(
            what,
            format!("for another name, write it in spec/names.toml: {line}"),
        )
    }

    /// Returns a scope whose names the ledger does not hold.
    pub(super) fn with_help(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into(), claimed: FxHashMap::default() }
    }

    /// Reserves a name for the generator.
    pub(super) fn reserve(&mut self, name: &str, spelling: &str) {
        self.claimed.insert(name.to_owned(), (spelling.to_owned(), None));
    }

    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.claimed.contains_key(name)
    }

    /// Claims the first free name of some, or one of them with a number, and notes that the wanted
    /// one was taken. `is_free` states further conditions.
    pub(super) fn give(
        &mut self,
        names: &[String],
        key: &str,
        at: &Pointer,
        is_free: impl Fn(&str) -> bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let is_free = |name: &str| self.is_free(name) && is_free(name);
        let wanted = names.first().map_or("", String::as_str);
        let free = names.iter().find(|name| is_free(name)).cloned();
        let name = free.unwrap_or_else(|| free_name(wanted, is_free));
        if let Some((other, _)) = self.claimed.get(wanted) {
            let what = format!(
                "{} `{wanted}` belongs to `{other}`; `{key}` is called `{name}`",
                self.what
            );
            diagnostics.push(Diagnostic::note(what, at).help(self.help.as_str()));
        }
        self.claimed.insert(name.clone(), (key.to_owned(), Some(at.clone())));
        name
    }

    /// Claims a name; reports both locations where it is taken.
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
                format!(
                    "{} `{name}` is claimed by `{other}` ({place}) and by `{key}`",
                    self.what
                ),
                at,
            )
            .help(self.help.as_str()),
        );
    }
}
