//! The table: a section for each operation group, a row for each operation.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use atlas_admin::registry::{self, Entry};

use crate::names::{cli_group, go_method, go_service};

/// Returns the table as Markdown.
pub fn markdown() -> String {
    let mut groups: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in operations() {
        groups.entry(entry.operation.tag).or_default().push(entry);
    }
    let mut text = String::new();
    for (tag, entries) in groups {
        let (service, group) = (go_service(tag), cli_group(tag));
        // Writing to a string never fails.
        _ = writeln!(text, "## {tag}\n");
        text.push_str("| Go SDK, after `client.` | after `atlas api` | this crate |\n");
        text.push_str("|---|---|---|\n");
        let mut rows: Vec<String> =
            entries.into_iter().map(|entry| row(entry, &service, &group)).collect();
        rows.sort();
        text.extend(rows);
        text.push('\n');
    }
    text
}

fn row(entry: &Entry, service: &str, group: &str) -> String {
    let name = entry.operation.name;
    let (method, function) = (go_method(name), function(entry));
    format!("| `{service}.{method}` | `{group} {name}` | `{function}` |\n")
}

/// Returns each operation once: the version of the function without a date, else the
/// newest version.
fn operations() -> Vec<&'static Entry> {
    let mut entries: Vec<_> = registry::entries().collect();
    entries.sort_by_key(|entry| {
        let is_dated = entry.function.path().contains("::");
        (entry.operation.id, is_dated, Reverse(entry.operation.version))
    });
    entries.dedup_by_key(|entry| entry.operation.id);
    entries
}

/// Returns the path of the request function for a program that imports the module of its
/// group.
fn function(entry: &Entry) -> String {
    let module = entry.function.module;
    let module = module.rsplit("::").next().unwrap_or(module);
    format!("{module}::{}", entry.function.path())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Returns the function of each row.
    fn functions(table: &str) -> Vec<&str> {
        let rows = table.lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| row.split('`').nth(5).expect("a third column")).collect()
    }

    #[test]
    fn every_operation_of_the_registry_has_exactly_one_row() {
        let mut left: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for entry in registry::entries() {
            left.entry(entry.operation.id).or_default().insert(function(entry));
        }
        assert!(!left.is_empty(), "the registry is empty");
        let table = markdown();
        for row in functions(&table) {
            let found = left.iter().find(|(_, versions)| versions.contains(row));
            let id = *found.unwrap_or_else(|| panic!("a second row: {row}")).0;
            left.remove(id);
        }
        assert!(left.is_empty(), "without a row: {left:#?}");
    }

    #[test]
    fn no_two_rows_have_the_same_call() {
        let table = markdown();
        for column in [1, 3, 5] {
            let rows = table.lines().filter(|line| line.starts_with("| `"));
            let cells: Vec<_> = rows.map(|row| row.split('`').nth(column)).collect();
            let distinct: BTreeSet<_> = cells.iter().collect();
            assert_eq!(distinct.len(), cells.len(), "column {column}");
        }
    }

    #[test]
    fn a_row_names_the_newest_stable_version() {
        let row = "| `ClustersApi.GetCluster` | `clusters getCluster` | `clusters::get_cluster` |";
        assert!(markdown().lines().any(|line| line == row));
    }
}
