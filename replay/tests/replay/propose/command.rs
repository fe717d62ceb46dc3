//! `--propose` on the command line: what it writes, and how it ends.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{DOCUMENT, generated, got};

/// A folder that is gone at the end of its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("propose-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join("overlays")).expect("a folder");
        fs::write(path.join("document.yaml"), DOCUMENT).expect("a document");
        Self(path)
    }

    fn run(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let program = env!("CARGO_BIN_EXE_atlas-admin-replay");
        let mut command = std::process::Command::new(program);
        command.current_dir(&self.0).args(more);
        let output = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_command_writes_a_whole_file_or_none() {
    let folder = Folder::new("command");
    let har = json!({"log": {"entries": [got("a", 200, r#"{"shinyFlag":true}"#)]}});
    fs::write(folder.0.join("own.har"), har.to_string()).expect("a recording");
    let propose = [
        "--propose",
        "own.har",
        "--spec",
        "document.yaml",
        "--overlays",
        "overlays",
        "--out",
    ];
    let run = |out: &str, folder: &Folder| folder.run(&[&propose[..], &[out]].concat());
    let (code, said, problems) = run("overlays/proposed.yaml", &folder);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{problems}");
    assert_eq!(problems, "1 actions, 0 remarks\n");
    let read = |path: &str| fs::read_to_string(folder.0.join(path)).expect("a file");
    let text = read("overlays/proposed.yaml");
    assert!(generated(&[&text]).contains("shiny_flag: Option<bool>"));
    // With the correction there is nothing to propose, and nothing to write.
    let (code, said, problems) = run("again.yaml", &folder);
    assert_eq!(code, Some(0), "{problems}");
    assert!(said.starts_with("# ") && problems.contains("no file is written"));
    assert!(!folder.0.join("again.yaml").exists());
    let unusable = [
        (&["own.har", "--out", "x.yaml"][..], "--out is for --propose"),
        (&["--propose", "--examples", "document.yaml"], "not for --examples"),
        (&["--propose", "own.har", "--spec", "missing.yaml"], "can't read missing.yaml"),
        (&["--propose", "own.har", "--overlays", "missing"], "can't read missing"),
    ];
    for (arguments, problem) in unusable {
        let (code, said, problems) = folder.run(arguments);
        assert_eq!((code, said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(problems.contains(problem), "{problems}");
    }
    fs::remove_file(folder.0.join("overlays/proposed.yaml")).expect("the proposal");
    let (code, _, problems) = run("missing/x.yaml", &folder);
    assert_eq!(code, Some(2));
    assert!(problems.contains("can't write missing/x.yaml"), "{problems}");
    let names = fs::read_dir(&folder.0).expect("a folder").count();
    assert_eq!(names, 3, "no file is left beside");
}
