//! `cargo xtask spec diff` as a process: its output for files and revisions, and its exit codes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const OLD: &str = "\
openapi: 3.0.1
info: {title: t, version: '1'}
tags: [{name: Pears}]
paths:
  /pears:
    get:
      operationId: getPear
      tags: [Pears]
      responses:
        '200':
          description: A pear.
          content:
            application/vnd.atlas.2024-08-05+json:
              schema: {type: object, properties: {size: {type: string}}}
";

fn diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["spec", "diff"]).args(arguments).output().expect("xtask runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Writes two documents, and returns their paths.
fn documents(name: &str) -> [String; 2] {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let new = OLD.replace("{size:", "{stem: {type: string}, size:");
    [("old.yaml", OLD), ("new.yaml", &new)].map(|(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a document");
        path.to_string_lossy().into_owned()
    })
}

#[test]
fn two_files_are_compared() {
    let [old, new] = documents("diff-files");
    let output = diff(&[&old, &new]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stdout),
        "API: compatible\n0 of 1 changes break clients; operations touched: 1\n\n\
         ## GET /pears (getPear)\n\n2024-08-05:\n\
         - added the optional property `stem` of the response 200 \
         (response-optional-property-added)\n"
    );
    assert_eq!(text(&diff(&[&old, &old]).stdout), "The API is the same.\n");
    let json = text(&diff(&[&old, &new, "--json"]).stdout);
    assert!(json.starts_with("[\n"), "{json}");
    assert!(json.contains(r#""changeCode": "response-optional-property-added""#));
    assert_eq!(text(&diff(&[&old, &old, "--json"]).stdout), "[]\n");
}

#[test]
fn the_crates_of_two_files_are_compared() {
    let [old, new] = documents("diff-crates");
    let both = text(&diff(&["--crate", &old, &new]).stdout);
    assert!(both.starts_with("# The API\n\nAPI: compatible\n"), "{both}");
    assert!(both.contains("\n# The crate\n\nCrate: minor\n"), "{both}");
    let json = text(&diff(&["--crate", &old, &new, "--json"]).stdout);
    assert!(json.contains(r#""verdict": "minor""#), "{json}");
    let entry = text(&diff(&["--changelog", &old, &new]).stdout);
    assert!(entry.starts_with("### Added\n\n- Pears: new field of "), "{entry}");
}

#[test]
fn a_revision_is_compared_with_itself() {
    let git = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.git");
    if !git.exists() {
        eprintln!("ignored: this is no git repository");
        return;
    }
    let output = diff(&["--crate", "HEAD", "HEAD"]);
    assert_eq!(
        text(&output.stdout),
        "# The API\n\nThe API is the same.\n\n# The crate\n\nCrate: nothing\n",
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn input_that_can_not_be_used_exits_with_2() {
    let [old, _] = documents("diff-unusable");
    let cases: [(&[&str], &str); 5] = [
        (&[&old], "Usage: "),
        (&[&old, "no/such.yaml"], "neither a file nor a git revision"),
        (&["--crate", &old, "no/such.yaml"], "neither a file nor a git revision"),
        (&[&old, &old, &old], "Usage: "),
        (&[&old, &old, "--yaml"], "--yaml"),
    ];
    for (arguments, why) in cases {
        let output = diff(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(why), "{arguments:?}: {said}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
    assert!(text(&diff(&["--help"]).stdout).starts_with("Usage: cargo xtask spec diff"));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let [old, new] = documents("diff-pipe");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["spec", "diff", &old, &new]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xtask runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("xtask ends");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
