//! Parses the keys of places: `Schema.property[]`, `get /path?parameter`.

/// The property or parameter with a place in its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MemberOf<'k> {
    /// The key of the property or parameter itself.
    pub(super) path: &'k str,
    pub(super) name: &'k str,
    /// The operation of a parameter; `None` for a property.
    pub(super) operation: Option<&'k str>,
    /// The steps from the value to the place: `[]` for an item of a list.
    pub(super) steps: &'k str,
}

/// Parses the key of a place; returns `None` for a schema, a body or a response.
pub(super) fn member_of(key: &str) -> Option<MemberOf<'_>> {
    let path = without_steps(key);
    let steps = key.get(path.len()..)?;
    // Paths of operations have dots too, so a parameter is looked for first.
    let at = path.rfind('?').or_else(|| path.rfind('.'))?;
    let (owner, name) = (path.get(..at)?, path.get(at + 1..)?);
    // `get /path@version#200` is a body, and its dots are the path's.
    if name.contains(['#', '/']) {
        return None;
    }
    let operation = path[at..].starts_with('?').then_some(owner);
    Some(MemberOf { path, name, operation, steps })
}

/// Cuts off the steps into lists, maps and variants.
fn without_steps(key: &str) -> &str {
    let mut path = key;
    loop {
        let digits = path.trim_end_matches(|c: char| c.is_ascii_digit());
        let shorter = path
            .strip_suffix("[]")
            .or_else(|| path.strip_suffix("{}"))
            .or_else(|| digits.strip_suffix('|').filter(|_| digits.len() < path.len()));
        match shorter {
            Some(shorter) => path = shorter,
            None => return path,
        }
    }
}

/// Returns the sentence of an item with several places: the one that all places with a sentence
/// have, else the general one.
pub(super) fn agreed<'w>(
    said: impl IntoIterator<Item = Option<&'w str>>,
    general: Option<&'w str>,
) -> Option<&'w str> {
    let mut said = said.into_iter().flatten();
    let Some(first) = said.next() else { return general };
    if said.all(|other| other == first) { Some(first) } else { general }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_place_tells_its_property() {
        for (key, path, name, operation, steps) in [
            ("Bike.state", "Bike.state", "state", None, ""),
            ("Bike.parts[].state", "Bike.parts[].state", "state", None, ""),
            ("Bike.parts[]{}", "Bike.parts", "parts", None, "[]{}"),
            ("Bike.part|12", "Bike.part", "part", None, "|12"),
            ("get /a.gz?m[]", "get /a.gz?m", "m", Some("get /a.gz"), "[]"),
            ("get /a?b.c", "get /a?b.c", "b.c", Some("get /a"), ""),
            ("get /a@1#200.state", "get /a@1#200.state", "state", None, ""),
        ] {
            let expected = MemberOf { path, name, operation, steps };
            assert_eq!(member_of(key), Some(expected), "{key}");
        }
        for key in ["Bike", "Bike[]", "get /a.gz@1#200", "get /a.b/c@1#body"] {
            assert_eq!(member_of(key), None, "{key}");
        }
    }

    #[test]
    fn what_is_said_differently_at_two_places_is_said_of_neither() {
        let (one, other) = (Some("One."), Some("Other."));
        assert_eq!(agreed([one, None, one], other), one);
        assert_eq!(agreed([one, other], None), None);
        assert_eq!(agreed([one, other], Some("Both.")), Some("Both."));
        assert_eq!(agreed([None], other), other);
    }
}
