//! The document's own prose, in a form that rustdoc shows as text.

/// Splits prose into paragraphs that rustdoc renders as text: no code block becomes a doctest, no
/// bracket a link to an item, no angle bracket a tag.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|paragraph| paragraph.lines().map(line).collect::<Vec<_>>().join("\n"))
        .filter(|paragraph| !paragraph.trim().is_empty())
        .collect()
}

fn line(line: &str) -> String {
    let trimmed = line.trim_end();
    let indent = trimmed.len() - trimmed.trim_start().len();
    // Four spaces would begin a code block, and rustdoc would run it.
    let start = &trimmed[indent.saturating_sub(indent.min(3))..];
    let fenced = start.trim_start();
    if let Some(rest) = fenced.strip_prefix("```") {
        return if rest.is_empty() { "```text".to_owned() } else { fenced.to_owned() };
    }
    escape(start)
}

/// Escapes angle brackets outside of code spans.
fn escape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            text.push('`');
        }
        if index % 2 == 0 {
            text.push_str(&part.replace('<', "\\<").replace('>', "\\>"));
        } else {
            text.push_str(part);
        }
    }
    text
}
