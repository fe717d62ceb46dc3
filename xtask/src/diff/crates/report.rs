//! The changes of a crate as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Act, CrateDiff, ItemChange};

impl Act {
    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// Writes the version that is required, and each item with its cause if one was found.
pub(in super::super) fn text(diff: &CrateDiff) -> String {
    let mut text = format!("Crate: {}\n", diff.verdict.word());
    for act in [Act::Removed, Act::Changed, Act::Added] {
        let of_act = || diff.items.iter().filter(move |item| item.act == act);
        let count = of_act().count();
        if count == 0 {
            continue;
        }
        let _ = writeln!(text, "\n## {count} items {}\n", act.word());
        let mut implied = 0;
        for item in of_act() {
            if item.is_implied {
                implied += 1;
            } else {
                line(item, &mut text);
            }
        }
        if implied > 0 {
            let _ = writeln!(text, "- {implied} more with what they belong to");
        }
    }
    text
}

fn line(item: &ItemChange, text: &mut String) {
    let preview = if item.is_preview { ", preview" } else { "" };
    let kind = item.kind.noun(true);
    let _ = write!(text, "- {} {kind} {}{preview}", item.verdict.word(), item.path);
    if item.act == Act::Changed {
        let (old, new) = &item.texts;
        let _ = write!(text, "\n    from {old}\n    to   {new}");
    }
    match &item.cause {
        Some(cause) => {
            let operation = &cause.operation;
            let _ =
                writeln!(text, "\n    {}: {} in {operation}", cause.code, cause.what);
        }
        None => text.push('\n'),
    }
}

/// Returns the verdict and the items.
pub(in super::super) fn json(diff: &CrateDiff) -> Value {
    let item = |item: &ItemChange| {
        let mut value = json!({
            "item": item.path,
            "kind": item.kind.noun(true),
            "change": item.act.word(),
            "verdict": item.verdict.word(),
            "preview": item.is_preview,
            "tag": item.tags,
        });
        if item.act == Act::Changed {
            value["from"] = item.texts.0.clone().into();
            value["to"] = item.texts.1.clone().into();
        }
        if let Some(cause) = &item.cause {
            value["cause"] = json!({
                "changeCode": cause.code,
                "change": cause.what,
                "operation": cause.operation,
            });
        }
        value
    };
    json!({
        "verdict": diff.verdict.word(),
        "items": diff.items.iter().map(item).collect::<Vec<_>>(),
    })
}
