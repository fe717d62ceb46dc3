//! The most similar name, for advice on misspelt references.

/// Returns the candidate that the fewest edits turn into `name`, if it is similar enough.
pub(super) fn name<'a>(
    candidates: impl Iterator<Item = &'a str>,
    name: &str,
) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    candidates
        .map(|candidate| (distance(candidate, name), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns the number of characters to insert, remove or replace, ignoring case.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, character) in from.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (from, to, edits) in [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("Cluster", "cluster", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(from, to), edits, "{from} {to}");
            assert_eq!(distance(to, from), edits, "{to} {from}");
        }
    }

    #[test]
    fn what_is_not_like_it_is_not_offered() {
        let names = ["ClusterDescription", "Host", "ApiError"];
        assert_eq!(
            name(names.into_iter(), "ClusterDescriptoin"),
            Some("ClusterDescription")
        );
        assert_eq!(name(names.into_iter(), "Backup"), None);
    }
}
