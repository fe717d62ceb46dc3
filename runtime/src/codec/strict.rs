//! Strict decoding, for files written by people: a difference from the document is a
//! mistake there.

use std::collections::HashMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::bridge::Told;
use super::path::push_name;
use super::{Direction, Extra, Json, Mismatch, Record, Value, View, decode_observed};

/// A value that is deserialized strictly, for files written by people. An undeclared
/// property, a value that doesn't fit, a `null` that is not declared, and an undeclared
/// value of an enum or a union are errors. The error names each with its path, and for
/// an undeclared property the most similar declared name.
///
/// Without `Strict`, all of these are kept, because the service may know them. A
/// required property that is missing is no error here: it may be set later, and
/// [`Request`](crate::Request) checks it.
///
/// ```
/// # use atlas_admin_runtime::codec::Extra;
/// # use atlas_admin_runtime::record;
/// use atlas_admin_runtime::codec::Strict;
/// # #[derive(Clone, Default)]
/// # pub struct Spec { pub zone: Option<String>, pub extra: Extra }
/// # record! { Spec 0 zone "zoneName" }
/// # #[derive(Clone, Default)]
/// # pub struct Cluster { pub specs: Option<Vec<Spec>>, pub extra: Extra }
/// # record! { Cluster 0 specs "replicationSpecs" }
///
/// let yaml = "replicationSpecs:\n- zoneNam: Zone 1\n";
/// let error = serde_yaml::from_str::<Strict<Cluster>>(yaml).err().expect("a typo");
/// assert_eq!(
///     error.to_string(),
///     "unknown property `replicationSpecs[0].zoneNam`, did you mean `zoneName`?"
/// );
/// let Strict(cluster) = serde_yaml::from_str(&yaml.replace("zoneNam", "zoneName"))?;
/// # let cluster: Cluster = cluster;
/// # assert!(cluster.specs.is_some());
/// # Ok::<(), serde_yaml::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strict<T>(pub T);

impl<'de, T: Value + Default> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut value = T::default();
        read(&Json::deserialize(from)?, &mut value).map_err(D::Error::custom)?;
        Ok(Self(value))
    }
}

/// Decodes free-form JSON into a value. The error lists all problems.
fn read(json: &Json, into: &mut dyn Value) -> Result<(), String> {
    let text = super::encode(json).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut observer = |mismatch| match mismatch {
        Mismatch::Missing { .. } => {}
        mismatch => found.push(mismatch),
    };
    decode_observed(&text, into, Direction::Request, &mut observer)
        .map_err(|error| Told(&error).to_string())?;
    if found.is_empty() {
        return Ok(());
    }
    let mut nearest = HashMap::new();
    collect(into, &mut String::new(), &mut nearest);
    let problems: Vec<_> = found.iter().map(|found| problem(found, &nearest)).collect();
    Err(problems.join("; "))
}

/// Describes a problem, but never quotes the value, which may be a secret in the wrong
/// place.
fn problem(found: &Mismatch, nearest: &HashMap<String, &str>) -> String {
    let path = match found.path() {
        "" => "the top level".to_owned(),
        path => format!("`{path}`"),
    };
    match found {
        Mismatch::Undeclared { path: place } => match nearest.get(place) {
            Some(name) => format!("unknown property {path}, did you mean `{name}`?"),
            None => format!("unknown property {path}"),
        },
        Mismatch::UnknownValue { .. } => format!("unknown value at {path}"),
        Mismatch::UnknownDiscriminator { name, value: None, .. } => {
            format!("no `{name}` at {path}, which selects its type")
        }
        Mismatch::UnknownDiscriminator { name, .. } => {
            format!("unknown `{name}` at {path}")
        }
        Mismatch::Type { message, .. } => format!("{message} at {path}"),
        Mismatch::Null { .. } => format!("null is not allowed at {path}"),
        Mismatch::Missing { .. } => format!("{path} is missing"),
        Mismatch::Surrogate { .. } => format!("half of a surrogate pair at {path}"),
    }
}

/// Collects the most similar declared name for each undeclared property, by its path.
fn collect(
    value: &dyn Value,
    path: &mut String,
    into: &mut HashMap<String, &'static str>,
) {
    let length = path.len();
    match value.view() {
        View::Record(record) => {
            for (name, _) in Extra::of(record).into_iter().flat_map(Extra::iter) {
                if let Some(nearest) = nearest(name, record) {
                    push_name(path, name);
                    into.insert(path.clone(), nearest);
                    path.truncate(length);
                }
            }
            for (index, field) in record.table().fields.iter().enumerate() {
                push_name(path, field.json_name);
                collect(record.field(index), path, into);
                path.truncate(length);
            }
        }
        View::List(list) => {
            for index in 0..list.len() {
                path.push_str(&format!("[{index}]"));
                collect(list.get(index), path, into);
                path.truncate(length);
            }
        }
        View::Map(entries) => entries.for_each(&mut |name, value| {
            push_name(path, name);
            collect(value, path, into);
            path.truncate(length);
        }),
        View::Union(union) => collect(union.content().1, path, into),
        _ => {}
    }
}

/// Returns the declared name most similar to another, if there is one that is similar
/// and unset.
fn nearest(name: &str, record: &dyn Record) -> Option<&'static str> {
    let plain = |name: &str| -> Vec<char> {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let sought = plain(name);
    // A third of the name may differ, or two letters of a short name.
    let limit = (sought.len() / 3).max(2).min(sought.len() / 2);
    // A name of such a length is no typing error.
    if sought.len() > 100 {
        return None;
    }
    let fields = record.table().fields.iter().enumerate();
    fields
        .filter(|(index, _)| matches!(record.field(*index).view(), View::Absent))
        .map(|(_, field)| (distance(&sought, &plain(field.json_name)), field.json_name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns the number of letters that are added, missing, different or swapped with the
/// next.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, its) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != its);
            let mut least = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            let is_swap = row > 0
                && column > 0
                && *letter == other[column - 1]
                && one[row - 1] == *its;
            if is_swap {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn a_swap_is_one_mistake() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (one, other, expected) in [
            ("name", "name", 0),
            ("name", "nmae", 1),
            ("name", "names", 1),
            ("name", "ame", 1),
            ("", "name", 4),
            ("name", "node", 2),
        ] {
            assert_eq!(distance(&letters(one), &letters(other)), expected, "{other}");
            assert_eq!(distance(&letters(other), &letters(one)), expected, "{other}");
        }
    }
}
