//! Places: what the shapes of paths say about the things that stand there.

use super::routes::is_parameter;

/// Tells whether a segment says what the next one finds a thing by: `byName`.
pub(super) fn is_by(segment: &str) -> bool {
    let rest = segment.strip_prefix("by");
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
}

pub(super) type Parameters = [(String, String)];

/// A path, taken apart.
pub(super) struct Place<'a> {
    /// The path of the collection, or of what stands alone.
    pub(super) path: String,
    /// The template of that path.
    pub(super) template: &'a str,
    /// The parameters that name the thing; none where the path is that of the collection.
    pub(super) key: &'a Parameters,
    pub(super) known: &'a Parameters,
}

impl<'a> Place<'a> {
    pub(super) fn of(
        template: &'a str,
        path: &str,
        parameters: &'a Parameters,
    ) -> Place<'a> {
        let segments: Vec<&str> = template.split('/').collect();
        let named =
            segments.iter().rev().take_while(|segment| is_parameter(segment)).count();
        let cut = |text: &str| {
            let end = text.rmatch_indices('/').nth(named.wrapping_sub(1));
            end.filter(|_| named > 0).map_or(text.len(), |(at, _)| at)
        };
        // What is found `by…` something is a thing of the collection before that.
        let (template, path) = (&template[..cut(template)], &path[..cut(path)]);
        let (template, path) = match (template.rsplit_once('/'), path.rsplit_once('/')) {
            (Some((template, by)), Some((path, _))) if named > 0 && is_by(by) => {
                (template, path)
            }
            _ => (template, path),
        };
        Self {
            path: path.to_owned(),
            template,
            key: &parameters[parameters.len().saturating_sub(named)..],
            known: parameters,
        }
    }

    /// Returns the places of the things that a path is below, the outermost first, with their
    /// paths; `is_known` tells the templates that there are.
    pub(super) fn above(
        template: &'a str,
        path: &'a str,
        parameters: &'a Parameters,
        is_known: impl Fn(&str) -> bool,
    ) -> Vec<(Place<'a>, &'a str)> {
        let ends = |text: &'a str| {
            text.match_indices('/').map(|(at, _)| at).skip(1).collect::<Vec<_>>()
        };
        let mut above = Vec::new();
        let mut named = 0;
        let mut begin = 0;
        for (end, path_end) in ends(template).into_iter().zip(ends(path)) {
            let segment = &template[begin + 1..end];
            named += usize::from(segment.contains('{'));
            begin = end;
            // Where two parameters name one thing, the first alone names none.
            if is_parameter(segment) && is_known(&template[..end]) {
                let path = &path[..path_end];
                let parameters = &parameters[..named.min(parameters.len())];
                above.push((Place::of(&template[..end], path, parameters), path));
            }
        }
        above
    }
}
