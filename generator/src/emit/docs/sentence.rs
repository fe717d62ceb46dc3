//! Sentences of `spec/words/` as text of doc comments.

use crate::emit::Emit;
use crate::words;

/// Returns a sentence as text of a doc comment, with links to request functions in place of
/// operation ids.
pub(super) fn plain(emit: &Emit<'_>, said: &str) -> String {
    let function =
        |id: &str| Some(super::function_link(emit, emit.sentences.named(id)?));
    escaped(said, &function)
}

/// Returns the first sentence, which lists of items show, and the rest, each as text of a doc
/// comment.
pub(super) fn split(emit: &Emit<'_>, said: &str) -> (String, Option<String>) {
    let (first, rest) = words::split(said);
    (plain(emit, first), rest.map(|rest| plain(emit, rest)))
}

/// Escapes text so that rustdoc shows it unchanged: outside of code, no bracket is a link, no angle
/// bracket a tag, and nothing is emphasis. `other` returns the markup that replaces a code span,
/// or `None` to keep it.
fn escaped(said: &str, other: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(said.len());
    for (index, part) in said.split('`').enumerate() {
        if index % 2 == 1 {
            text.push_str(&other(part).unwrap_or_else(|| super::code(part)));
            continue;
        }
        let mut rest = part;
        while let Some(at) = rest.bytes().position(is_markup) {
            let (plain, markup) = rest.split_at(at);
            text.push_str(plain);
            text.push('\\');
            text.push_str(&markup[..1]);
            rest = &markup[1..];
        }
        text.push_str(rest);
    }
    text
}

fn is_markup(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'[' | b']' | b'*' | b'_' | b'\\' | b'|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_sentence_is_markup() {
        let plain = |said: &str| escaped(said, &|_| None);
        assert_eq!(plain("A [b] of <c>, *d* _e_."), r"A \[b\] of \<c\>, \*d\* \_e\_.");
        assert_eq!(plain("A `[b] <c>` d."), "A `[b] <c>` d.");
    }

    #[test]
    fn code_may_become_a_link() {
        let other = |code: &str| (code == "a").then(|| "[`b`](b)".to_owned());
        assert_eq!(escaped("a `a` `c`.", &other), "a [`b`](b) `c`.");
    }
}
