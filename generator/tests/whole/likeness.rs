//! The generator and the runtime know the API's conventions, but none of its operations, schemas or
//! properties by name: another document of the same kind has to work too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;

use super::{TREE, root};

/// The conventions of the whole API: how lists are paged and the form of an error; and the names
/// that OpenAPI and the runtime have for a kind of credentials. Each must be used; an unused one
/// has to be removed.
const CONVENTIONS: [&str; 6] =
    ["ApiKey", "apiKey", "badRequestDetail", "errorCode", "pageNum", "totalCount"];

/// Products that `casing/nouns.rs` spells as one word, and that schemas are named after.
const PRODUCTS: [&str; 3] = ["OpsGenie", "PagerDuty", "VictorOps"];

/// Keywords of OpenAPI 3.0 that a schema of the API has as names of properties, in one document or
/// another.
const KEYWORDS: [&str; 2] = ["additionalProperties", "termsOfService"];

#[test]
fn only_conventions_are_known_by_name() {
    let names = names(&TREE);
    let mut found = BTreeSet::new();
    for folder in ["generator/src", "runtime/src"] {
        search(&root().join(folder), &names, &mut found);
    }
    let known: BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let surplus: Vec<_> = found
        .iter()
        .filter(|(name, file)| {
            let is_product = file == "nouns.rs" && PRODUCTS.contains(&name.as_str());
            !is_product && !CONVENTIONS.contains(&name.as_str())
        })
        .map(|(name, file)| format!("{file} knows `{name}`"))
        .collect();
    assert!(surplus.is_empty(), "{}", surplus.join("\n"));
    let idle: Vec<_> =
        CONVENTIONS.iter().filter(|convention| !known.contains(*convention)).collect();
    assert!(idle.is_empty(), "no longer known, to be taken off the list: {idle:?}");
}

/// Returns the names in a document that are more than a word: of operations, schemas, properties
/// and parameters.
fn names(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(document, "", &mut names);
    names.retain(|name| !KEYWORDS.contains(&name.as_str()));
    names.retain(|name| {
        let letters = name.as_bytes().windows(2);
        letters
            .into_iter()
            .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
    });
    assert!(names.len() > 1000, "the document has no more than {} names", names.len());
    names
}

fn collect(value: &Value, key: &str, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if matches!(key, "properties" | "schemas") {
                names.extend(object.keys().cloned());
            }
            for name in ["operationId", "x-xgen-operation-id-override", "name"] {
                names
                    .extend(object.get(name).and_then(Value::as_str).map(str::to_owned));
            }
            object.iter().for_each(|(key, value)| collect(value, key, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, "", names)),
        _ => {}
    }
}

fn search(
    folder: &Path,
    names: &BTreeSet<String>,
    found: &mut BTreeSet<(String, String)>,
) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            search(&path, names, found);
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source");
        let tokens: TokenStream = text.parse().expect("Rust");
        let mut words = BTreeSet::new();
        literals(tokens, &mut words);
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let known = words.into_iter().filter(|word| names.contains(word));
        found.extend(known.map(|word| (word, file.clone())));
    }
}

/// Collects the words in the string literals of code; comments and unit tests may have examples.
fn literals(tokens: TokenStream, words: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                // An inner attribute: `#![…]`.
                tokens.next_if(|token| token.to_string() == "!");
                let Some(TokenTree::Group(attribute)) = tokens.peek() else { continue };
                let attribute = attribute.stream().to_string().replace(' ', "");
                if attribute == "cfg(test)" {
                    // The item of the attribute ends with its body, or is a declaration.
                    let _ = tokens.find(|token| match token {
                        TokenTree::Group(body) => body.delimiter() == Delimiter::Brace,
                        TokenTree::Punct(mark) => mark.as_char() == ';',
                        _ => false,
                    });
                } else {
                    tokens.next();
                }
            }
            TokenTree::Group(group) => literals(group.stream(), words),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with(['"', 'r', 'b']) {
                    words.extend(
                        text.split(|c: char| {
                            !c.is_ascii_alphanumeric() && c != '_' && c != '-'
                        })
                        .map(str::to_owned),
                    );
                }
            }
            _ => {}
        }
    }
}
