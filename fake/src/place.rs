//! The places of resources, derived from the shapes of their paths.

use atlas_admin_runtime::template::{Segment, Template, encode};

pub(crate) type Parameters = [(String, String)];

/// A path, split into a collection and the name of a resource in it.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    /// The path of the collection, or of a single resource.
    pub(crate) path: String,
    /// The template of that path.
    pub(crate) template: &'a str,
    /// The parameters that name the resource; empty where the path is that of the collection.
    pub(crate) key: &'a Parameters,
    /// All parameters.
    pub(crate) known: &'a Parameters,
}

impl<'a> Place<'a> {
    pub(crate) fn of(template: &'a str, parameters: &'a Parameters) -> Place<'a> {
        let mut collection = Template(template);
        let mut named = 0;
        while let Some((before, last)) = collection.split_last()
            && last.parameter().is_some()
            && named < parameters.len()
        {
            collection = before;
            named += 1;
        }
        // A resource found `by…` a property belongs to the collection before that segment.
        if named > 0
            && let Some((before, last)) = collection.split_last()
            && is_by(last)
        {
            collection = before;
        }
        let template = collection.0;
        Self {
            path: expand(template, parameters),
            template,
            key: &parameters[parameters.len() - named..],
            known: parameters,
        }
    }

    /// Returns the places of the parents in a path, the outermost first, with their paths.
    /// `is_known` returns true if a template exists.
    pub(crate) fn above(
        template: &'a str,
        parameters: &'a Parameters,
        is_known: impl Fn(&str) -> bool,
    ) -> Vec<(Place<'a>, String)> {
        let parents =
            template.match_indices('/').map(|(at, _)| Template(&template[..at]));
        let mut above = Vec::new();
        for parent in parents {
            let last = parent.split_last().and_then(|(_, last)| last.parameter());
            // Where two parameters name one resource, the first alone names none.
            if last.is_some() && is_known(parent.0) {
                let named = parent.parameters().count().min(parameters.len());
                let parameters = &parameters[..named];
                let path = expand(parent.0, parameters);
                above.push((Place::of(parent.0, parameters), path));
            }
        }
        above
    }

    /// Returns the path of the place's resource in its collection.
    pub(crate) fn resource_path(&self) -> String {
        self.path_of(self.key.iter().map(|(_, value)| value))
    }

    /// Returns the path of the resource that values name.
    pub(crate) fn path_of<'v>(
        &self,
        values: impl IntoIterator<Item = &'v String>,
    ) -> String {
        let mut path = self.path.clone();
        for value in values {
            path.push('/');
            path.push_str(&encode(value).to_string());
        }
        path
    }
}

/// Tells whether a segment names the property in the next segment: `byName`.
pub(crate) fn is_by(segment: Segment<'_>) -> bool {
    let rest = segment.0.strip_prefix("by");
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Returns the parameters of a path, decoded; `None` where the path doesn't match the template.
pub(crate) fn captured(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let values = Template(template).capture(path)?;
    Some(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Returns the template that a nested collection would have at the top of the API: `/v2/clusters`
/// for `/v2/groups/{groupId}/clusters`.
pub(crate) fn top_level(template: &str) -> Option<String> {
    let (_, last) = Template(template).split_last()?;
    let top = Template(template).segments().take_while(|segment| segment.is_literal());
    let top: Vec<&str> = top.map(|segment| segment.0).collect();
    let (_, root) = top.split_last()?;
    Some(format!("{}/{}", root.join("/"), last.0))
}

/// Puts parameters into a template, in their order.
pub(crate) fn expand(template: &str, parameters: &Parameters) -> String {
    let values: Vec<&str> = parameters.iter().map(|(_, value)| &**value).collect();
    Template(template).fill(&values).0
}

/// Returns the name of a resource of a collection: `cluster` for `…/clusters`.
pub(crate) fn singular(template: &str) -> &str {
    let name = Template(template).split_last().map_or(template, |(_, last)| last.0);
    name.strip_suffix("es")
        .filter(|rest| rest.ends_with('s') || rest.ends_with("ch"))
        .or_else(|| name.strip_suffix('s'))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(values: &[&str]) -> Vec<(String, String)> {
        values.iter().map(|value| ("p".to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_template_says_what_is_a_collection_and_what_names_its_resources() {
        for (template, values, path, key) in [
            ("/v2/groups", &[][..], "/v2/groups", 0),
            ("/v2/groups/{g}", &["1"], "/v2/groups", 1),
            ("/v2/groups/byName/{n}", &["a"], "/v2/groups", 1),
            ("/v2/groups/{g}/users/{d}/{u}", &["1", "a", "b"], "/v2/groups/1/users", 2),
            ("/v2/groups/{g}/settings", &["1/2"], "/v2/groups/1%2F2/settings", 0),
            ("/v2/c/{h}/logs/{l}.gz", &["h", "l"], "/v2/c/h/logs/l.gz", 0),
        ] {
            let parameters = parameters(values);
            let place = Place::of(template, &parameters);
            assert_eq!((&*place.path, place.key.len()), (path, key), "{template}");
        }
    }

    #[test]
    fn a_collection_has_a_name_at_the_top_of_the_api() {
        for template in
            ["/v2/clusters", "/v2/groups/{g}/clusters", "/v2/a/{b}/c/{d}/clusters"]
        {
            assert_eq!(top_level(template).unwrap(), "/v2/clusters", "{template}");
        }
    }

    #[test]
    fn the_name_of_a_thing_is_its_collections_in_the_singular() {
        for (template, name) in [
            ("/a/clusters", "cluster"),
            ("/a/processes", "process"),
            ("/a/fish", "fish"),
        ] {
            assert_eq!(singular(template), name);
        }
    }
}
