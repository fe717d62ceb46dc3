//! The front page of the crate's documentation.

use super::{Emit, docs};
use crate::casing;
use crate::facts::Collection;

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
    for Collection { path, tags } in &emit.facts.collections {
        paragraphs.push(match path {
            Some(path) => format!("Mostly below {}:", docs::code(path)),
            None => "Elsewhere:".to_owned(),
        });
        let lines: Vec<String> = tags.iter().map(|tag| line(emit, *tag)).collect();
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
