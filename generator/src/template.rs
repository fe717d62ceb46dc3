//! Path templates: `/groups/{groupId}:migrate`. This module knows their syntax, and nothing about
//! operations.

/// Returns the names of the parameters of a path template, in order.
pub fn parameters(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|(_, parameter)| parameter)
}

/// Returns a path template with its parameters by position: without their names.
pub fn positional(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    for (before, parameter) in pieces(template) {
        text.push_str(before);
        text.push_str(parameter.map_or("", |_| "{}"));
    }
    text
}

/// Splits a path template after each parameter: the text before it, and its name. The last text
/// has no parameter after it; a brace that is never closed is text.
fn pieces(template: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(template);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let parameter = text.split_once('{').and_then(|(before, after)| {
            let (name, after) = after.split_once('}')?;
            Some((before, name, after))
        });
        let Some((before, name, after)) = parameter else { return Some((text, None)) };
        rest = Some(after);
        Some((before, Some(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_text_and_parameters() {
        for (template, names, by_position) in [
            ("/groups", &[][..], "/groups"),
            ("/groups/{groupId}", &["groupId"], "/groups/{}"),
            ("/a/{b}.gz/{c}:stop", &["b", "c"], "/a/{}.gz/{}:stop"),
            ("/a/{b}{c}", &["b", "c"], "/a/{}{}"),
            ("/a/{b", &[], "/a/{b"),
            ("/a/b}", &[], "/a/b}"),
        ] {
            assert_eq!(parameters(template).collect::<Vec<_>>(), names, "{template}");
            assert_eq!(positional(template), by_position);
        }
    }
}
