//! Changes of request bodies and responses other than those of their schemas.

use std::collections::BTreeMap;

use super::super::api::{Content, Response, View};
use super::super::change::{Anchor, Change, Direction, Part, Site, need};
use super::super::graph::{Graph, Root};
use super::Draft;

/// Compares the request bodies of two versions.
pub(super) fn requests<'a>(
    graph: &mut Graph<'a>,
    old: &View<'a>,
    new: &View<'a>,
    draft: &mut Draft,
) {
    let mut push = |code: &str, is_compatible: bool, words: &str| {
        let what = format!("{words} the request body");
        draft.changes.push(Change::new(code, is_compatible, what));
    };
    match (&old.body, &new.body) {
        (None, Some(body)) if body.is_required => {
            push("request-body-added-required", false, "added, and requires,");
        }
        (None, Some(_)) => push("request-body-added-optional", true, "added"),
        (Some(_), None) => push("request-body-removed", false, "removed"),
        (Some(before), Some(after)) => {
            if before.is_required != after.is_required {
                let need = need(after.is_required);
                let code = format!("request-body-became-{need}");
                push(&code, !after.is_required, &format!("made {need}"));
            }
            let phrase = "the request body";
            let contents = (&before.content, &after.content);
            let changes = media_types(Direction::Request, contents, phrase);
            draft.changes.extend(changes);
            pairs(graph, contents, Direction::Request, phrase, draft);
        }
        (None, None) => {}
    }
}

/// Compares the responses of two versions.
pub(super) fn responses<'a>(
    graph: &mut Graph<'a>,
    old: &View<'a>,
    new: &View<'a>,
    draft: &mut Draft,
) {
    // Errors have the same body under many statuses, and its changes are reported once.
    let mut alike: BTreeMap<Vec<usize>, (Vec<&str>, &Response<'a>, &Response<'a>)> =
        BTreeMap::new();
    for (status, before) in &old.responses {
        let Some(after) = new.responses.get(status) else {
            draft.changes.push(status_change(status, false));
            continue;
        };
        let phrase = format!("the response {status}");
        let contents = (&before.content, &after.content);
        let mut changes = media_types(Direction::Response, contents, &phrase);
        changes.extend(headers((before, after), &phrase));
        draft.changes.extend(changes);
        let key = numbers(graph, contents, Direction::Response);
        let entry = alike.entry(key).or_insert((Vec::new(), before, after));
        entry.0.push(status);
    }
    for status in new.responses.keys().filter(|it| !old.responses.contains_key(*it)) {
        draft.changes.push(status_change(status, true));
    }
    for (statuses, before, after) in alike.into_values() {
        let noun = if statuses.len() == 1 { "response" } else { "responses" };
        let phrase = format!("the {noun} {}", statuses.join(", "));
        let contents = (&before.content, &after.content);
        pairs(graph, contents, Direction::Response, &phrase, draft);
    }
}

fn status_change(status: &str, is_added: bool) -> Change {
    let is_success = status.starts_with('2');
    let kind = if is_success { "success" } else { "non-success" };
    let act = if is_added { "added" } else { "removed" };
    let code = format!("response-{kind}-status-{act}");
    Change::new(&code, is_added || !is_success, format!("{act} the response {status}"))
}

fn media_types(
    direction: Direction,
    (old, new): (&Content<'_>, &Content<'_>),
    phrase: &str,
) -> Vec<Change> {
    let word = match direction {
        Direction::Request => "request-body",
        Direction::Response => "response",
    };
    let mut found = Vec::new();
    for format in old.keys().filter(|format| !new.contains_key(*format)) {
        let code = format!("{word}-media-type-removed");
        let what = format!("removed the media type `{format}` from {phrase}");
        found.push(Change::new(&code, false, what));
    }
    for format in new.keys().filter(|format| !old.contains_key(*format)) {
        let code = format!("{word}-media-type-added");
        let what = format!("added the media type `{format}` to {phrase}");
        found.push(Change::new(&code, true, what));
    }
    for (format, before) in old {
        let Some(after) = new.get(format) else { continue };
        if before.is_some() != after.is_some() {
            let act = if after.is_some() { "describes" } else { "no longer describes" };
            let code = format!("{}-body-type-changed", direction.word());
            let what = format!("{act} the `{format}` of {phrase}");
            found.push(Change::new(&code, false, what));
        }
    }
    found
}

fn headers((old, new): (&Response<'_>, &Response<'_>), phrase: &str) -> Vec<Change> {
    let mut found = Vec::new();
    let component = new.component.map(|name| format!("response {name}"));
    let mut push = |code: String, is_compatible: bool, words: String| {
        let mut change =
            Change::new(&code, is_compatible, format!("{words} of {phrase}"));
        let anchor = component.clone();
        change.anchor = anchor.map(|component| Anchor { component, what: words });
        found.push(change);
    };
    for (key, before) in &old.headers {
        match new.headers.get(key) {
            None => {
                let need = need(before.is_required);
                let code = format!("{need}-response-header-removed");
                push(code, false, format!("removed the header `{}`", before.name));
            }
            Some(after) if after.is_required != before.is_required => {
                let need = need(after.is_required);
                let code = format!("response-header-became-{need}");
                let words = format!("made {need} the header `{}`", after.name);
                push(code, after.is_required, words);
            }
            Some(_) => {}
        }
    }
    for (_, added) in new.headers.iter().filter(|it| !old.headers.contains_key(it.0)) {
        let code = "response-header-added".to_owned();
        push(code, true, format!("added the header `{}`", added.name));
    }
    found
}

/// Returns the indices of the pairs of schemas that both documents have.
fn numbers<'a>(
    graph: &mut Graph<'a>,
    (old, new): (&Content<'a>, &Content<'a>),
    direction: Direction,
) -> Vec<usize> {
    let both = old
        .iter()
        .filter_map(|(format, before)| Some(((*before)?, new.get(format).copied()??)));
    both.map(|(before, after)| graph.pair(before, after, direction)).collect()
}

fn pairs<'a>(
    graph: &mut Graph<'a>,
    contents: (&Content<'a>, &Content<'a>),
    direction: Direction,
    phrase: &str,
    draft: &mut Draft,
) {
    for pair in numbers(graph, contents, direction) {
        let phrase = phrase.to_owned();
        let part = match direction {
            Direction::Request => Part::Request,
            Direction::Response => Part::Response,
        };
        draft.roots.push(Root { pair, site: Site::Body, part, phrase });
    }
}
