//! Golden cases: a minimal document for each concern, and its generated code.
//!
//! A case is a folder `cases/NN-name` with `spec.yaml`, and `words/` if it is about sentences.
//! Beside it, as snapshots of `insta`: the relevant generated files, and the diagnostics of the
//! document. To review the effect of a change of the generator: `cargo insta test -p
//! atlas-admin-generator --test cases --review`, or without `cargo-insta`: `INSTA_UPDATE=always
//! cargo test -p atlas-admin-generator --test cases` and `git diff`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use atlas_admin_generator::{Docs, Ledger, Options, Output, Words, generate};

use crates::{OPERATIONS, Workspace};

#[path = "support/crates.rs"]
mod crates;
#[path = "support/words.rs"]
mod words;

/// Files that are about the same for every document, and would make a case no easier to read.
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
        let options = Options { words: words_of(&folder), ..Options::default() };
        let output =
            generate(&spec, &[], &Ledger::default(), &options).unwrap_or_else(|found| {
                let said: Vec<String> = found.iter().map(ToString::to_string).collect();
                panic!("{name}: {}", said.join("\n"))
            });
        Self { name, folder, output }
    }

    /// Returns the texts to compare, by the names of their snapshots.
    fn snapshots(&self) -> BTreeMap<String, String> {
        let mut snapshots = BTreeMap::new();
        for (path, text) in &self.output.files {
            if path.ends_with(".rs") && !ALIKE.contains(&path.as_str()) {
                let path = path.strip_prefix("src/").unwrap_or(path);
                snapshots.insert(path.replace('/', "-"), text.clone());
            }
        }
        let stale = &self.output.wording.stale;
        let notes =
            self.output.notes.iter().chain(stale).map(|note| format!("{note}\n"));
        let said = notes.collect::<String>() + &self.output.unmapped;
        if !said.is_empty() {
            snapshots.insert("diagnostics".to_owned(), said);
        }
        snapshots
    }
}

/// Reads the sentences beside a document; most cases have none.
fn words_of(case: &Path) -> Words {
    let folder = case.join("words");
    if folder.is_dir() { words::read(&folder) } else { Words::default() }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn each_case_becomes_the_expected_code() {
    insta::glob!("cases/*/spec.yaml", |spec| {
        let folder = spec.parent().expect("a folder");
        let case =
            CASES.iter().find(|case| folder.ends_with(&case.name)).expect("a case");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder.join("snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings.remove_input_file();
        settings.bind(|| {
            for (name, text) in case.snapshots() {
                insta::assert_snapshot!(name, text);
            }
        });
    });
}

/// The snapshot of a file that is no longer generated would never fail.
#[test]
fn no_snapshot_is_left_over() {
    for case in CASES.iter() {
        let expected: BTreeSet<String> =
            case.snapshots().into_keys().map(|name| format!("{name}.snap")).collect();
        let found: BTreeSet<String> = fs::read_dir(case.folder.join("snapshots"))
            .expect("the snapshots")
            .map(|entry| {
                entry.expect("an entry").file_name().to_string_lossy().into_owned()
            })
            .filter(|name| name.ends_with(".snap"))
            .collect();
        assert_eq!(found, expected, "{}", case.name);
    }
}

#[test]
fn a_second_run_with_the_ledger_of_the_first_changes_nothing() {
    for case in CASES.iter() {
        let spec = fs::read(case.folder.join("spec.yaml")).expect("a document");
        let options = Options { words: words_of(&case.folder), ..Options::default() };
        let second = generate(&spec, &[], &case.output.ledger, &options)
            .unwrap_or_else(|found| panic!("{}: {}", case.name, found[0]));
        for (path, text) in &second.files {
            assert_eq!(Some(text), case.output.files.get(path), "{}: {path}", case.name);
        }
        assert_eq!(second.files.len(), case.output.files.len(), "{}", case.name);
        assert_eq!(second.ledger, case.output.ledger, "{}", case.name);
    }
}

/// The document's prose describes the same items as the sentences, so `Docs::Full` omits the
/// sentences.
#[test]
fn the_documents_prose_takes_the_place_of_sentences() {
    let case = CASES.iter().find(|case| case.name == "33-words").expect("a case");
    let spec = fs::read(case.folder.join("spec.yaml")).expect("a document");
    let files = |options: Options| {
        let made = generate(&spec, &[], &Ledger::default(), &options);
        made.unwrap_or_else(|found| panic!("{}", found[0])).files
    };
    let words = words_of(&case.folder);
    assert_ne!(words, Words::default());
    let full = Options { docs: Docs::Full, ..Options::default() };
    let plain = files(full.clone());
    assert_eq!(files(Options { words, ..full }), plain);
    assert!(plain["src/bikes.rs"].contains("/// Get bike: `GET /bikes/{bikeId}`\n"));
}

#[test]
fn the_code_of_every_case_compiles_without_a_warning() {
    let cases = CASES.iter().map(|case| (case.name.as_str(), &case.output.files));
    let workspace = Workspace::write("case", cases);
    workspace.check(&[&["--workspace"], OPERATIONS].concat());
    for tag in ["bikes", "trains", "planes"] {
        for more in ["", ",preview", ",older-versions"] {
            let features = format!("{tag}{more}");
            let package = ["-p", "case-20-features", "--no-default-features"];
            workspace.check(&[&package[..], &["-F", &features]].concat());
        }
    }
}
