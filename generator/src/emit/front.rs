//! The front page of the crate's documentation.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Emit, docs};
use crate::casing;

/// Makes the paragraphs with links to everything else.
pub(super) fn page(emit: &Emit<'_>) -> Vec<String> {
    let mut paragraphs = vec![
        "The MongoDB Atlas Administration API: every operation in every dated version, typed."
            .to_owned(),
    ];
    paragraphs.extend(program(emit).map(|program| program.documented()));
    paragraphs.extend([
        "- [`Client`] says where credentials come from, and how to change what it does.\n\
         - [`Request`] is what a request function makes; it is sent, streamed over pages or polled.\n\
         - [`Error`] says what went wrong, and has a predicate for each thing to branch on.\n\
         - [`types`] holds the bodies, [`codec`] what they are made of."
            .to_owned(),
        "A group of operations is a module and a feature. A request function stands there in \
         its newest version, and in every version under its date, as in `v2024_08_05`, for \
         callers that no update may move. The search of these pages finds it by its \
         `operationId`, its short name and its path."
            .to_owned(),
        "# Operations, in the groups of the Atlas documentation".to_owned(),
    ]);
    for (place, tags) in places(emit) {
        paragraphs.push(match place {
            Some(place) => format!("Mostly below {}:", docs::code(&place)),
            None => "Elsewhere:".to_owned(),
        });
        let lines: Vec<String> = tags.into_iter().map(|tag| line(emit, tag)).collect();
        paragraphs.push(lines.join("\n"));
    }
    paragraphs
}

/// A first program.
pub(super) struct Program {
    pub(super) feature: String,
    /// The imports, the client and the call.
    pub(super) lines: [String; 3],
}

impl Program {
    /// Returns the program as a documentation test.
    fn documented(&self) -> String {
        let [uses, client, page] = &self.lines;
        format!(
            "```no_run\n\
             # #[cfg(feature = \"{}\")]\n\
             # async fn example() -> Result<(), atlas_admin::Error> {{\n\
             {uses}\n\n{client}\n{page}\n\
             # Ok(())\n\
             # }}\n\
             ```",
            self.feature
        )
    }
}

/// Returns a program that reads one page of a list; `None` where no operation is suitable.
pub(super) fn program(emit: &Emit<'_>) -> Option<Program> {
    let index = emit.facts.first?;
    let operation = &emit.api.operations[index];
    let module = casing::ident(&emit.names.modules[operation.tag]);
    let function = casing::ident(&emit.names.functions[index]);
    Some(Program {
        feature: emit.names.features[operation.tag].clone(),
        lines: [
            format!("use atlas_admin::{{Client, {module}}};"),
            "let client = Client::infer()?;".to_owned(),
            format!("let page = {module}::{function}().send(&client).await?;"),
        ],
    })
}

/// Returns the line of an operation group, with the count of its operations.
fn line(emit: &Emit<'_>, tag: usize) -> String {
    let (name, module) = (&emit.api.tags[tag].name, &emit.names.modules[tag]);
    format!("- [{name}](mod@{module}): {}", docs::tag_in_list(emit, tag))
}

/// Returns the operation groups by the collection that most of their operations are below, the
/// largest first; those that are alone in their collection come last, together.
fn places(emit: &Emit<'_>) -> Vec<(Option<String>, Vec<usize>)> {
    let mut by_place: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let root = common(emit);
    for tag in 0..emit.api.tags.len() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for operation in emit.api.operations.iter().filter(|o| o.tag == tag) {
            let segments: Vec<&str> = operation.path.split('/').take(root + 1).collect();
            *counts.entry(segments.join("/")).or_default() += 1;
        }
        let most = counts.into_iter().min_by_key(|(_, count)| Reverse(*count));
        if let Some((place, _)) = most {
            by_place.entry(place).or_default().push(tag);
        }
    }
    let (shared, alone): (Vec<_>, Vec<_>) =
        by_place.into_iter().partition(|(_, tags)| tags.len() > 1);
    let mut places: Vec<(Option<String>, Vec<usize>)> =
        shared.into_iter().map(|(place, tags)| (Some(place), tags)).collect();
    places.sort_by_key(|(_, tags)| Reverse(tags.len()));
    if !alone.is_empty() {
        let mut tags: Vec<usize> =
            alone.into_iter().flat_map(|(_, tags)| tags).collect();
        tags.sort_unstable();
        places.push((None, tags));
    }
    places
}

/// Counts the path segments that all paths begin with.
fn common(emit: &Emit<'_>) -> usize {
    let mut paths =
        emit.api.operations.iter().map(|operation| operation.path.split('/'));
    let Some(first) = paths.next() else { return 0 };
    let first: Vec<&str> = first.collect();
    paths.fold(first.len(), |common, path| {
        let alike = first.iter().zip(path).take_while(|(a, b)| **a == *b).count();
        common.min(alike)
    })
}
