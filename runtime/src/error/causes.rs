//! The causes of an error that its line omits.
//!
//! The line contains the innermost cause, because most programs print nothing else.
//! Programs that also print the sources, as `anyhow` does, should not print that cause
//! twice. So `source` returns texts, and omits those already printed.
//! [`Error::cause`](super::Error::cause) returns the errors themselves.

use std::error::Error as StdError;
use std::fmt;

use super::display::{folded, one_line};

/// A cause, as text.
#[derive(Clone)]
pub(crate) struct Cause {
    text: String,
    next: Option<Box<Self>>,
}

/// Returns an error and its sources, the innermost last.
pub(super) fn chain<'a>(
    first: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(first), |&cause| cause.source())
}

impl Cause {
    /// Returns the chain of the causes that neither `printed` nor an earlier cause
    /// contains.
    pub(super) fn omitted(
        printed: &str,
        first: &(dyn StdError + 'static),
    ) -> Option<Box<Self>> {
        let mut printed = folded(printed);
        let mut texts = Vec::new();
        for cause in chain(first) {
            let text = one_line(&cause.to_string());
            // The line may have cut the final full stop of a sentence.
            if !printed.contains(text.trim_end_matches(['.', '…'])) {
                printed.push('\n');
                printed.push_str(&text);
                texts.push(text);
            }
        }
        let link = |next, text| Some(Box::new(Self { text, next }));
        texts.into_iter().rev().fold(None, link)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.next.as_deref().map(|next| next as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;

    use super::chain;
    use crate::error::{Error, Kind};
    use crate::transport::{Stage, TransportError};

    fn sources(error: &Error) -> Vec<String> {
        error.source().into_iter().flat_map(chain).map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_line_names_is_no_source() {
        let named = io::Error::other("disk full");
        let error = Error::with_source(Kind::File, "can't write a: disk full", named);
        assert_eq!(sources(&error), [""; 0]);
        assert!(error.cause().is_some_and(|cause| cause.is::<io::Error>()));
        let silent = io::Error::other("no such letter");
        let error = Error::with_source(Kind::Configuration, "no header value", silent);
        assert_eq!(sources(&error), ["no such letter"]);
    }

    #[test]
    fn each_source_is_named_once() {
        let refused = io::Error::other("refused");
        let inner = TransportError::new(Stage::Exchange, refused);
        let outer = TransportError::new(Stage::Connect, inner);
        let error = Error::with_source(Kind::Connect, "no way to x", outer);
        assert!(error.to_string().starts_with("no way to x: refused"), "{error}");
        assert_eq!(sources(&error), ["could not connect", "the connection broke"]);
        let last =
            Error::with_source(Kind::Timeout, "not yet: no way to x", error.clone());
        let line = error.to_string();
        assert_eq!(
            sources(&last),
            [&*line, "could not connect", "the connection broke"]
        );
    }

    #[test]
    fn the_sources_follow_what_is_changed_later() {
        let error = Error::with_source(Kind::File, "a", io::Error::other("disk full"));
        assert_eq!(sources(&error), ["disk full"]);
        let error = error.edit(|inner| inner.message = "a: disk full".to_owned());
        assert_eq!(sources(&error), [""; 0]);
    }
}
