//! The fate of every keyword: whether its information is in the generated crate.
//!
//! A keyword that is lost only in some places is noted there, by `lower`. This table holds those
//! that are lost wherever they are written.

use super::Kind;

/// The fate of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The keyword is in the generated crate, or influences it. Losses in particular cases are
    /// noted by the code that finds them.
    Expressed,
    /// The keyword is lost, at least in some places, and a line of `unmapped.txt` notes it: this
    /// line, or for `None` a line that `lower` writes.
    Noted(Option<&'static str>),
    /// The keyword has no information that a client could use.
    Meaningless,
}

use Fate::{Expressed, Meaningless, Noted};

const LIMIT: Fate = Noted(Some(
    "only the service checks this limit: the generated code does not mention it",
));
const CASES: Fate = Noted(None);

/// Returns the fate of a keyword; `None` where the grammar has no such keyword.
pub(crate) fn fate(kind: Kind, key: &str) -> Option<Fate> {
    Some(match kind {
        Kind::Schema => of_schema(key)?,
        Kind::Operation => of_operation(key)?,
        Kind::Parameter => match key {
            "deprecated" | "description" | "explode" | "in" | "name" | "required"
            | "schema" | "style" => Expressed,
            "allowEmptyValue" | "allowReserved" | "content" => CASES,
            "example" | "examples" => Meaningless,
            _ => return None,
        },
        Kind::Response => match key {
            "content" => Expressed,
            "links" => CASES,
            // `Response::headers` has all headers, by name.
            "headers" | "description" => Meaningless,
            _ => return None,
        },
        Kind::RequestBody => match key {
            "content" => Expressed,
            "required" => CASES,
            "description" => Meaningless,
            _ => return None,
        },
        Kind::MediaType => match key {
            "schema" => Expressed,
            "encoding" => Noted(Some("the caller encodes the parts of the body")),
            "example" | "examples" => Meaningless,
            _ => return None,
        },
        Kind::PathItem => match key {
            "options" | "trace" | "servers" => CASES,
            "description" | "summary" => Meaningless,
            "delete" | "get" | "head" | "parameters" | "patch" | "post" | "put" => {
                Expressed
            }
            _ => return None,
        },
        Kind::Document => match key {
            "components" | "openapi" | "paths" | "security" | "tags" => Expressed,
            // The host is a setting of the client; the servers only name other hosts.
            "externalDocs" | "info" | "servers" => Meaningless,
            _ => return None,
        },
        Kind::Components => match key {
            "parameters" | "requestBodies" | "responses" | "schemas" => Expressed,
            "callbacks" | "examples" | "headers" | "links" | "securitySchemes" => {
                Meaningless
            }
            _ => return None,
        },
        Kind::Discriminator => match key {
            "mapping" | "propertyName" => Expressed,
            _ => return None,
        },
        Kind::Tag => match key {
            "description" | "name" => Expressed,
            "externalDocs" => Meaningless,
            _ => return None,
        },
        // The objects below these keywords are expressed by their names, or noted.
        Kind::Paths | Kind::Responses => Expressed,
        // Parts of noted keywords, words for readers, and how a client gets its credentials.
        _ => kind.rules().field(key).map(|_| Meaningless)?,
    })
}

fn of_schema(key: &str) -> Option<Fate> {
    Some(match key {
        "additionalProperties"
        | "allOf"
        | "anyOf"
        | "default"
        | "deprecated"
        | "description"
        | "discriminator"
        | "enum"
        | "exclusiveMaximum"
        | "exclusiveMinimum"
        | "externalDocs"
        | "format"
        | "items"
        | "maxItems"
        | "maxLength"
        | "maximum"
        | "minItems"
        | "minLength"
        | "minimum"
        | "nullable"
        | "oneOf"
        | "pattern"
        | "properties"
        | "readOnly"
        | "required"
        | "title"
        | "type"
        | "uniqueItems"
        | "writeOnly" => Expressed,
        "maxProperties" | "minProperties" | "multipleOf" => LIMIT,
        "not" => Noted(Some("`not` has no equivalent in Rust")),
        "example" | "xml" => Meaningless,
        _ => return None,
    })
}

fn of_operation(key: &str) -> Option<Fate> {
    Some(match key {
        "deprecated" | "description" | "externalDocs" | "operationId" | "parameters"
        | "requestBody" | "responses" | "security" | "summary" | "tags" => Expressed,
        "callbacks" | "servers" => CASES,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::grammar::{KINDS, walk};
    use crate::pointer::Pointer;
    use crate::{Ledger, Options, generate, tree};

    /// A document that uses every keyword where an operation reaches it.
    const DOCUMENT: &[u8] =
        include_bytes!("../../tests/cases/31-every-keyword/spec.yaml");

    /// Returns the keywords that a document uses, each with one location.
    fn used(document: &Value) -> Vec<(Kind, String, Pointer)> {
        let mut used = Vec::new();
        walk::visit(document, &mut |kind, value, at| {
            let keys = value.as_object().into_iter().flat_map(|object| object.keys());
            let keys = keys.filter(|key| *key != "$ref");
            used.extend(keys.map(|key| (kind, key.clone(), at.child(key))));
        });
        used
    }

    #[test]
    fn every_keyword_of_the_grammar_has_a_fate() {
        for kind in KINDS {
            for (key, _) in kind.rules().fields {
                assert!(fate(kind, key).is_some(), "{key} of {}", kind.name());
            }
            let stray = fate(kind, "no keyword");
            assert_eq!(stray.is_some(), kind.rules().other.is_some(), "{}", kind.name());
        }
    }

    #[test]
    fn a_document_that_uses_every_keyword_shows_each_loss() {
        let document = tree::parse(DOCUMENT).expect("YAML");
        let used = used(&document);
        let generated = generate(DOCUMENT, &[], &Ledger::default(), &Options::default());
        let unmapped = generated.expect("a crate").unmapped;
        let lines = unmapped.lines().filter_map(|line| line.split_once(' '));
        let noted: BTreeSet<String> = lines.map(|(at, _)| at.to_owned()).collect();
        // Some losses are noted at the object, with their treatment.
        let is_noted = |at: &Pointer| {
            let within = at.parent().unwrap_or_default();
            noted.contains(&at.to_string()) || noted.contains(&within.to_string())
        };
        let (mut unused, mut silent) = (Vec::new(), Vec::new());
        for kind in KINDS {
            for (key, _) in kind.rules().fields {
                let mut places = used.iter().filter(|it| it.0 == kind && it.1 == *key);
                let name = format!("{key} of {}", kind.name());
                if places.clone().next().is_none() {
                    unused.push(name);
                } else if matches!(fate(kind, key), Some(Fate::Noted(_)))
                    && !places.any(|(.., at)| is_noted(at))
                {
                    silent.push(name);
                }
            }
        }
        assert!(
            unused.is_empty() && silent.is_empty(),
            "unused {unused:?}, silent {silent:?}"
        );
    }
}
