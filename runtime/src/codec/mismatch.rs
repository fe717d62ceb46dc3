//! Differences between the service's responses and its OpenAPI document.

use bytes::Bytes;

use super::decode::without_mark;
use super::error::{Expected, Found};
use super::path::{Locator, push_name};

/// A difference between a response and the document, which decoding tolerates.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// A string that is not among the declared values of an enum.
    UnknownValue {
        /// The path of the string.
        path: String,
        /// The string.
        value: String,
    },
    /// An object without a discriminator, or with an undeclared value of it.
    UnknownDiscriminator {
        /// The path of the object.
        path: String,
        /// The JSON name of the discriminator.
        name: &'static str,
        /// The discriminator's value; `None` if it is missing.
        value: Option<String>,
    },
    /// An undeclared property.
    Undeclared {
        /// The path of the property.
        path: String,
    },
    /// A value that does not fit the declared type.
    Type {
        /// The path of the value.
        path: String,
        /// The expected and the found kind, in words.
        message: String,
    },
    /// A `null` that is not declared.
    Null {
        /// The path of the `null`.
        path: String,
    },
    /// A required property that is missing.
    Missing {
        /// The path of the property.
        path: String,
    },
    /// Half of a surrogate pair, which was replaced by U+FFFD.
    Surrogate {
        /// The path of the string.
        path: String,
    },
}

impl Mismatch {
    /// Returns the path of the difference: `results[0].tags`, empty for the top level.
    pub fn path(&self) -> &str {
        match self {
            Self::UnknownValue { path, .. }
            | Self::UnknownDiscriminator { path, .. }
            | Self::Undeclared { path }
            | Self::Type { path, .. }
            | Self::Null { path }
            | Self::Missing { path }
            | Self::Surrogate { path } => path,
        }
    }
}

/// A receiver of the differences between a response and the document.
pub trait Observer {
    /// Called once for each difference, in the order of the text, after all of it has
    /// been read.
    fn mismatch(&mut self, mismatch: Mismatch);
}

impl<F: FnMut(Mismatch)> Observer for F {
    fn mismatch(&mut self, mismatch: Mismatch) {
        self(mismatch);
    }
}

/// The direction of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A request body, sent to the service.
    Request,
    /// A response body, received from the service.
    Response,
}

/// A difference at an offset in the text.
#[derive(Clone)]
pub(super) struct Noted {
    pub(super) at: usize,
    pub(super) what: Difference,
}

/// A difference whose path has not been looked up yet.
#[derive(Clone)]
pub(super) enum Difference {
    UnknownValue(String),
    UnknownDiscriminator(&'static str, Option<String>),
    Undeclared,
    Mismatch(Expected, Found),
    Null,
    Missing(&'static str),
    Surrogate,
}

impl Noted {
    /// The size in bytes of a note in a list that grows and is sorted.
    pub(super) const SIZE: usize = 4 * size_of::<Self>();
}

impl Difference {
    /// Returns the difference of a value that doesn't fit.
    pub(super) fn of(expected: Expected, found: Found) -> Self {
        match found {
            Found::Null => Self::Null,
            found => Self::Mismatch(expected, found),
        }
    }
}

/// The parts of a response that decoding altered. Their paths are looked up on demand,
/// because they may be longer than the text.
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

    /// Returns each alteration with its path.
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
            Difference::UnknownDiscriminator(name, value) => {
                Mismatch::UnknownDiscriminator { path, name, value }
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
