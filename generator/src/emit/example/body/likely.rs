//! Likely values by type, limits and the words of a property's name.

use crate::casing;
use crate::model::{Field, Limits};

pub(super) const TIME: &str = "2030-01-31T12:00:00Z";
pub(super) const DATE: &str = "2030-01-31";

/// An ID as MongoDB makes it: 24 hexadecimal digits.
const ID: &str = "6650f1a2b3c4d5e6f7a8b9c0";

/// Returns the opposite of the default: a caller sets a flag to change it.
pub(super) fn flag(limits: &Limits, example: Option<&str>) -> bool {
    match example {
        Some(text) => text == "true",
        None => limits.default.as_deref() != Some("true"),
    }
}

pub(super) fn integer(limits: &Limits, example: Option<&str>) -> i64 {
    number(limits, example).unwrap_or(1)
}

pub(super) fn float(limits: &Limits, example: Option<&str>) -> f64 {
    number(limits, example).unwrap_or(1.0)
}

fn number<N: std::str::FromStr>(limits: &Limits, example: Option<&str>) -> Option<N> {
    let known =
        [limits.default.as_ref(), limits.one_of.first(), limits.minimum.as_ref()];
    let known = known.into_iter().flatten().map(String::as_str);
    example.into_iter().chain(known).find_map(|text| text.parse().ok())
}

/// Returns a likely string: the example, a listed value, or one by format, pattern or name.
pub(super) fn string(field: &Field, example: Option<&str>, noun: &str) -> String {
    let known = example.or_else(|| field.listed.first().map(String::as_str));
    if let Some(known) = known.or(field.limits.default.as_deref()) {
        return known.to_owned();
    }
    let is_id = field.limits.pattern.as_ref().is_some_and(|it| it.contains("{24}"));
    match field.limits.format.as_deref() {
        Some("email") => "ada@example.com".to_owned(),
        Some("uri" | "url") => "https://example.com".to_owned(),
        Some("uuid") => "0d1f3c5e-7a9b-4c2d-8e6f-102132435465".to_owned(),
        Some("ipv4") => "192.0.2.10".to_owned(),
        Some("ipv6") => "2001:db8::10".to_owned(),
        _ if is_id => ID.to_owned(),
        _ if field.secret => "...".to_owned(),
        _ => by_name(&field.json_name, noun),
    }
}

/// Returns a value by the last word of a name: `targetBikeName` → `my-target-bike`.
fn by_name(name: &str, noun: &str) -> String {
    let spoken = casing::spoken(name);
    let words: Vec<&str> = spoken.split(' ').collect();
    match words.as_slice() {
        ["name"] => format!("my-{noun}"),
        [.., "id"] | [.., "ids"] => ID.to_owned(),
        [.., "url"] | [.., "uri"] => "https://example.com".to_owned(),
        [.., "email"] | [.., "emails"] => "ada@example.com".to_owned(),
        [before @ .., "name"] | [before @ .., "names"] => {
            format!("my-{}", before.join("-"))
        }
        all => format!("my-{}", super::singular(&all.join("-"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Type;

    #[test]
    fn a_string_follows_from_what_is_known_of_its_property() {
        let mut field = Field::new("targetBikeName", Type::String);
        assert_eq!(string(&field, None, "fleet"), "my-target-bike");
        assert_eq!(string(&Field::new("name", Type::String), None, "fleet"), "my-fleet");
        assert_eq!(string(&Field::new("bikeId", Type::String), None, "fleet"), ID);
        assert_eq!(string(&Field::new("bikes", Type::String), None, ""), "my-bike");
        field.limits.format = Some("email".to_owned());
        assert_eq!(string(&field, None, ""), "ada@example.com");
        field.listed = vec!["SOLD".to_owned()];
        assert_eq!(string(&field, None, ""), "SOLD");
        assert_eq!(string(&field, Some("LENT"), ""), "LENT");
    }

    #[test]
    fn numbers_and_flags_keep_to_the_limits() {
        let mut limits = Limits::default();
        assert_eq!((integer(&limits, None), float(&limits, None)), (1, 1.0));
        assert!(flag(&limits, None));
        limits.minimum = Some("10".to_owned());
        limits.one_of = vec!["7".to_owned()];
        assert_eq!(integer(&limits, None), 7);
        limits.default = Some("true".to_owned());
        assert!(!flag(&limits, None));
        assert_eq!(float(&limits, Some("2.5")), 2.5);
    }
}
