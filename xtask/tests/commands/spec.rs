//! `cargo xtask spec` as a process: its exit codes, and what it prints to which stream.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("spec").args(arguments).output().expect("xtask runs")
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_import_tells_what_it_did_and_can_be_repeated() {
    let folder = folder("import");
    let input = folder.join("input.yaml");
    let document = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n";
    fs::write(&input, document).expect("a file");
    let into = folder.join("spec");
    let arguments =
        ["import", &input.to_string_lossy(), "--into", &into.to_string_lossy()];
    let first = xtask(&arguments);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    assert!(text(&first.stdout).starts_with("imported: "), "{}", text(&first.stdout));
    let source = fs::read_to_string(into.join("source.toml")).expect("a source");
    assert!(
        !source.contains(&*folder.to_string_lossy()),
        "a path of this machine: {source}"
    );
    assert!(text(&xtask(&arguments).stdout).starts_with("unchanged: "));
}

#[test]
fn input_that_can_not_be_used_exits_with_2() {
    let folder = folder("unusable");
    let input = folder.join("input.yaml");
    fs::write(&input, "swagger: '2.0'\n").expect("a file");
    let into = folder.join("spec");
    let [input, into_text] =
        [&input, &into].map(|path| path.to_string_lossy().into_owned());
    let missing = format!("{input}.missing");
    let cases: [(&[&str], &str); 6] = [
        (&["import", &input], "Swagger 2.0"),
        (&["import", &missing], "can't read"),
        (&["import"], "Usage: "),
        (&["export"], "Usage: "),
        (&["import", &input, "--day", "1"], "--day"),
        (&["fetch", "--url", "no url"], "can't download no url"),
    ];
    for (arguments, why) in cases {
        let output = xtask(&[arguments, &["--into", &into_text]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(why),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
    assert!(!into.exists(), "something was written");
}

#[test]
fn help_is_no_error() {
    let output = xtask(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("spec import PATH"));
}
