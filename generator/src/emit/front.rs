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
        "- [`Client`] finds credentials and sends requests; [`ClientBuilder`] has all settings.\n\
         - [`Request`] is what a function of an operation returns. `send` sends it; \
         [`stream`](PagedRequest::stream) returns the items of all pages of a list; \
         [`send_and_wait`](WaitingRequest::send_and_wait) also waits for work that continues after the response.\n\
         - A client keeps to the rate limits and repeats failed requests by itself: [`RetryPolicy`]. \
         [`Options`] change this, time limits or headers for one call.\n\
         - [`Error`] describes a failure, and has a predicate for each case to handle.\n\
         - [`types`] has the bodies of requests and responses, [`codec`] their dates and JSON values."
            .to_owned(),
        "Each operation group is a module and a Cargo feature. The module has a function for \
         the newest stable version of each operation. Its dated modules, such as \
         `v2024_08_05`, have a function for every version: a program that calls these keeps \
         its versions when it updates this crate. The feature `testing` has mocks for tests without the \
         service, the feature `blocking` a client without async. The search of these pages finds a function \
         by the `operationId`, the short name and the path of its operation, and often by other \
         words for its task."
            .to_owned(),
        "# Operations, in the groups of the Atlas documentation".to_owned(),
    ]);
    for Collection { path, tags } in &emit.facts.collections {
        paragraphs.push(match path {
            Some(path) => {
                format!("Groups whose paths are mostly below {}:", docs::code(path))
            }
            None => "Groups with other paths:".to_owned(),
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
