//! JSON made from the schemas of the vendored document, for tests.
//!
//! The document states what every operation accepts and returns; this crate makes values of that.
//! It knows OpenAPI and nothing of the generated crate, so tests with its values are independent of
//! that crate.
//!
//! ```
//! use atlas_admin_samples::{Choice, Pair, Samples};
//!
//! let samples = Samples::vendored();
//! let creates = |pair: &&Pair| pair.body.is_some() && pair.path.ends_with("{groupId}/clusters");
//! let pair = samples.pairs().iter().find(creates).unwrap();
//! let group = samples.parameter(pair, "groupId", Choice::Full).unwrap();
//! assert_eq!(group.as_str().map(str::len), Some(24));
//! let body = samples.body(pair, Choice::Arbitrary(7)).unwrap();
//! assert!(body.is_object());
//! ```
//!
//! | module | contents |
//! |---|---|
//! | `pair` | the operations of the document, in each version |
//! | `demands` | the requirements of a schema on a value: references followed, `allOf` merged |
//! | `make` | values that meet the requirements |
//! | `pattern` | strings that match a regular expression |
//! | `text` | values as JSON text, written in different ways |

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use atlas_admin_generator::{UnmatchedAction, document};
use serde_json::Value;

mod demands;
mod dice;
mod make;
mod pair;
mod pattern;
mod text;

use demands::Tree;
use make::Maker;
use pattern::Patterns;

pub use dice::Dice;
pub use make::is_made;
pub use pair::{Media, Pair, Parameter, Response};
pub use text::write;

/// The kind of value that is made of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Required properties only.
    Minimal,
    /// Every property, with a plain value and one item in each list. A value that contains its own
    /// schema, at any depth, is omitted.
    Full,
    /// Any value. Consecutive seeds choose the branches of a union in turn.
    Arbitrary(u64),
    /// Any value, with undeclared properties.
    Extended(u64),
}

/// The direction in which a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the service: without `readOnly` properties.
    Request,
    /// From the service: without `writeOnly` properties.
    Response,
}

/// A document, and values for what it declares.
#[derive(Debug)]
pub struct Samples {
    tree: Value,
    pairs: Vec<Pair>,
    patterns: Patterns,
}

impl Samples {
    /// Returns the vendored document with its overlays, which the generated types are made from. It
    /// is read once.
    ///
    /// # Panics
    ///
    /// Panics if `spec/` holds no valid document.
    pub fn vendored() -> &'static Self {
        static VENDORED: LazyLock<Samples> = LazyLock::new(Samples::corrected);
        &VENDORED
    }

    fn corrected() -> Self {
        let spec = spec();
        let mut overlays = Vec::new();
        // A missing folder means that there are no overlays.
        for entry in fs::read_dir(spec.join("overlays")).into_iter().flatten().flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".yaml") {
                let bytes = fs::read(entry.path()).expect("spec/overlays is readable");
                overlays.push((name, bytes));
            }
        }
        Self::with(&overlays)
    }

    /// Reads the vendored document without its overlays.
    ///
    /// # Panics
    ///
    /// Panics if `spec/` holds no valid document.
    pub fn uncorrected() -> Self {
        Self::with(&[])
    }

    fn with(overlays: &[(String, Vec<u8>)]) -> Self {
        let bytes = fs::read(spec().join("atlas-admin-v2.yaml"))
            .expect("spec/atlas-admin-v2.yaml is readable");
        let overlays: Vec<_> =
            overlays.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        Self::read(&bytes, &overlays).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// Reads a document, and applies overlays to it, each a file name and its bytes.
    ///
    /// # Errors
    ///
    /// Returns the problems of the document, in words.
    pub fn read(bytes: &[u8], overlays: &[(&str, &[u8])]) -> Result<Self, String> {
        let document = document::read(bytes, overlays, UnmatchedAction::Error).map_err(
            |found| {
                let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
                lines.join("\n")
            },
        )?;
        let pairs = pair::pairs(&document.tree);
        Ok(Self { tree: document.tree, pairs, patterns: Patterns::default() })
    }

    /// Returns the tree of the document, with overlays applied.
    pub fn tree(&self) -> &Value {
        &self.tree
    }

    /// Returns every operation in every version.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Returns an operation in a version.
    pub fn pair(&self, id: &str, version: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.id == id && pair.version == version)
    }

    /// Makes a value for a parameter; `None` where the operation has none with that name.
    pub fn parameter(&self, pair: &Pair, name: &str, choice: Choice) -> Option<Value> {
        let parameter = pair.parameters.iter().find(|known| known.name == name)?;
        let mut maker = self.maker(Direction::Request, choice);
        if parameter.location == "path" {
            // A value in a path is never empty: that would be another path.
            let filled = serde_json::json!({ "minLength": 1 });
            return Some(maker.value(&[&parameter.schema, &filled]));
        }
        Some(maker.value(&[&parameter.schema]))
    }

    /// Makes the body of a request; `None` where the operation has none.
    pub fn body(&self, pair: &Pair, choice: Choice) -> Option<Value> {
        let schema = pair.body.as_ref()?.schema.as_ref()?;
        Some(self.value(schema, Direction::Request, choice))
    }

    /// Makes the body of a response; `None` where the status has no JSON body.
    pub fn response(&self, pair: &Pair, status: u16, choice: Choice) -> Option<Value> {
        let schema = pair.response(status)?.schema.as_ref()?;
        Some(self.value(schema, Direction::Response, choice))
    }

    /// Makes a value for any schema of the document.
    pub fn value(&self, schema: &Value, direction: Direction, choice: Choice) -> Value {
        self.maker(direction, choice).value(&[schema])
    }

    /// Returns the requirements of a schema that no value can meet, each with its location.
    pub fn contradictions(
        &self,
        schema: &Value,
        direction: Direction,
        choice: Choice,
    ) -> Vec<String> {
        let mut maker = self.maker(direction, choice);
        maker.value(&[schema]);
        maker.contradictions.into_iter().collect()
    }

    /// Returns a series of arbitrary values for one direction.
    pub fn series(&self, direction: Direction) -> Series<'_> {
        // A seed with which no property is omitted.
        Series(self.maker(direction, Choice::Arbitrary(3)))
    }

    fn maker(&self, direction: Direction, choice: Choice) -> Maker<'_> {
        Maker::new(Tree(&self.tree), &self.patterns, direction, choice)
    }
}

/// Arbitrary values, one after the other: each chooses the next branch of every union in it.
pub struct Series<'s>(Maker<'s>);

impl<'s> Series<'s> {
    /// Makes the next value, for any schema of the document.
    pub fn next(&mut self, schema: &'s Value) -> Value {
        self.0.value(&[schema])
    }
}

impl Choice {
    pub(crate) fn seed(self) -> Option<u64> {
        match self {
            Self::Minimal | Self::Full => None,
            Self::Arbitrary(seed) | Self::Extended(seed) => Some(seed),
        }
    }
}

fn spec() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec")
}
