//! Sentences of `spec/words/`, as they stand in doc comments.

use crate::words;

/// Returns a sentence that rustdoc shows as it is written: outside of code no bracket is a link,
/// no angle bracket a tag, and nothing is emphasis.
pub(super) fn plain(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut is_code = false;
    for letter in sentence.chars() {
        is_code ^= letter == '`';
        if !is_code && matches!(letter, '<' | '>' | '[' | ']' | '*' | '_' | '\\' | '|') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

/// Returns the first sentence, which lists of items show, and the others.
pub(super) fn split(said: &str) -> (String, Option<String>) {
    let (first, rest) = words::split(said);
    (plain(first), rest.map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_sentence_is_markup() {
        assert_eq!(plain("A [b] of <c>, *d* _e_."), r"A \[b\] of \<c\>, \*d\* \_e\_.");
        assert_eq!(plain("A `[b] <c>` d."), "A `[b] <c>` d.");
    }
}
