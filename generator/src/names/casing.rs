//! Casing: from the document's spelling to Rust's, for each role.
//!
//! Every function is total: whatever the spelling, an identifier comes out, though not always a
//! distinct one; that is for `claim` to find.

use super::nouns::{camel, snake};
use super::reserved;

/// Keywords that can't be raw identifiers (the Rust Reference, "Keywords").
pub(super) const UNRAWABLE: [&str; 5] = ["self", "Self", "super", "crate", "_"];

pub(super) fn type_name(spelling: &str) -> String {
    let name = digits_apart(camel(&readable(spelling)));
    if reserved::TYPES.contains(&name.as_str()) { format!("{name}Type") } else { name }
}

pub(super) fn field_name(spelling: &str) -> String {
    let name = digits_apart(snake(&readable(spelling)));
    // `extra` is the field of every record for what the document does not declare.
    if UNRAWABLE.contains(&name.as_str()) || name == "extra" {
        format!("{name}_")
    } else {
        name
    }
}

/// Names the builder of a request by its function.
pub(super) fn builder_name(function: &str) -> String {
    let name = digits_apart(camel(function));
    let is_taken = reserved::BUILDERS.contains(&name.as_str());
    if is_taken { format!("{name}Request") } else { name }
}

/// Names the argument or the setter for a parameter.
pub(super) fn parameter_name(spelling: &str) -> String {
    let name = field_name(spelling);
    if reserved::METHODS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// Names the static that describes an operation.
pub(super) fn static_name(function: &str) -> String {
    let name = digits_apart(snake(function).to_uppercase());
    // `REGISTRY` lists the statics of a module.
    if name == "REGISTRY" { format!("{name}_") } else { name }
}

pub(super) fn variant_name(spelling: &str) -> String {
    let name = digits_apart(camel(&readable(spelling)));
    // `Unknown` is the variant of every enum for what the document does not declare.
    if name == "Unknown" || name == "Self" { format!("{name}Value") } else { name }
}

/// Names the module of an operation group, which is a Cargo feature too.
pub(super) fn module_name(spelling: &str) -> String {
    let name = field_name(spelling);
    let is_taken = reserved::MODULES.contains(&name.as_str())
        || reserved::FEATURES.contains(&super::feature(&name).as_str());
    if is_taken { format!("{name}_operations") } else { name }
}

pub(super) fn function_name(spelling: &str) -> String {
    let name = field_name(spelling);
    if reserved::FUNCTIONS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// An identifier can't begin with a digit.
fn digits_apart(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// Replaces what no identifier can hold by words or separators.
fn readable(spelling: &str) -> String {
    let mut text = String::with_capacity(spelling.len());
    for character in spelling.chars() {
        match character {
            c if c.is_ascii_alphanumeric() => text.push(c),
            c if c.is_ascii() => text.push(' '),
            c if unicode_ident::is_xid_continue(c) && c.is_alphanumeric() => {
                text.push(c)
            }
            c => text.push_str(&format!(" u{:x} ", u32::from(c))),
        }
    }
    if text.trim().is_empty() { spelt_out(spelling) } else { text }
}

/// Names a spelling that is punctuation only.
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
                let name = super::super::ident(&name).to_string();
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
