//! Doc comments of fields, variants, values and parameters.

use super::{code, join, prose, sentence};
use crate::casing::{self, capitalized};
use crate::emit::{Docs, Emit};
use crate::facts::Member;
use crate::model::{
    Discriminator, Field, JsonKind, Limits, Parameter, Type, Union, Variant,
};

/// Returns the documentation of a field.
pub(in crate::emit) fn field(
    emit: &Emit<'_>,
    field: &Field,
    member: Member,
) -> Vec<String> {
    let json_name = code(&field.json_name);
    let name = &emit.names.members[member.0.0][member.1];
    let said = emit.sentences.member(member.0, member.1);
    let mut facts = match said {
        Some(said) if casing::lower_camel(name) == field.json_name => {
            vec![sentence::plain(emit, said)]
        }
        Some(said) => {
            vec![sentence::plain(emit, said), format!("JSON name: {json_name}.")]
        }
        None => vec![format!("{json_name}.")],
    };
    if field.deprecated {
        facts.push("Deprecated.".to_owned());
    }
    let is_read_only = emit.facts.read_only.contains(&member);
    if is_read_only && emit.facts.identities.contains(&member) {
        let fact = "Read-only, but an update sends it with each item of a list, to identify \
                    the item.";
        facts.push(fact.to_owned());
    } else if is_read_only {
        facts.push("Read-only.".to_owned());
    } else if field.required {
        facts.push("Required.".to_owned());
    }
    if field.write_only {
        facts.push("Write-only: the service never returns it.".to_owned());
    } else if field.secret {
        facts.push("Secret: `Debug` and logs never show it.".to_owned());
    }
    if field.nullable {
        facts.push("May be `null`.".to_owned());
    }
    facts.extend(unsaid(&field.limits, said));
    with_prose(emit, facts.join(" "), field.prose.as_deref())
}

/// Returns the documentation of the setter of an operation's parameter.
pub(in crate::emit) fn parameter(
    emit: &Emit<'_>,
    operation: usize,
    parameter: &Parameter,
) -> Vec<String> {
    let said = emit.sentences.parameter(operation, &parameter.name);
    let mut facts: Vec<String> =
        said.map(|said| sentence::plain(emit, said)).into_iter().collect();
    facts.push(format!("Sets {}.", code(&parameter.name)));
    facts.extend(unsaid(&parameter.limits, said));
    with_prose(emit, facts.join(" "), parameter.prose.as_deref())
}

/// Returns the documentation of an enum's value; `said` is its sentence.
pub(in crate::emit) fn value(
    emit: &Emit<'_>,
    json_name: &str,
    said: Option<&str>,
) -> String {
    let shown = capitalized(&code(json_name));
    match said {
        Some(said) => format!("{shown}: {}", sentence::plain(emit, said)),
        None => format!("{shown}."),
    }
}

/// Returns the documentation of a union's variant.
pub(in crate::emit) fn variant(
    emit: &Emit<'_>,
    union: &Union,
    variant: &Variant,
) -> Vec<String> {
    const SHOWN: usize = 3;
    let Discriminator::Tag { .. } = &union.by else {
        let kind = match emit.api.json_kind(&variant.ty) {
            JsonKind::Boolean => "`true` or `false`.",
            JsonKind::Number => "A JSON number.",
            JsonKind::String => "A JSON string.",
            JsonKind::Array => "A JSON list.",
            JsonKind::Object => "A JSON object.",
        };
        return vec![with_type(emit, kind, variant)];
    };
    let mut tags: Vec<String> =
        variant.tags.iter().take(SHOWN).map(|tag| code(tag)).collect();
    let more = variant.tags.len().saturating_sub(SHOWN);
    if more > 0 {
        tags.push(format!("{more} more"));
    }
    let conjunction = if more > 0 { "and" } else { "or" };
    let head = match tags.as_slice() {
        [] => "No discriminator value selects this variant alone.".to_owned(),
        tags => capitalized(&format!("{}.", join(tags, conjunction))),
    };
    vec![with_type(emit, &head, variant)]
}

/// Appends the first sentence of a variant's type, which describes the variant.
fn with_type(emit: &Emit<'_>, head: &str, variant: &Variant) -> String {
    let said = match &variant.ty {
        Type::Def(id) => emit.sentences.ty(*id),
        _ => None,
    };
    match said {
        Some(said) => format!("{head} {}", sentence::split(emit, said).0),
        None => head.to_owned(),
    }
}

/// Returns the documentation of the variant for undeclared values.
pub(in crate::emit) fn unknown_variant(union: &Union) -> String {
    match &union.by {
        Discriminator::Tag { property, .. } => {
            format!(
                "A value of {} that the API's document doesn't declare.",
                code(property)
            )
        }
        Discriminator::JsonKind => {
            "A JSON value of a kind that the API's document doesn't declare.".to_owned()
        }
    }
}

/// Returns the limits that a value's sentence doesn't say already.
pub(super) fn unsaid(of: &Limits, said: Option<&str>) -> Vec<String> {
    let mut facts = limits(of);
    facts.retain(|fact| !is_said_already(said, fact));
    facts
}

/// Returns the limits on a value, each as a sentence.
fn limits(limits: &Limits) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(format) = limits.format.as_deref().and_then(format_words) {
        facts.push(format.to_owned());
    }
    if !limits.one_of.is_empty() {
        let values: Vec<String> =
            limits.one_of.iter().map(|value| code(value)).collect();
        facts.push(format!("One of {}.", join(&values, "and")));
    }
    facts.extend(range(limits));
    facts.extend(span(limits.min_length, limits.max_length, "character", "characters"));
    facts.extend(span(limits.min_items, limits.max_items, "item", "items"));
    if limits.unique {
        facts.push("No duplicate items.".to_owned());
    }
    if let Some(pattern) = &limits.pattern {
        facts.push(format!("Pattern: {}.", code(pattern)));
    }
    if let Some(default) = &limits.default {
        facts.push(format!("Default: {}.", code(default)));
    }
    facts
}

/// Tells whether a sentence names the same format as a fact such as "An e-mail address."
fn is_said_already(said: Option<&str>, fact: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('-', "");
    let kind = ["An ", "A "].iter().find_map(|article| fact.strip_prefix(article));
    let Some(kind) = kind.map(|kind| plain(kind.trim_end_matches('.'))) else {
        return false;
    };
    said.is_some_and(|said| plain(said).contains(&kind))
}

fn format_words(format: &str) -> Option<&'static str> {
    match format {
        "email" => Some("An e-mail address."),
        "uuid" => Some("A UUID."),
        "uri" | "url" => Some("A URI."),
        "ipv4" => Some("An IPv4 address."),
        "ipv6" => Some("An IPv6 address."),
        "byte" => Some("Encoded in base64."),
        _ => None,
    }
}

fn range(limits: &Limits) -> Option<String> {
    let (above, below) = limits.exclusive;
    let least = limits
        .minimum
        .as_ref()
        .map(|n| if above { format!("more than {n}") } else { format!("at least {n}") });
    let most = limits
        .maximum
        .as_ref()
        .map(|n| if below { format!("less than {n}") } else { format!("at most {n}") });
    match (&limits.minimum, &limits.maximum, least, most) {
        (Some(min), Some(max), _, _) if !above && !below => {
            Some(format!("{min} to {max}."))
        }
        (_, _, Some(least), Some(most)) => {
            Some(format!("{}.", capitalized(&format!("{least} and {most}"))))
        }
        (_, _, Some(bound), None) | (_, _, None, Some(bound)) => {
            Some(format!("{}.", capitalized(&bound)))
        }
        _ => None,
    }
}

fn span(
    min: Option<usize>,
    max: Option<usize>,
    one: &str,
    many: &str,
) -> Option<String> {
    let unit = |n: usize| if n == 1 { one.to_owned() } else { many.to_owned() };
    match (min.filter(|n| *n > 0), max) {
        (Some(min), Some(max)) if min == max => {
            Some(format!("Exactly {max} {}.", unit(max)))
        }
        (Some(min), Some(max)) => Some(format!("{min} to {max} {}.", unit(max))),
        (Some(min), None) => Some(format!("At least {min} {}.", unit(min))),
        (None, Some(max)) => Some(format!("At most {max} {}.", unit(max))),
        (None, None) => None,
    }
}

fn with_prose(emit: &Emit<'_>, facts: String, text: Option<&str>) -> Vec<String> {
    match text {
        Some(text) if emit.docs == Docs::Full => {
            let mut paragraphs = vec![facts];
            paragraphs.extend(prose::paragraphs(text));
            paragraphs
        }
        _ => vec![facts],
    }
}
