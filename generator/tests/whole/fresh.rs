//! The committed files are what codegen makes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{OUTPUT, root};

#[test]
fn what_is_committed_is_what_is_generated() {
    let mut expected: BTreeMap<String, &str> = OUTPUT
        .files
        .iter()
        .map(|(path, text)| (format!("generated/{path}"), text.as_str()))
        .collect();
    let ledger = OUTPUT.ledger.render();
    expected.insert("spec/names.toml".to_owned(), &ledger);
    let summary = OUTPUT.summary.render();
    expected.insert("spec/summary.toml".to_owned(), &summary);
    expected.insert("spec/unmapped.txt".to_owned(), &OUTPUT.unmapped);
    let mut problems = Vec::new();
    for (path, text) in &expected {
        match fs::read(root().join(path)) {
            Ok(bytes) if bytes == text.as_bytes() => {}
            Ok(_) => problems.push(format!("different: {path}")),
            Err(_) => problems.push(format!("missing: {path}")),
        }
    }
    let mut found = Vec::new();
    list_files(&root().join("generated/src"), "generated/src", &mut found);
    found.retain(|path| !expected.contains_key(path));
    problems.extend(found.into_iter().map(|path| format!("orphaned: {path}")));
    assert!(
        problems.is_empty(),
        "{}\nrun `cargo xtask codegen` and commit what it writes",
        problems.join("\n")
    );
}

fn list_files(folder: &Path, name: &str, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list_files(&entry.path(), &name, into);
        } else {
            into.push(name);
        }
    }
}
