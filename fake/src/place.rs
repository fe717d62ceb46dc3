//! The places of resources, derived from the shapes of their paths.

use atlas_admin_runtime::testing::for_fake;

use crate::routes::is_parameter;

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
        let mut end = template.len();
        let mut named = 0;
        while let Some(at) = template[..end].rfind('/')
            && is_parameter(&template[at + 1..end])
            && named < parameters.len()
        {
            end = at;
            named += 1;
        }
        // A resource found `by…` a property belongs to the collection before that segment.
        if named > 0
            && let Some(at) = template[..end].rfind('/')
            && is_by(&template[at + 1..end])
        {
            end = at;
        }
        let template = &template[..end];
        Self {
            path: expand(template, parameters),
            template,
            key: &parameters[parameters.len() - named..],
            known: parameters,
        }
    }

    /// Returns the places of the parents in a path, the outermost first, with their paths;
    /// `is_known` tells whether a template exists.
    pub(crate) fn above(
        template: &'a str,
        parameters: &'a Parameters,
        is_known: impl Fn(&str) -> bool,
    ) -> Vec<(Place<'a>, String)> {
        let ends = template.match_indices('/').map(|(at, _)| at).skip(1);
        let mut above = Vec::new();
        let mut begin = 0;
        let mut named = 0;
        for end in ends {
            let segment = &template[begin + 1..end];
            named += usize::from(segment.contains('{'));
            begin = end;
            // Where two parameters name one resource, the first alone names none.
            if is_parameter(segment) && is_known(&template[..end]) {
                let parameters = &parameters[..named.min(parameters.len())];
                let path = expand(&template[..end], parameters);
                above.push((Place::of(&template[..end], parameters), path));
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
            path.push_str(&for_fake::encoded(value));
        }
        path
    }
}

/// Tells whether a segment names the property in the next segment: `byName`.
pub(crate) fn is_by(segment: &str) -> bool {
    let rest = segment.strip_prefix("by");
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Puts parameters into a template, in their order.
pub(crate) fn expand(template: &str, parameters: &Parameters) -> String {
    let values: Vec<&str> = parameters.iter().map(|(_, value)| &**value).collect();
    for_fake::filled(template, &values)
}

/// Returns the name of a resource of a collection: `cluster` for `…/clusters`.
pub(crate) fn singular(template: &str) -> &str {
    let name = template.rsplit('/').next().unwrap_or_default();
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
