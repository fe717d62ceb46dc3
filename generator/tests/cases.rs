//! Golden cases: a minimal document for each concern, and the code it becomes.
//!
//! A case is a folder `cases/NN-name` with `spec.yaml`; beside it stand the generated files worth
//! reading, in `expected/`, and what is said about the document, in `diagnostics.txt`.
//! `UPDATE_EXPECT=1 cargo test -p atlas-admin-generator --test cases` rewrites both; read the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use atlas_admin_generator::{Ledger, Options, Output, generate};

use crates::Workspace;

#[path = "support/crates.rs"]
mod crates;

const UPDATE: &str = "UPDATE_EXPECT=1 cargo test -p atlas-admin-generator --test cases";

/// What every document has in about the same words; a case would be no easier to read with them.
const ALIKE: [&str; 3] = ["src/lib.rs", "src/registry.rs", "src/types.rs"];

struct Case {
    name: String,
    folder: PathBuf,
    output: Output,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folder = root().join("generator/tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "no case in {}", folder.display());
    folders.into_iter().map(Case::generate).collect()
});

impl Case {
    fn generate(folder: PathBuf) -> Self {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let spec = fs::read(folder.join("spec.yaml"))
            .unwrap_or_else(|error| panic!("{name}/spec.yaml: {error}"));
        let output = generate(&spec, &[], &Ledger::default(), &Options::default())
            .unwrap_or_else(|found| {
                let said: Vec<String> = found.iter().map(ToString::to_string).collect();
                panic!("{name}: {}", said.join("\n"))
            });
        Self { name, folder, output }
    }

    /// What the case's folder should hold beside the document.
    fn outcome(&self) -> BTreeMap<String, String> {
        let mut outcome = BTreeMap::new();
        for (path, text) in &self.output.files {
            if path.ends_with(".rs") && !ALIKE.contains(&path.as_str()) {
                let path = path.strip_prefix("src/").unwrap_or(path);
                outcome.insert(format!("expected/{path}"), text.clone());
            }
        }
        let notes = self.output.notes.iter().map(|note| format!("{note}\n"));
        let said = notes.collect::<String>() + &self.output.unmapped;
        if !said.is_empty() {
            outcome.insert("diagnostics.txt".to_owned(), said);
        }
        outcome
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn each_case_becomes_the_expected_code() {
    let mut differences = Vec::new();
    for case in CASES.iter() {
        let outcome = case.outcome();
        if env::var_os("UPDATE_EXPECT").is_some() {
            rewrite(&case.folder, &outcome);
        }
        let mut expected = BTreeMap::new();
        read_files(&case.folder, "", &mut expected);
        expected.remove("spec.yaml");
        let paths: BTreeSet<&String> = outcome.keys().chain(expected.keys()).collect();
        for path in paths {
            if outcome.get(path) != expected.get(path) {
                differences.push(difference(
                    &format!("{}/{path}", case.name),
                    expected.get(path),
                    outcome.get(path),
                ));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{}\nif that is right: {UPDATE}",
        differences.join("\n")
    );
}

fn rewrite(folder: &Path, outcome: &BTreeMap<String, String>) {
    let _ = fs::remove_dir_all(folder.join("expected"));
    let _ = fs::remove_file(folder.join("diagnostics.txt"));
    write_files(folder, outcome);
}

fn write_files(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn read_files(folder: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_files(&entry.path(), &format!("{name}/"), into);
        } else {
            into.insert(name, fs::read_to_string(entry.path()).expect("a text"));
        }
    }
}

/// Shows the first line in which two texts differ.
fn difference(path: &str, expected: Option<&String>, found: Option<&String>) -> String {
    let (Some(expected), Some(found)) = (expected, found) else {
        let what =
            if expected.is_some() { "is not generated" } else { "is not expected" };
        return format!("{path}: {what}");
    };
    let count = found.lines().count().max(expected.lines().count());
    let line =
        |text: &str, number| text.lines().nth(number).unwrap_or("(end)").to_owned();
    let number =
        (0..count).find(|&n| line(expected, n) != line(found, n)).unwrap_or(count);
    format!(
        "{path}:{}\n  expected: {}\n  found:    {}",
        number + 1,
        line(expected, number),
        line(found, number)
    )
}

#[test]
fn a_second_run_with_the_ledger_of_the_first_changes_nothing() {
    for case in CASES.iter() {
        let spec = fs::read(case.folder.join("spec.yaml")).expect("a document");
        let second = generate(&spec, &[], &case.output.ledger, &Options::default())
            .unwrap_or_else(|found| panic!("{}: {}", case.name, found[0]));
        assert_eq!(second.files, case.output.files, "{}", case.name);
        assert_eq!(second.ledger, case.output.ledger, "{}", case.name);
    }
}

#[test]
fn the_code_of_every_case_compiles_without_a_warning() {
    let cases = CASES.iter().map(|case| (case.name.as_str(), &case.output.files));
    let workspace = Workspace::write("case", cases);
    workspace.check(&["--workspace", "--all-features"]);
    for tag in ["bikes", "trains", "planes"] {
        for more in ["", ",preview", ",older-versions"] {
            let features = format!("{tag}{more}");
            let package = ["-p", "case-20-features", "--no-default-features"];
            workspace.check(&[&package[..], &["-F", &features]].concat());
        }
    }
}
