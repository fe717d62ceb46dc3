//! Cuts actions out of the text of an overlay, so that comments and layout stay.

use std::collections::BTreeSet;

/// Returns the text without the actions with these numbers, counted from one. Returns `None` if
/// the list of actions is not written as a block with a dash for each action.
pub(super) fn cut(text: &str, numbers: &BTreeSet<usize>) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let head = lines.iter().position(|line| line.trim_end() == "actions:")?;
    let first = head + 1 + lines[head + 1..].iter().position(|line| is_item(line))?;
    let indent = indent(lines[first]);
    let mut starts: Vec<usize> = (first..lines.len())
        .filter(|&at| is_item(lines[at]) && self::indent(lines[at]) == indent)
        .collect();
    let end = (first + 1..lines.len())
        .find(|&at| is_content(lines[at]) && self::indent(lines[at]) < indent)
        .unwrap_or(lines.len());
    starts.retain(|&start| start < end);
    let mut kept = lines[..first].concat();
    for (index, &start) in starts.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(end);
        let body = body_end(&lines, start, next, indent);
        if !numbers.contains(&(index + 1)) {
            kept.push_str(&lines[start..body].concat());
        }
        // Comments above the next action belong to that.
        kept.push_str(&lines[body..next].concat());
    }
    kept.push_str(&lines[end..].concat());
    Some(kept)
}

/// Returns the end of an action: before the comments and empty lines above the next one.
fn body_end(lines: &[&str], start: usize, next: usize, indent: usize) -> usize {
    let above = lines[start..next].iter().rev().take_while(|line| {
        let is_comment = line.trim_start().starts_with('#');
        line.trim().is_empty() || is_comment && self::indent(line) <= indent
    });
    next - above.count()
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

fn is_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
