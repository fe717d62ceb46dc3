//! Errors in JSON text and in requests.
//!
//! Messages name locations and kinds of values, but never values, which may be secrets.

use std::fmt;

use super::Kind;

/// A failure at a position in the text. The type is small, because every level passes
/// the failure up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// The offset in bytes.
    pub(super) at: usize,
    /// The kind of failure.
    pub(super) what: What,
}

/// The kinds of failure in JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    End,
    Utf8,
    Value,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Trailing,
    Control,
    Escape,
    Number,
    Depth,
    Memory,
    /// Well-formed JSON that does not fit the declared type.
    Mismatch(Expected, Found),
}

/// The kind of JSON that a declared type accepts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    Boolean,
    Integer,
    Number,
    String,
    List,
    Object,
    Variant,
    NotNull,
}

/// The kind of JSON found instead.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Null,
    Inexact,
    Of(Kind),
}

impl Fault {
    /// Returns the expected and the found kind, if the text is well-formed.
    pub(super) fn mismatch(self) -> Option<(Expected, Found)> {
        match self.what {
            What::Mismatch(expected, found) => Some((expected, found)),
            _ => None,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "unexpected end of input",
            Self::Utf8 => "invalid UTF-8",
            Self::Value => "expected a value",
            Self::Key => "expected a property name in quotes",
            Self::Colon => "expected `:`",
            Self::CommaOrBrace => "expected `,` or `}`",
            Self::CommaOrBracket => "expected `,` or `]`",
            Self::Trailing => "unexpected text after the value",
            Self::Control => "control character in a string",
            Self::Escape => "invalid escape in a string",
            Self::Number => "invalid number",
            Self::Depth => "nested too deeply",
            Self::Memory => {
                "values that take too much memory: more than 1 MiB and 16 bytes for each \
                 byte of the text"
            }
            Self::Mismatch(expected, found) => {
                return write!(f, "expected {expected}, found {found}");
            }
        })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "a boolean",
            Self::Integer => "an integer of 64 bits",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Variant => "a value that selects a variant",
            Self::NotNull => "a value",
        })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Inexact => "a number that it cannot hold exactly",
            Self::Of(Kind::Boolean) => "a boolean",
            Self::Of(Kind::Number) => "a number",
            Self::Of(Kind::String) => "a string",
            Self::Of(Kind::Array) => "a list",
            Self::Of(Kind::Object) => "an object",
        })
    }
}

/// JSON text that can't be decoded, or that doesn't fit the type at its top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub(super) path: String,
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) syntax: bool,
}

impl DecodeError {
    /// Returns the path of the error in the JSON: `results[0].tags`, empty for the top
    /// level.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the offset of the error in the text, in bytes.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the problem in words. It quotes no value of the JSON.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns true if the text is not JSON, or exceeds the limits of the decoder.
    /// Otherwise it is JSON of another type.
    pub fn is_syntax(&self) -> bool {
        self.syntax
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, offset, message, .. } = self;
        write!(f, "{message} at {} (byte {offset})", Place(path))
    }
}

impl std::error::Error for DecodeError {}

/// A value that JSON can't express, or that must not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// Paths, and the problem at each.
    pub(super) problems: Vec<(String, &'static str)>,
}

impl EncodeError {
    /// Returns the paths of the problems: `notifications[0].apiToken`, empty for the top
    /// level.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.problems.iter().map(|(path, _)| path.as_str())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (path, what) in &self.problems {
            write!(f, "{separator}{} {what}", Place(path))?;
            separator = "; ";
        }
        Ok(())
    }
}

/// A path as part of a sentence.
struct Place<'a>(&'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => f.write_str("the top level"),
            path => write!(f, "`{path}`"),
        }
    }
}

impl std::error::Error for EncodeError {}
