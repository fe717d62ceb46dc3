//! Strings that match a regular expression.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::dice::Dice;

/// A regular expression, for making strings and for checking them.
#[derive(Debug)]
pub(crate) struct Pattern {
    check: fancy_regex::Regex,
    shape: Hir,
}

/// The patterns that have been read so far.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Mutex<HashMap<String, Option<Arc<Pattern>>>>);

impl Patterns {
    /// Returns a pattern; `None` where it can't be read.
    pub(crate) fn get(&self, text: &str) -> Option<Arc<Pattern>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(text) {
            Some(pattern) => pattern.clone(),
            None => {
                let pattern = Pattern::read(text).map(Arc::new);
                known.insert(text.to_owned(), pattern.clone());
                pattern
            }
        }
    }
}

impl Pattern {
    fn read(text: &str) -> Option<Self> {
        let text = of_javascript(text);
        let check = fancy_regex::Regex::new(&text).ok()?;
        let shape = regex_syntax::parse(&without_look_around(&text)).ok()?;
        Some(Self { check, shape })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.check.is_match(text).unwrap_or(false)
    }

    /// Makes a string that probably matches, without regard to anchors and look-around. An
    /// unlimited repetition has up to `more` items above its minimum.
    pub(crate) fn make(&self, dice: &mut Dice, more: u32) -> String {
        let mut text = String::new();
        make(&self.shape, dice, more, &mut text);
        text
    }
}

/// Replaces the classes that are smaller in JavaScript, whose patterns the document has.
fn of_javascript(pattern: &str) -> String {
    let mut written = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('\\', Some('d')) => written.push_str("[0-9]"),
            ('\\', Some('w')) => written.push_str("[0-9A-Za-z_]"),
            ('\\', Some(escaped)) => written.extend(['\\', escaped]),
            _ => {
                written.push(character);
                continue;
            }
        }
        characters.next();
    }
    written
}

/// Removes `(?=…)` and other look-around, which the parser doesn't know.
fn without_look_around(pattern: &str) -> String {
    let mut kept = String::new();
    let mut rest = pattern;
    while let Some(at) = ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .filter_map(|opening| rest.find(opening))
        .min()
    {
        kept.push_str(&rest[..at]);
        let mut depth = 0;
        let mut escaped = false;
        let end = rest[at..].find(|character| {
            let plain = !escaped;
            escaped = character == '\\' && plain;
            match character {
                '(' if plain => depth += 1,
                ')' if plain => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = end.map_or("", |end| &rest[at + end + 1..]);
    }
    kept + rest
}

fn make(shape: &Hir, dice: &mut Dice, more: u32, text: &mut String) {
    match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(character(class, dice)),
        HirKind::Repetition(repetition) => {
            let times = times(repetition, dice, more);
            (0..times).for_each(|_| make(&repetition.sub, dice, more, text));
        }
        HirKind::Capture(capture) => make(&capture.sub, dice, more, text),
        HirKind::Concat(parts) => {
            parts.iter().for_each(|part| make(part, dice, more, text))
        }
        HirKind::Alternation(ways) => make(dice.pick(ways), dice, more, text),
    }
}

fn times(repetition: &Repetition, dice: &mut Dice, more: u32) -> u32 {
    let most = repetition.min.saturating_add(more);
    let most = repetition.max.map_or(most, |max| max.min(most));
    repetition.min + dice.roll((most - repetition.min) as usize + 1) as u32
}

/// Returns a character of a class; half of the time one at its beginning, where the common letters
/// are.
fn character(class: &Class, dice: &mut Dice) -> char {
    match class {
        Class::Unicode(class) => {
            let ranges = class.ranges();
            let among = if dice.once_in(2) { ranges.len().min(4) } else { ranges.len() };
            let range = ranges[dice.roll(among)];
            let (low, high) = (i64::from(u32::from(range.start())), range.end());
            let code = dice.between(low, i64::from(u32::from(high)));
            u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(range.start())
        }
        Class::Bytes(class) => {
            let range = dice.pick(class.ranges());
            char::from(range.start())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_around_is_left_out_and_groups_stay() {
        assert_eq!(without_look_around(r"^(a(\.(?!$)|$)){4}"), r"^(a(\.|$)){4}");
        assert_eq!(without_look_around(r"(?<=(x|\)))y(?<name>z)"), r"y(?<name>z)");
    }

    #[test]
    fn classes_of_javascript_are_ascii() {
        assert_eq!(of_javascript(r"^[-\w.]\\d\d$"), r"^[-[0-9A-Za-z_].]\\d[0-9]$");
    }

    #[test]
    fn what_is_made_matches() {
        let mut dice = Dice::new(1);
        for text in [
            "^([a-f0-9]{24})$",
            r"^\/a\/([-\w._()]+)%2[fF][A-Z]?$",
            r"^[\p{L}\p{N}\-_.(),:&@+']{1,64}$",
            "^(?<cn>CN=[^,]*),$",
        ] {
            let pattern = Pattern::read(text).unwrap();
            for more in 0..40 {
                let made = pattern.make(&mut dice, more);
                assert!(pattern.matches(&made), "{text}: {made}");
            }
        }
    }
}
