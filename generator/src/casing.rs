//! Casing: the conversion of the document's spellings to Rust's, for each role of a name.
//!
//! Every function is total: any spelling becomes an identifier, though not always a distinct one.
//! `names` finds the collisions.

mod nouns;
pub(crate) mod reserved;

use proc_macro2::{Ident, Span};

use crate::model::Parameter;
use crate::version::{Format, Version};

use nouns::{camel, snake};

pub(crate) use nouns::words;

/// Keywords that can't be raw identifiers (the Rust Reference, "Keywords").
pub(crate) const UNRAWABLE: [&str; 5] = ["self", "Self", "super", "crate", "_"];

pub(crate) fn type_name(spelling: &str) -> String {
    let name = digits_apart(camel(&readable(spelling)));
    if reserved::TYPES.contains(&name.as_str()) { format!("{name}Type") } else { name }
}

pub(crate) fn field_name(spelling: &str) -> String {
    let name = digits_apart(snake(&readable(spelling)));
    // `extra` is the field of every record for undeclared properties.
    if UNRAWABLE.contains(&name.as_str()) || name == "extra" {
        format!("{name}_")
    } else {
        name
    }
}

/// Names the builder of a request by its function.
pub(crate) fn builder_name(function: &str) -> String {
    let name = digits_apart(camel(function));
    let is_taken = reserved::BUILDERS.contains(&name.as_str());
    if is_taken { format!("{name}Request") } else { name }
}

/// Names the argument or setter of a parameter.
pub(crate) fn parameter_name(parameter: &Parameter) -> String {
    if let Some(name) = &parameter.recorded {
        return name.clone();
    }
    setter_name(&parameter.name)
}

/// Names an argument or setter by its spelling alone.
pub(crate) fn setter_name(spelling: &str) -> String {
    let name = field_name(spelling);
    if reserved::METHODS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// Names the static that describes an operation.
pub(crate) fn static_name(function: &str) -> String {
    let name = digits_apart(function.trim_matches('_').to_uppercase());
    // `REGISTRY` lists the statics of a module. A name in letters without case is the function's
    // name.
    if name == "REGISTRY" || name == function { format!("{name}_") } else { name }
}

pub(crate) fn variant_name(spelling: &str) -> String {
    let name = digits_apart(camel(&readable(spelling)));
    // `Unknown` is the variant of every enum for undeclared values.
    if name == "Unknown" || name == "Self" { format!("{name}Value") } else { name }
}

/// Names the module and Cargo feature of an operation group.
pub(crate) fn module_name(spelling: &str) -> String {
    let name = field_name(&ascii(spelling));
    let is_taken = reserved::MODULES.contains(&name.as_str())
        || reserved::FEATURES.contains(&feature(&name).as_str());
    if is_taken { format!("{name}_operations") } else { name }
}

pub(crate) fn function_name(spelling: &str) -> String {
    let name = field_name(spelling);
    if reserved::FUNCTIONS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// Names the function for a format; `None` is the first format, whose function has the plain name.
pub(crate) fn function_of(name: &str, format: Option<&Format>) -> String {
    match format {
        None => name.to_owned(),
        Some(format) => format!("{name}_as_{}", snake(&readable(format.as_str()))),
    }
}

/// Names the module of a version: `v2024_08_05`.
pub(crate) fn version_module(version: Version) -> String {
    match version {
        Version::Preview => "preview".to_owned(),
        dated => format!("v{}", dated.to_string().replace(['-', '.'], "_")),
    }
}

/// Returns the Cargo feature of a module; unlike an identifier, it may begin with a digit.
pub(crate) fn feature(module: &str) -> String {
    module.trim_start_matches('_').replace('_', "-")
}

/// Returns the identifier for a name; it is raw if the name is a keyword.
pub(crate) fn ident(name: &str) -> Ident {
    match reserved::KEYWORDS.contains(&name) {
        true => Ident::new_raw(name, Span::call_site()),
        false => Ident::new(name, Span::call_site()),
    }
}

/// Returns a name as words of a sentence: `getGroupCluster` → `get group cluster`.
pub(crate) fn spoken(name: &str) -> String {
    heck::ToSnakeCase::to_snake_case(name).replace('_', " ")
}

/// Returns the JSON name that a field's name suggests: `disk_size` → `diskSize`.
pub(crate) fn lower_camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &capitalized(word))
}

/// Returns text with its first letter in upper case.
pub(crate) fn capitalized(text: &str) -> String {
    let mut capitalized = String::with_capacity(text.len());
    push_capitalized(text, &mut capitalized);
    capitalized
}

fn push_capitalized(text: &str, into: &mut String) {
    let mut characters = text.chars();
    if let Some(first) = characters.next() {
        into.extend(first.to_uppercase());
    }
    into.push_str(characters.as_str());
}

/// Tells whether a name has the same letters as a spelling, in the same order, regardless of case.
pub(crate) fn is_said_by(name: &str, spelling: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    letters(name) == letters(spelling)
}

/// Returns the name if it is free, else the name with the first free number.
pub(crate) fn free_name(name: &str, is_free: impl Fn(&str) -> bool) -> String {
    let start = name.trim_end_matches('_');
    // Camel case has no separator between a letter and a number.
    let is_joined = name.starts_with(char::is_uppercase) && !ends_with_digit(start);
    let between = if is_joined { "" } else { "_" };
    let numbered = (2..).map(|number| format!("{start}{between}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_default()
}

fn ends_with_digit(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_digit())
}

/// Returns the words that all names begin with and those that all end with; `None` where they end
/// with less than two.
pub(crate) fn common_name<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<Vec<String>> = names.map(words).collect();
    let ending = common_ending(&names);
    if ending < 2 {
        return None;
    }
    let first = &names[0];
    let beginning = (0..first.len() - ending)
        .take_while(|&at| {
            names.iter().all(|name| at + ending < name.len() && name[at] == first[at])
        })
        .count();
    let words = first[..beginning].iter().chain(&first[first.len() - ending..]);
    Some(words.map(String::as_str).collect::<Vec<_>>().join(" "))
}

/// Counts the words that all names end with; one word of each name is never counted.
pub(crate) fn common_ending(names: &[Vec<String>]) -> usize {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return 0 };
    (1..first.len())
        .take_while(|&count| {
            let ending = &first[first.len() - count..];
            names.iter().all(|name| name.len() > count && name.ends_with(ending))
        })
        .last()
        .unwrap_or(0)
}

/// Separates a leading digit: an identifier can't begin with one.
fn digits_apart(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// Replaces characters that no identifier can hold by words or separators.
fn readable(spelling: &str) -> String {
    let mut text = String::with_capacity(spelling.len());
    for character in spelling.chars() {
        match character {
            c if c.is_ascii_alphanumeric() => text.push(c),
            c if c.is_ascii() => text.push(' '),
            c if is_plain_letter(c) => text.push(c),
            c => text.push_str(&format!(" u{:x} ", u32::from(c))),
        }
    }
    if text.trim().is_empty() { spelt_out(spelling) } else { text }
}

/// Replaces every character outside ASCII by its code point: rustc finds no module file with
/// another name, and Cargo no feature.
fn ascii(spelling: &str) -> String {
    let character = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => format!(" u{:x} ", u32::from(c)),
    };
    spelling.chars().map(character).collect()
}

/// Replaces every character that is neither letter nor digit by a word, so that spellings with the
/// same letters become different names.
pub(crate) fn spelt(spelling: &str) -> String {
    let word = |c: char| match c.is_alphanumeric() {
        true => c.to_string(),
        false => format!(" {} ", punctuation(c)),
    };
    spelling.chars().map(word).collect()
}

/// Returns the key by which spellings claim the name that several of them would get: first those
/// that are spelt exactly like the name, then those with the fewest other characters.
pub(crate) fn precedence<'a>(name: &str, spelling: &'a str) -> (bool, usize, &'a str) {
    let others = spelling.chars().filter(|c| !c.is_alphanumeric()).count();
    (name != spelling, others, spelling)
}

/// Tells whether an identifier may hold a letter outside ASCII as it is, in either case: a letter
/// of a script in which no other character means the same letter.
fn is_plain_letter(character: char) -> bool {
    let is_latin = matches!(character, 'À'..='ÿ') && character.is_alphabetic();
    let is_greek_or_cyrillic = matches!(character, 'Α'..='ω' | 'А'..='я');
    let is_asian =
        matches!(character, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣');
    is_latin || is_greek_or_cyrillic && character.is_alphabetic() || is_asian
}

/// Names a spelling that consists of punctuation.
fn spelt_out(spelling: &str) -> String {
    if spelling.is_empty() {
        return "empty".to_owned();
    }
    let words: Vec<String> = spelling.chars().map(punctuation).collect();
    words.join(" ")
}

fn punctuation(character: char) -> String {
    let word = match character {
        '<' => "less",
        '>' => "greater",
        '=' => "equal",
        '!' => "not",
        '+' => "plus",
        '-' => "minus",
        '*' => "star",
        '/' => "slash",
        '\\' => "backslash",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '_' => "underscore",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '|' => "or",
        '?' => "question",
        '@' => "at",
        '#' => "hash",
        '~' => "tilde",
        '^' => "caret",
        ' ' => "space",
        other => return format!("u{:x}", u32::from(other)),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_case() {
        assert_eq!(type_name("AWSRegionConfig20240805"), "AwsRegionConfig20240805");
        assert_eq!(type_name("tokenFilterasciiFolding"), "TokenFilterasciiFolding");
        assert_eq!(field_name("diskSizeGB"), "disk_size_gb");
        assert_eq!(variant_name("US_GOV_WEST_1"), "UsGovWest1");
        assert_eq!(module_name("AWS Clusters DNS"), "aws_clusters_dns");
        assert_eq!(function_name("getCluster"), "get_cluster");
    }

    #[test]
    fn whatever_the_spelling_an_identifier_comes_out() {
        for spelling in [
            "",
            " ",
            "type",
            "self",
            "_",
            "2dsphere",
            "🚀",
            "a b",
            "<",
            "$external",
            "²",
            "é",
            "-1",
            "Ⅷ",
        ] {
            for name in
                [type_name(spelling), field_name(spelling), variant_name(spelling)]
            {
                let name = ident(&name).to_string();
                assert!(
                    syn::parse_str::<syn::Ident>(&name).is_ok(),
                    "{spelling:?} → {name}"
                );
            }
        }
    }

    #[test]
    fn what_generated_code_uses_is_not_shadowed() {
        assert_eq!(type_name("option"), "OptionType");
        assert_eq!(field_name("extra"), "extra_");
        assert_eq!(variant_name("UNKNOWN"), "UnknownValue");
    }
}
