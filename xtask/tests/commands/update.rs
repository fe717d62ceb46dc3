//! `cargo xtask update` as a process: all or nothing, and its messages.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const JSON: &str = "application/vnd.atlas.2024-08-05+json";

const MARK: &str = "\
overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - target: $.components.schemas.Pear.properties.key
    description: A key.
    update: {format: password}
";

/// A small repository, which is removed when dropped.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Self {
        let path =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("update-{name}"));
        let _ = fs::remove_dir_all(&path);
        let this = Self(path);
        this.write(
            "CHANGELOG.md",
            "# Changelog\n\n## Unreleased\n\n### Added\n\n- A.\n",
        );
        this.write("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n");
        this.write(
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n",
        );
        this.write("spec/overlays/50-secrets.yaml", MARK);
        this.write("first.yaml", &document("Pear", &["pears"]));
        this.write(
            "spec/atlas-admin-v2.yaml",
            "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n",
        );
        let output = this.update("first.yaml", &["--date", "2026-08-06"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        this
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn update(&self, from: &str, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("update").arg(self.0.join(from)).arg("--root").arg(&self.0);
        command.args(more).output().expect("xtask runs")
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.0).args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
        ]);
        let output = git.args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }

    /// Returns every file with its text.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        collect(&self.0, &mut found);
        found
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let text =
                String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            found.insert(path, text);
        }
    }
}

/// Returns a document with a list operation for each name, and a schema with a key that the overlay
/// marks.
fn document(schema: &str, names: &[&str]) -> String {
    let paths = names.iter().map(|name| {
        format!(
            "  /{name}:\n    get:\n      operationId: get{name}\n      tags: [Pears]\n      \
             responses:\n        '200':\n          description: d\n          content:\n            \
             {JSON}:\n              schema: {{$ref: '#/components/schemas/{schema}'}}\n"
        )
    });
    format!(
        "openapi: 3.0.1\ninfo: {{title: t, version: '1', x-xgen-sha: a}}\n\
         tags: [{{name: Pears}}]\npaths:\n{}components:\n  schemas:\n    {schema}:\n      \
         type: object\n      properties:\n        key: {{type: string}}\n",
        paths.collect::<String>()
    )
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_document_becomes_a_crate_an_entry_and_a_page() {
    let repository = Repository::new("whole");
    repository.write("2026-08-21.yaml", &document("Pear", &["pears", "plums"]));
    let summary = repository.0.join("target/page.md");
    let output =
        repository.update("2026-08-21.yaml", &["--summary", &summary.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(
        said.starts_with("the document of 2026-08-21: minor; version 0.1.0 stays: "),
        "{said}"
    );
    assert!(repository.read("spec/atlas-admin-v2.yaml").contains("/plums"));
    assert!(repository.read("spec/source.toml").contains("date = \"2026-08-21\""));
    assert!(repository.read("spec/names.toml").contains("pears::getplums"));
    assert!(repository.read("spec/summary.toml").contains("operations = 2\n"));
    assert!(repository.read("generated/src/pears.rs").contains("/plums"));
    let changelog = repository.read("CHANGELOG.md");
    let newest =
        "### Added\n\n- A.\n\n### The document of 2026-08-21\n\n#### Added\n\n- Pears: ";
    assert!(changelog.contains(newest), "{changelog}");
    assert!(changelog.contains("\n### The document of 2026-08-06\n"), "{changelog}");
    let page = repository.read("target/page.md");
    for part in [
        "# The document of 2026-08-21\n",
        "| the API | compatible |",
        "| the crate | minor |",
        "| operations | 1 | 2 |",
        "GET /plums",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn the_page_lists_what_wants_a_sentence_and_what_is_said_of_nothing() {
    let repository = Repository::new("words");
    let operations = "getpears = \"Returns the pears.\"\n";
    repository.write("spec/words/operations.toml", operations);
    let properties = "\"Pear.key\" = \"What opens it.\"\n\"Plum.key\" = \"Nothing.\"\n";
    repository.write("spec/words/properties.toml", properties);
    repository.write("2026-08-21.yaml", &document("Pear", &["pears", "plums"]));
    let output = repository.update("2026-08-21.yaml", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    for part in [
        "- Sentences for nothing in the document: 1.",
        "- Things without a sentence: 3, below.",
        "### Without a sentence: operations (1)\n\n```text\ngetplums\n```\n",
        "### Without a sentence: types (1)\n\n```text\nPear\n```\n",
        "### Sentences for nothing in the document (1)\n\n```text\n\
         spec/words/properties.toml has `Plum.key`, which the document doesn't\n```\n",
        "| operations with words | 1 | 1 |",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        repository.read("generated/src/pears.rs").contains("/// Returns the pears.\n")
    );
}

#[test]
fn a_document_that_says_the_same_writes_nothing() {
    let repository = Repository::new("same");
    let same = document("Pear", &["pears"]).replace("x-xgen-sha: a", "x-xgen-sha: b");
    repository.write("same.yaml", &same);
    let before = repository.files();
    let summary = repository.0.join("page.md");
    let output =
        repository.update("same.yaml", &["--summary", &summary.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("says the same"), "{}", text(&output.stdout));
    assert_eq!(repository.files(), before);
}

#[test]
fn a_secret_of_another_name_stops_the_update() {
    let repository = Repository::new("secret");
    repository.write("renamed.yaml", &document("Plum", &["pears"]));
    let before = repository.files();
    let output = repository.update("renamed.yaml", &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("50-secrets.yaml, action 1"), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(repository.files(), before);
}

#[test]
fn a_mark_that_upstream_makes_is_set_aside_and_told() {
    let repository = Repository::new("made");
    let made = document("Pear", &["pears"])
        .replace("{type: string}", "{type: string, format: password}");
    repository.write("made.yaml", &made);
    let output = repository.update("made.yaml", &["--date", "2026-08-21"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(page.contains("50-secrets.yaml, action 1: upstream says it now"), "{page}");
    assert!(!repository.0.join("spec/overlays/50-secrets.yaml").exists());
    assert!(repository.read("spec/summary.toml").contains("secrets = 1\n"));
}

#[test]
fn a_program_that_uses_what_is_gone_is_named() {
    let repository = Repository::new("program");
    repository.write("2026-08-21.yaml", &document("Pear", &["pears", "plums"]));
    repository.update("2026-08-21.yaml", &[]);
    let program = "use atlas_admin::pears;\n\nfn main() {\n    pears::getplums();\n}\n";
    repository.write("generated/examples/plums.rs", program);
    let output = repository.update("first.yaml", &["--date", "2026-08-28"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(
        page.contains("generated/examples/plums.rs:4 uses pears::getplums"),
        "{page}"
    );
    let said = text(&output.stderr);
    assert!(
        said.contains("generated/examples/plums.rs:4 uses pears::getplums"),
        "{said}"
    );
}

#[test]
fn a_released_version_is_raised() {
    let repository = Repository::new("released");
    repository.git(&["init", "--quiet"]);
    repository.git(&["commit", "--quiet", "--allow-empty", "--message", "t"]);
    repository.git(&["tag", "v0.1.0"]);
    repository.write("2026-08-21.yaml", &document("Pear", &["pears", "plums"]));
    let output = repository.update("2026-08-21.yaml", &[]);
    assert!(
        text(&output.stdout).contains("0.1.0 becomes 0.1.1: a minor change"),
        "{}",
        text(&output.stdout)
    );
    repository.write("gone.yaml", &document("Pear", &["plums"]));
    repository.update("gone.yaml", &["--date", "2026-08-28"]);
    for name in ["Cargo.toml", "Cargo.lock"] {
        assert!(repository.read(name).contains("version = \"0.2.0\""), "{name}");
    }
}

#[test]
fn input_that_can_not_be_used_writes_nothing() {
    let repository = Repository::new("unusable");
    repository.write("broken.yaml", "swagger: '2.0'\n");
    let before = repository.files();
    let output = repository.update("broken.yaml", &[]);
    assert_eq!(output.status.code(), Some(2));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["update", "http://127.0.0.1:1/v2.yaml", "--root"]).arg(&repository.0);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.output().expect("xtask runs");
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("can't download http://127.0.0.1:1/v2.yaml"), "{said}");
    assert_eq!(repository.files(), before);
}
