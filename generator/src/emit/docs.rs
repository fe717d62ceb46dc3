//! Doc comments, composed of sentences and facts, or of the document's own prose for those who are
//! allowed to use it.

mod members;
mod operation;
mod prose;
mod sentence;

use std::ops::Range;

use super::Emit;
use crate::casing::{self, capitalized};
use crate::model::{Discriminator, Kind, Origin, TypeId, Union};

pub(super) use members::{field, parameter, unknown_variant, value, variant};
pub(super) use operation::{operation, pinned};

/// The greatest length of a line of a doc comment.
const WIDTH: usize = 92;

/// Returns paragraphs as a doc comment of the enclosing module.
pub(super) fn inner(paragraphs: Vec<String>) -> String {
    lines(paragraphs).split('\n').map(|line| format!("//!{line}\n")).collect()
}

/// Returns paragraphs as the lines of a doc comment, without the slashes.
pub(super) fn lines(paragraphs: Vec<String>) -> String {
    let mut text = String::with_capacity(paragraphs.iter().map(String::len).sum());
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        // A doc comment can't hold a carriage return (the Rust Reference, "Comments").
        let paragraph = match paragraph.contains('\r') {
            true => &paragraph.replace("\r\n", "\n").replace('\r', " "),
            false => paragraph,
        };
        for Line { indent, text: line } in wrap(paragraph) {
            if !text.is_empty() {
                text.push('\n');
            }
            let line = line.trim_end();
            if !line.is_empty() {
                text.push(' ');
                text.push_str(indent);
                text.push_str(line);
            }
        }
    }
    text
}

/// Returns the documentation of an operation group's module.
pub(super) fn tag(emit: &Emit<'_>, tag: usize) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if let Some(said) = emit.sentences.tag(tag) {
        let (first, rest) = sentence::split(emit, said);
        paragraphs.push(first);
        paragraphs.extend(rest);
    }
    paragraphs.push(tag_facts(emit, tag));
    let tag = &emit.api.tags[tag];
    if emit.docs == super::Docs::Full
        && let Some(text) = &tag.prose
    {
        paragraphs.extend(prose::paragraphs(text));
    }
    paragraphs
}

/// Returns the name of an operation group, the number of its operations, and its feature.
pub(super) fn tag_facts(emit: &Emit<'_>, tag: usize) -> String {
    let (size, feature) = (size(emit, tag), code(&emit.names.features[tag]));
    format!("{}: {size}. Feature: {feature}.", emit.api.tags[tag].name)
}

/// Returns the text for an operation group in a list of groups: the number of its operations, and
/// its first sentence.
pub(super) fn tag_in_list(emit: &Emit<'_>, tag: usize) -> String {
    let size = size(emit, tag);
    match emit.sentences.tag(tag) {
        Some(said) => format!("{size}. {}", sentence::split(emit, said).0),
        None => size,
    }
}

/// Returns the number of operations of a group, with the noun.
pub(super) fn size(emit: &Emit<'_>, tag: usize) -> String {
    match emit.api.operations.iter().filter(|operation| operation.tag == tag).count() {
        1 => "1 operation".to_owned(),
        n => format!("{n} operations"),
    }
}

/// A line of a paragraph.
struct Line<'a> {
    indent: &'static str,
    text: &'a str,
}

/// Breaks a paragraph into lines, but not within code spans.
fn wrap(paragraph: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut is_code = false;
    for line in paragraph.lines() {
        is_code ^= line.starts_with("```");
        // Lists, tables and code keep their lines.
        if is_code || line.len() <= WIDTH {
            lines.push(Line { indent: "", text: line });
            continue;
        }
        let (mut indent, mut start, mut end) = ("", 0, 0);
        for word in unbreakable(line) {
            if start == end {
                start = word.start;
            } else if indent.len() + word.end - start > WIDTH {
                lines.push(Line { indent, text: &line[start..end] });
                indent = if line.starts_with("- ") { "  " } else { "" };
                start = word.start;
            }
            end = word.end;
        }
        lines.push(Line { indent, text: &line[start..end] });
    }
    lines
}

/// Splits a line into words, and keeps code spans whole.
fn unbreakable(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut is_code = false;
    let words = line.as_bytes().split(move |byte| {
        is_code ^= *byte == b'`';
        *byte == b' ' && !is_code
    });
    words.scan(0, |next, word| {
        let start = *next;
        *next += word.len() + 1;
        Some(start..start + word.len())
    })
}

/// Returns text as a code span, also if the text contains backticks.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return "the empty string".to_owned();
    }
    if !text.contains('`') {
        return ["`", text, "`"].concat();
    }
    format!("`` {text} ``")
}

/// Joins alternatives: `a`, `b or c`.
pub(super) fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// Returns the documentation of a type.
pub(super) fn definition(emit: &Emit<'_>, id: TypeId) -> Vec<String> {
    let def = emit.api.def(id);
    let place = &def.origin.places[0];
    let mut paragraphs = match emit.sentences.ty(id) {
        Some(said) => said_of_type(emit, id, said),
        None => vec![summary(emit, id)],
    };
    if emit.docs == super::Docs::Full
        && let Some(text) = &def.prose
    {
        paragraphs.extend(prose::paragraphs(text));
    }
    if emit.sentences.ty(id).is_none()
        && let Some(property) = tag_of(&def.kind)
    {
        paragraphs.push(format!("The property {property} selects the variant."));
    }
    paragraphs.extend(usage(emit, id));
    if !def.origin.named {
        let others = def.origin.places.len() - 1;
        let place = code(place.key.trim_end_matches("#common"));
        paragraphs.push(match others {
            0 => format!("Declared at {place}."),
            1 => format!("Declared at {place} and one other place."),
            n => format!("Declared at {place} and {n} other places."),
        });
    }
    if let Some(url) = &def.docs_url {
        paragraphs.push(format!("[More in the Atlas documentation]({url})."));
    }
    paragraphs
}

/// Returns the sentences of a type, then its schemas if they have other names than the type, and
/// the number of its values or variants.
fn said_of_type(emit: &Emit<'_>, id: TypeId, said: &str) -> Vec<String> {
    let def = emit.api.def(id);
    let (first, rest) = sentence::split(emit, said);
    let mut more: Vec<String> = rest.into_iter().collect();
    let is_its_name = match def.origin.places.as_slice() {
        [place] => casing::is_said_by(&emit.names.types[id.0], &place.key),
        _ => false,
    };
    if def.origin.named && !is_its_name {
        more.push(format!("{}.", schemas(&def.origin)));
    }
    let tag = tag_of(&def.kind).map(|tag| format!("; the property {tag} selects it"));
    let tag = tag.unwrap_or_default();
    more.extend(openness(&def.kind).map(|text| capitalized(&text) + &tag + "."));
    let mut paragraphs = vec![first];
    if !more.is_empty() {
        paragraphs.push(more.join(" "));
    }
    paragraphs
}

/// Returns the first sentence for a type without one in `spec/words/`: its schemas or its origin,
/// and the number of its values or variants.
fn summary(emit: &Emit<'_>, id: TypeId) -> String {
    let def = emit.api.def(id);
    let place = &def.origin.places[0];
    let name = if def.origin.named {
        schemas(&def.origin)
    } else if let Some(union) = place.key.strip_suffix("#common") {
        return format!("The fields that all variants of {} share.", code(union));
    } else {
        format!("The {} of {}", words_of(&place.hint), code(&owner_of(&place.key)))
    };
    match openness(&def.kind) {
        Some(text) => format!("{name}: {text}."),
        None => format!("{name}."),
    }
}

/// Returns the number of values or variants of a type; `None` for a record.
fn openness(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Record(_) => None,
        Kind::Enum(values) => Some(match values.values.len() {
            1 => "one documented value; others are kept as `Unknown`".to_owned(),
            n => format!("one of {n} documented values; others are kept as `Unknown`"),
        }),
        Kind::Union(union) => Some(format!("one of {} variants", union.variants.len())),
    }
}

/// Returns the discriminating property of a union, as code.
fn tag_of(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Union(Union { by: Discriminator::Tag { property, .. }, .. }) => {
            Some(code(property))
        }
        _ => None,
    }
}

/// Returns the names of the schemas of a type, which has several if they are equal.
fn schemas(origin: &Origin) -> String {
    let first = code(&origin.places[0].key);
    match origin.places.get(1..).unwrap_or_default() {
        [] => format!("The schema {first}"),
        [second] => {
            format!("The equal schemas {first} and {}", code(&second.key))
        }
        others => format!("The schema {first} and {} equal schemas", others.len()),
    }
}

fn words_of(hint: &str) -> String {
    casing::spoken(hint)
}

/// Returns the owner of an inline type: its key without the last step.
fn owner_of(key: &str) -> String {
    let end = key.rfind(['.', '?', '#', '|']).unwrap_or(key.len());
    key[..end].to_owned()
}

/// Returns the path of an operation's request function: `clusters::get_cluster`, or
/// `clusters::preview::get_cluster` if the operation has no stable version.
fn function_path(emit: &Emit<'_>, index: usize) -> String {
    let operation = &emit.api.operations[index];
    let (module, function) =
        (&emit.names.modules[operation.tag], &emit.names.functions[index]);
    match operation.only_dated() {
        Some(version) => {
            format!("{module}::{}::{function}", casing::version_module(version))
        }
        None => format!("{module}::{function}"),
    }
}

/// Returns the link to an operation's request function.
pub(super) fn function_link(emit: &Emit<'_>, index: usize) -> String {
    let path = function_path(emit, index);
    format!("[`{path}`](crate::{path})")
}

/// Lists the operations that respond with a type, and those that send it.
fn usage(emit: &Emit<'_>, id: TypeId) -> Vec<String> {
    const SHOWN: usize = 4;
    let users = &emit.facts.users[id.0];
    let list = |operations: &std::collections::BTreeSet<usize>| {
        let mut names: Vec<String> =
            operations.iter().map(|index| function_link(emit, *index)).collect();
        let more = names.len().saturating_sub(SHOWN);
        names.truncate(SHOWN);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        join(&names, "and")
    };
    let mut sentences = Vec::new();
    if !users.answered_by.is_empty() {
        sentences.push(format!("Returned by {}.", list(&users.answered_by)));
    }
    if !users.sent_by.is_empty() {
        sentences.push(format!("Sent by {}.", list(&users.sent_by)));
    }
    if sentences.is_empty() { Vec::new() } else { vec![sentences.join(" ")] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paragraphs_are_wrapped_between_words() {
        let text = "word ".repeat(40);
        let length = |line: Line<'_>| line.indent.len() + line.text.len();
        assert!(wrap(text.trim()).into_iter().all(|line| length(line) <= WIDTH));
    }

    #[test]
    fn only_ends_of_lines_break_a_comment() {
        let paragraphs = ["a\r/b\r\nc \n\ne".to_owned(), "d".to_owned()];
        assert_eq!(lines(paragraphs.to_vec()), " a /b\n c\n\n e\n\n d");
    }

    #[test]
    fn code_spans_are_not_torn() {
        let text = format!("{} `a b c d e f g` end", "word".repeat(21));
        assert!(wrap(&text).iter().any(|line| line.text.contains("`a b c d e f g`")));
    }

    #[test]
    fn code_keeps_its_lines() {
        let text = format!("```\n{}\n```", "word ".repeat(40));
        assert_eq!(wrap(&text).len(), 3);
    }

    #[test]
    fn backticks_do_not_end_a_code_span() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code(""), "the empty string");
    }
}
