//! Sentences of our own: the files of `spec/words/`.
//!
//! This module reads the sentences by kind and key. `sentences` finds the keys of an item.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Place, Severity, Text};

/// The sentences of `spec/words/`, by kind and key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pub(crate) operations: Lines,
    pub(crate) tags: Lines,
    pub(crate) parameters: Lines,
    pub(crate) types: Lines,
    pub(crate) properties: Lines,
    /// A table for each property, parameter or schema: value → sentence.
    pub(crate) values: BTreeMap<String, Lines>,
    /// The values that example programs give to properties.
    pub(crate) examples: Lines,
    /// Other words for operations, by which the search of the documentation finds them.
    pub(crate) aliases: Lines,
}

/// Sentences by key.
pub(crate) type Lines = BTreeMap<String, Sentence>;

/// The description of one item: one sentence or a few, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) text: String,
    /// The place of the key in its file.
    pub(crate) place: Place,
}

/// The kinds of items: the names of the files without `.toml`.
const KINDS: [&str; 8] = [
    "operations",
    "tags",
    "parameters",
    "types",
    "properties",
    "values",
    "examples",
    "aliases",
];

impl Words {
    /// Parses files, each given as a name without extension and a text.
    ///
    /// # Errors
    ///
    /// Returns a diagnostic for each file that can't be read, and for each sentence that a doc
    /// comment can't have.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut words = Self::default();
        let mut problems = Vec::new();
        for (name, text) in files {
            let file = File { name, text: Text::new(text) };
            let read = match name {
                "values" => file.values(&mut problems).map(|it| words.values = it),
                "operations" => file.read(&mut problems, &mut words.operations, check),
                "tags" => file.read(&mut problems, &mut words.tags, check),
                "parameters" => file.read(&mut problems, &mut words.parameters, check),
                "types" => file.read(&mut problems, &mut words.types, check),
                "properties" => file.read(&mut problems, &mut words.properties, check),
                "examples" => file.read(&mut problems, &mut words.examples, one_line),
                "aliases" => file.read(&mut problems, &mut words.aliases, one_line),
                _ => {
                    let help = format!("call it {}", KINDS.join(", "));
                    Err(file.problem(None, "holds sentences of no known kind", &help))
                }
            };
            problems.extend(read.err());
        }
        if problems.is_empty() {
            return Ok(words);
        }
        problems.sort();
        Err(problems)
    }

    /// Tells whether there is no sentence at all.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A text of `spec/words/`.
struct File<'a> {
    name: &'a str,
    text: Text<'a>,
}

/// A table with the places of its keys.
type Table<V> = BTreeMap<Spanned<String>, V>;

impl File<'_> {
    fn read(
        &self,
        problems: &mut Vec<Diagnostic>,
        into: &mut Lines,
        check: Check,
    ) -> Result<(), Diagnostic> {
        const SHAPE: &str = "write a line for each key: `key = \"A sentence.\"`";
        let table: Table<String> = self.parse(SHAPE)?;
        *into = self.sentences(table, problems, check);
        Ok(())
    }

    fn values(
        &self,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<BTreeMap<String, Lines>, Diagnostic> {
        const SHAPE: &str = "write a table for each property: `[property]`, and below it a \
                             line for each value: `VALUE = \"A sentence.\"`";
        let tables: BTreeMap<String, Table<String>> = self.parse(SHAPE)?;
        let sentences = |(key, table)| -> (String, Lines) {
            (key, self.sentences(table, problems, check))
        };
        Ok(tables.into_iter().map(sentences).collect())
    }

    fn parse<T: DeserializeOwned>(&self, shape: &str) -> Result<T, Diagnostic> {
        let read =
            toml::de::Deserializer::parse(self.text.text).and_then(T::deserialize);
        read.map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("is not valid TOML of this kind: {}", error.message());
            self.problem(Some(at), &what, shape)
        })
    }

    fn sentences(
        &self,
        table: Table<String>,
        problems: &mut Vec<Diagnostic>,
        check: Check,
    ) -> Lines {
        let lines = table.into_iter().map(|(key, text)| {
            let at = key.span().start;
            let key = key.into_inner();
            if let Err((why, help)) = check(&text) {
                problems.push(self.problem(
                    Some(at),
                    &format!("has for `{key}` {why}"),
                    help,
                ));
            }
            (key, Sentence { text, place: self.text.place(at) })
        });
        lines.collect()
    }

    fn problem(&self, at: Option<usize>, what: &str, help: &str) -> Diagnostic {
        let place = at.map_or(Place::Nowhere, |at| self.text.place(at));
        let what = format!("spec/words/{}.toml {what}", self.name);
        Diagnostic::new(Severity::Error, what, place).help(help)
    }
}

/// Splits a description into its first sentence and the rest.
pub(crate) fn split(said: &str) -> (&str, Option<&str>) {
    let mut is_code = false;
    for (at, letter) in said.char_indices() {
        is_code ^= letter == '`';
        let rest = said[at..].strip_prefix(". ").filter(|_| !is_code);
        if let Some(rest) = rest
            && rest.starts_with(|c: char| c.is_uppercase() || c == '`')
        {
            return (&said[..=at], Some(rest));
        }
    }
    (said, None)
}

/// Checks a text; returns the problem and the advice if it can't be used.
type Check = fn(&str) -> Result<(), (&'static str, &'static str)>;

/// Checks that a text has one line.
fn one_line(text: &str) -> Result<(), (&'static str, &'static str)> {
    if text.contains(char::is_control) {
        return Err(("text of more than one line", "write it in one line"));
    }
    Ok(())
}

/// Checks that a doc comment can have a sentence.
fn check(text: &str) -> Result<(), (&'static str, &'static str)> {
    one_line(text)?;
    if !text.ends_with('.') || text.starts_with(char::is_whitespace) {
        return Err((
            "no sentence",
            "begin with its first word, and end it with a full stop",
        ));
    }
    if !text.matches('`').count().is_multiple_of(2) {
        return Err((
            "a backtick without its partner",
            "put code between two backticks",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
