//! Locations in a document: JSON pointers (RFC 6901).
//!
//! This module knows the syntax and the order of pointers, and nothing about their targets.

use std::fmt;

use serde_json::Value;

/// A JSON pointer, kept in its escaped form: `/paths/~1api/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// Returns the pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// Parses a local reference such as `#/components/schemas/Cluster`.
    ///
    /// Returns `None` for a reference to another document, or text that is no pointer.
    pub fn parse_reference(reference: &str) -> Option<Self> {
        let pointer = reference.strip_prefix('#')?;
        let escapes_are_whole =
            pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let is_pointer = pointer.is_empty() || pointer.starts_with('/');
        (is_pointer && escapes_are_whole).then(|| Self(pointer.to_owned()))
    }

    /// Returns the pointer to the member `token` of this one's target.
    pub fn child(&self, token: impl AsRef<str>) -> Self {
        let token = token.as_ref();
        let mut longer = Self(String::with_capacity(self.0.len() + 1 + token.len()));
        longer.0.push_str(&self.0);
        longer.push(token);
        longer
    }

    /// Returns the pointer to the element `index` of the list that is this one's target.
    pub fn item(&self, index: usize) -> Self {
        self.child(index.to_string())
    }

    /// Appends a token to the pointer in place. Returns the former length, with which
    /// [`Pointer::truncate`] removes the token.
    pub fn push(&mut self, token: &str) -> usize {
        let before = self.0.len();
        self.0.push('/');
        match token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
            true => self.0.push_str(&token.replace('~', "~0").replace('/', "~1")),
            false => self.0.push_str(token),
        }
        before
    }

    /// Shortens the pointer to a length that [`Pointer::push`] returned.
    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Returns the unescaped tokens, outermost first.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(unescape)
    }

    /// Returns the innermost token, unescaped; `None` for the root.
    pub fn last(&self) -> Option<String> {
        self.0.rsplit_once('/').map(|(_, token)| unescape(token))
    }

    /// Returns the pointer to the value that contains this one's target; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|end| Self(self.0[..end].to_owned()))
    }

    /// Returns the escaped form without the `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the pointer's target; `None` where the document has none.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped_and_come_back() {
        let pointer = Pointer::root().child("paths").child("/a~b/{id}").item(3);
        assert_eq!(pointer.to_string(), "#/paths/~1a~0b~1{id}/3");
        assert_eq!(pointer.tokens().collect::<Vec<_>>(), ["paths", "/a~b/{id}", "3"]);
        assert_eq!(Pointer::parse_reference(&pointer.to_string()), Some(pointer));
    }

    #[test]
    fn tilde_one_as_a_name_is_not_a_slash() {
        let pointer = Pointer::root().child("~1");
        assert_eq!(pointer.to_string(), "#/~01");
        assert_eq!(pointer.last().as_deref(), Some("~1"));
    }

    #[test]
    fn what_leads_out_of_the_document_is_no_pointer() {
        for reference in ["other.yaml#/a", "#a", "", "#/a~2", "#/a~", "http://x/#/a"] {
            assert_eq!(Pointer::parse_reference(reference), None, "{reference}");
        }
        assert_eq!(Pointer::parse_reference("#"), Some(Pointer::root()));
    }

    #[test]
    fn push_is_undone_by_truncate() {
        let mut pointer = Pointer::root().child("a");
        let before = pointer.push("b/c");
        assert_eq!(pointer.as_str(), "/a/b~1c");
        pointer.truncate(before);
        assert_eq!(pointer, Pointer::root().child("a"));
        assert_eq!(pointer.parent(), Some(Pointer::root()));
        assert_eq!(Pointer::root().parent(), None);
    }
}
