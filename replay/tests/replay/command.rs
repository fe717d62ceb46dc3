//! The program: what it reads, what it writes and how it ends.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

/// A folder that is gone at the end of its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("replay-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("deep/er")).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a file");
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let program = env!("CARGO_BIN_EXE_atlas-admin-replay");
        let ran = Command::new(program).args(arguments).current_dir(&self.0).output();
        let Output { status, stdout, stderr } = ran.expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (status.code(), text(stdout), text(stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn recording(text: &str) -> String {
    let url = "https://cloud.example.net/api/atlas/v2/groups/g1/clusters/a";
    let media = "application/vnd.atlas.2024-08-05+json";
    json!({"log": {"entries": [{
        "request": {"method": "GET", "url": url},
        "response": {"status": 200, "content": {"mimeType": media, "text": text}},
    }]}})
    .to_string()
}

#[test]
fn folders_are_read_to_the_bottom_and_the_last_line_counts() {
    let folder = Folder::new("folders");
    folder.write("a.har", &recording(r#"{"name":"a"}"#));
    folder.write("deep/er/B.HAR", &recording(r#"{"name":"b"}"#));
    folder.write("deep/notes.txt", "no recording");
    let (code, said, _) = folder.run(&[".", "--json", "out.json"]);
    let last = "2 exchanges: 2 decoded, 2 round-tripped, 0 unmatched, 0 failed";
    assert_eq!((code, said.lines().last()), (Some(0), Some(last)));
    let text = fs::read_to_string(folder.0.join("out.json")).expect("a report");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["exchanges"], 2);
    // What is named twice counts twice.
    let (_, said, _) = folder.run(&["a.har", "a.har"]);
    assert!(said.ends_with(&format!("{last}\n")), "{said}");
}

#[test]
fn the_exit_code_tells_failed_from_unusable() {
    let folder = Folder::new("codes");
    folder.write("failed.har", &recording("<html>"));
    let (code, said, _) = folder.run(&["failed.har"]);
    assert_eq!(code, Some(1));
    let last = "1 exchanges: 0 decoded, 0 round-tripped, 0 unmatched, 1 failed";
    assert_eq!(said.lines().last(), Some(last));

    folder.write("broken.har", "{");
    let unusable = [
        (&["missing.har"][..], "can't read missing.har"),
        (&["broken.har"], "broken.har is not JSON"),
        (&["deep"], "deep holds no file that ends in .har"),
        (&[], "no recordings are named"),
        (&["--unknown"], "--unknown"),
        (&["--examples", "broken.har"], "broken.har is no document"),
    ];
    for (arguments, problem) in unusable {
        let (code, said, problems) = folder.run(arguments);
        assert_eq!((code, said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(problems.contains(problem), "{problems}");
    }
}
