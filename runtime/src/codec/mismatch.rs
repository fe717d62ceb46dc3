//! Where the service differs from its document.

use bytes::Bytes;

use super::decode::without_mark;
use super::error::{Expected, Found};
use super::path::{Locator, push_name};

/// A difference between an answer and the document, which decoding absorbs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// A string that is not among the declared values of an enum.
    UnknownValue {
        /// Where it stands.
        path: String,
        /// The string.
        value: String,
    },
    /// An object whose tag is not declared, or has none.
    UnknownTag {
        /// Where the object stands.
        path: String,
        /// The JSON name of the tag.
        tag: &'static str,
        /// The tag's value, where there is one.
        value: Option<String>,
    },
    /// A property that is not declared.
    Undeclared {
        /// Where it stands.
        path: String,
    },
    /// A value that does not fit the declared type.
    Type {
        /// Where it stands.
        path: String,
        /// What was expected and what stood there, in words.
        message: String,
    },
    /// A `null` where the document does not allow it.
    Null {
        /// Where it stands.
        path: String,
    },
    /// A required property that is not there.
    Missing {
        /// Where it would stand.
        path: String,
    },
    /// Half of a surrogate pair, which was replaced by U+FFFD.
    Surrogate {
        /// Where it stands.
        path: String,
    },
}

impl Mismatch {
    /// Returns where in the document it is: `results[0].tags`, empty for the top level.
    pub fn path(&self) -> &str {
        match self {
            Self::UnknownValue { path, .. }
            | Self::UnknownTag { path, .. }
            | Self::Undeclared { path }
            | Self::Type { path, .. }
            | Self::Null { path }
            | Self::Missing { path }
            | Self::Surrogate { path } => path,
        }
    }
}

/// Hears of the differences between an answer and the document.
pub trait Observer {
    /// Called once for each difference, in the order of the text, when all of it has been read.
    fn mismatch(&mut self, mismatch: Mismatch);
}

impl<F: FnMut(Mismatch)> Observer for F {
    fn mismatch(&mut self, mismatch: Mismatch) {
        self(mismatch);
    }
}

/// Which way a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the service.
    Request,
    /// From the service.
    Response,
}

/// A difference at an offset in the text.
#[derive(Clone)]
pub(super) struct Noted {
    pub(super) at: usize,
    pub(super) what: Difference,
}

/// A difference whose path has not been looked up.
#[derive(Clone)]
pub(super) enum Difference {
    UnknownValue(String),
    UnknownTag(&'static str, Option<String>),
    Undeclared,
    Mismatch(Expected, Found),
    Null,
    Missing(&'static str),
    Surrogate,
}

impl Noted {
    /// The size of a note in a list that grows and is sorted, in bytes.
    pub(super) const SIZE: usize = 4 * size_of::<Self>();
}

impl Difference {
    /// Describes a value that does not fit.
    pub(super) fn of(expected: Expected, found: Found) -> Self {
        match found {
            Found::Null => Self::Null,
            found => Self::Mismatch(expected, found),
        }
    }
}

/// The parts of a response that decoding altered. Their paths are looked up when asked for: they
/// may be longer than the text.
#[derive(Clone, Default)]
pub(crate) struct Alterations {
    /// The text, if anything in it was altered.
    text: Bytes,
    noted: Vec<Noted>,
}

impl Alterations {
    pub(super) fn new(text: &Bytes, noted: Vec<Noted>) -> Self {
        let text = if noted.is_empty() { Bytes::new() } else { text.clone() };
        Self { text, noted }
    }

    /// Describes each.
    pub(crate) fn report(&self) -> Vec<Mismatch> {
        report(&self.text, self.noted.clone()).collect()
    }
}

/// Looks up the paths of differences in ascending order, in one walk over the text.
pub(super) fn report(text: &[u8], noted: Vec<Noted>) -> impl Iterator<Item = Mismatch> {
    let mut locator = Locator::new(without_mark(text));
    noted.into_iter().map(move |Noted { at, what }| {
        let mut path = locator.path_at(at);
        match what {
            Difference::UnknownValue(value) => Mismatch::UnknownValue { path, value },
            Difference::UnknownTag(tag, value) => {
                Mismatch::UnknownTag { path, tag, value }
            }
            Difference::Undeclared => Mismatch::Undeclared { path },
            Difference::Mismatch(expected, found) => Mismatch::Type {
                path,
                message: format!("expected {expected}, found {found}"),
            },
            Difference::Null => Mismatch::Null { path },
            Difference::Missing(name) => {
                push_name(&mut path, name);
                Mismatch::Missing { path }
            }
            Difference::Surrogate => Mismatch::Surrogate { path },
        }
    })
}
