//! Proposals of real recordings, which are no part of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use atlas_admin_generator::{Ledger, Options as Generation, UnmatchedAction, generate};
use atlas_admin_replay::exchange::replay;
use atlas_admin_replay::har::{self, Body, Recorded};
use atlas_admin_replay::propose::overlays::Source;
use atlas_admin_replay::propose::{Options, propose};
use atlas_admin_replay::route::Routes;
use serde_json::Value as Json;

/// All texts that are values in JSON, or part of an address.
fn values(json: &Json, into: &mut BTreeSet<String>) {
    match json {
        Json::String(text) => {
            into.insert(text.clone());
        }
        Json::Number(number) => {
            into.insert(number.to_string());
        }
        Json::Array(items) => items.iter().for_each(|item| values(item, into)),
        Json::Object(members) => {
            members.iter().for_each(|(_, value)| values(value, into));
        }
        Json::Bool(_) | Json::Null => {}
    }
}

/// Tells whether a text stands in another one, and is no part of a longer word.
fn is_word_in(word: &str, text: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        !is_part(text[..at].chars().next_back()) && !is_part(after.chars().next())
    })
}

/// Adds to each object at the top of a response a copy of all that is in it, which no document
/// declares: names and maps of real bodies, for types to be found of.
fn with_copy(recorded: &mut Recorded) {
    if let Body::Bytes(bytes) = &mut recorded.response.body
        && (200..300).contains(&recorded.status)
        && let Ok(mut json @ Json::Object(_)) = serde_json::from_slice::<Json>(bytes)
    {
        json["shinyCopy"] = json.clone();
        *bytes = json.to_string().into_bytes();
    }
}

fn all_values(exchanges: &[Recorded]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for recorded in exchanges {
        found.extend(recorded.url.split(['/', '?', '&', '=']).map(str::to_owned));
        for message in [&recorded.request, &recorded.response] {
            if let Body::Bytes(bytes) = &message.body
                && let Ok(json) = serde_json::from_slice(bytes)
            {
                values(&json, &mut found);
            }
        }
    }
    found
}

#[test]
#[ignore = "reads ../shared/recorded, which is no part of the repository: .ci/run replay"]
fn no_value_of_real_recordings_is_proposed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut exchanges =
        har::read(&[root.join("../shared/recorded")]).expect("recordings");
    exchanges.iter_mut().for_each(with_copy);
    let routes = Routes::new();
    let outcomes: Vec<_> =
        exchanges.iter().map(|recorded| replay(recorded, &routes)).collect();
    let read = |path: PathBuf| fs::read(path).expect("a file");
    let spec = root.join("spec");
    let files = fs::read_dir(spec.join("overlays")).expect("corrections");
    let overlays = files.map(|file| {
        let file = file.expect("a file");
        (file.file_name().to_string_lossy().into_owned(), read(file.path()))
    });
    let mut source = Source {
        document: read(spec.join("atlas-admin-v2.yaml")),
        overlays: overlays.collect(),
        unmatched: UnmatchedAction::Error,
    };
    let document = source.read().expect("a document");
    let found = propose(&exchanges, &outcomes, &document, Options { nulls: true });
    assert!(found.actions.len() > 60, "{found}");
    let text = found.to_string();
    source.check(&document, &text).expect("a proposal that applies");

    let known = String::from_utf8_lossy(&source.document).into_owned();
    let leaked: Vec<String> = all_values(&exchanges)
        .into_iter()
        // Short ones are counts and words; what the document has is nobody's.
        .filter(|value| value.len() > 3 && is_word_in(value, &text))
        .filter(|value| !is_word_in(value, &known))
        .collect();
    assert_eq!(leaked, Vec::<String>::new());

    source.overlays.push(("~proposal.yaml".to_owned(), text.into_bytes()));
    let overlays: Vec<(&str, &[u8])> = source
        .overlays
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_slice()))
        .collect();
    let ledger = String::from_utf8(read(spec.join("names.toml"))).expect("UTF-8");
    let ledger = Ledger::parse(&ledger).expect("a ledger");
    generate(&source.document, &overlays, &ledger, &Generation::default())
        .expect("a crate");
    let document = source.read().expect("a document");
    let again = propose(&exchanges, &outcomes, &document, Options { nulls: true });
    assert!(again.actions.is_empty(), "{again}");
}
