//! `cargo xtask codegen` as a process: its messages about documents that can't be used, its output
//! for unusual ones, and the files that it must not touch.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

const JSON: &str = "application/vnd.atlas.2024-08-05+json";
const HEAD: &str = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\n";
const THING: &str = "{type: object, properties: {id: {type: string}}}";
const TOO_DEEP_HELP: &str = "help: replace inline schemas by references to named ones";

/// A folder, which is removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("xtask-codegen-{}-{count}", process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(path.join("overlays")).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    fn out(&self) -> PathBuf {
        self.0.join("out")
    }

    /// Fills the output folder with files that a careless run would overwrite or remove.
    fn fill_out(&self) {
        self.write("out/Cargo.toml", "# mine\n");
        self.write("out/src/lib.rs", "// mine\n");
        self.write("out/src/orphan.rs", [0, 159, 146, 150]);
    }

    /// Generates from `document.yaml` with the overlays in `overlays`, to `out`.
    fn codegen(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("codegen").arg("--spec").arg(self.0.join("document.yaml"));
        command.arg("--out").arg(self.out());
        command.arg("--overlays").arg(self.0.join("overlays"));
        command.args(more).output().expect("xtask runs")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The contents below a folder: the bytes of files, and `None` for folders and links.
type Tree = BTreeMap<PathBuf, (Option<Vec<u8>>, SystemTime)>;

fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    collect(folder, &mut found);
    found
}

fn collect(folder: &Path, found: &mut Tree) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let about = path.symlink_metadata().expect("metadata");
        let bytes = about.is_file().then(|| fs::read(&path).expect("a file"));
        // Files may be staged in a folder for a moment; only its entries have to stay the same.
        let changed = if about.is_file() {
            about.modified().expect("a time")
        } else {
            SystemTime::UNIX_EPOCH
        };
        if about.is_dir() {
            collect(&path, found);
        }
        found.insert(path, (bytes, changed));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn assert_says(name: &str, output: &Output, code: i32, fragments: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{name}: {said}");
    for fragment in fragments {
        assert!(said.contains(fragment), "{name}: no `{fragment}` in:\n{said}");
    }
    assert!(!said.contains("panicked"), "{name}: {said}");
}

fn assert_success(name: &str, output: &Output) {
    assert_says(name, output, 0, &[]);
}

/// Asserts that a document is rejected with these words, and that nothing was touched.
fn assert_refused(name: &str, document: &[u8], fragments: &[&str]) {
    let folder = Folder::new();
    folder.write("document.yaml", document);
    assert_refused_in(&folder, name, fragments);
}

fn assert_refused_in(folder: &Folder, name: &str, fragments: &[&str]) {
    folder.fill_out();
    let before = tree(&folder.0);
    let output = folder.codegen(&[]);
    assert_says(name, &output, 2, fragments);
    assert_eq!(text(&output.stdout), "", "{name}");
    assert!(tree(&folder.0) == before, "{name}: something was touched");
}

fn assert_all_refused(cases: &[(&str, String, &[&str])]) {
    for (name, document, fragments) in cases {
        assert_refused(name, document.as_bytes(), fragments);
    }
}

/// Asserts that a crate is written for each document, with these words in the output.
fn assert_all_noted(cases: &[(&str, String, &[&str])]) {
    for (name, document, fragments) in cases {
        let folder = Folder::new();
        folder.write("document.yaml", document);
        assert_says(name, &folder.codegen(&[]), 0, fragments);
        assert_parses(name, &folder.out());
    }
}

/// Returns an operation under a path, with additional lines.
fn operation(path: &str, lines: &str, media_type: &str, schema: &str) -> String {
    format!(
        "  {path}:
    get:
      {lines}
      tags: [Things]
      responses:
        '200':
          description: OK
          content:
            {media_type}:
              schema: {{$ref: '#/components/schemas/{schema}'}}
"
    )
}

fn get(path: &str, id: &str) -> String {
    operation(path, &format!("operationId: {id}"), JSON, "Thing")
}

/// Returns a document of these operations and of `Thing`, followed by more schemas.
fn document(operations: &str, thing: &str, schemas: &str) -> String {
    let components = format!("components:\n  schemas:\n    Thing: {thing}\n{schemas}");
    format!("{HEAD}paths:\n{operations}{components}")
}

fn minimal() -> String {
    document(&get("/things", "listThings"), THING, "")
}

fn with_schemas(schemas: &str) -> String {
    document(&get("/things", "listThings"), THING, schemas)
}

fn with_property(property: &str) -> String {
    let thing = format!("{{type: object, properties: {{{property}}}}}");
    document(&get("/things", "listThings"), &thing, "")
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    assert_refused_in(&folder, "missing", &["error: can't read ", "document.yaml"]);
}

#[test]
fn text_that_is_no_yaml_or_json_is_refused_with_its_line() {
    let cases: [(&str, &[u8], &[&str]); 6] = [
        ("empty", b"", &["the document is empty", "help: download it again"]),
        ("blank", b" \n\n", &["the document is empty", "help: download it again"]),
        (
            "binary",
            b"openapi: 3.0.1\na\xff\xfe\x80",
            &["not UTF-8", "at line 2, column 2", "help: save it as UTF-8"],
        ),
        (
            "tabs",
            b"openapi: 3.0.1\n\tinfo: {\n\t\t- x\n",
            &["not valid YAML: found a tab", "at line 2, column 1"],
        ),
        (
            "bad JSON",
            b"{\n  \"openapi\": nope}",
            &["not valid JSON", "at line 2, column 15"],
        ),
        (
            "prose",
            b"hello there",
            &["the document is text, not an object", "help: an OpenAPI document is"],
        ),
    ];
    for (name, document, fragments) in cases {
        assert_refused(name, document, fragments);
    }
}

#[test]
fn a_truncated_document_is_told_from_a_wrong_one() {
    let whole = minimal();
    let cut = &whole[..whole.find("#/components").expect("a reference")];
    let help = "help: the download may have been cut off";
    assert_all_refused(&[
        (
            "YAML",
            cut.to_owned(),
            &["ends before it is complete", "at line 13, column 31", help],
        ),
        (
            "JSON",
            "{\"openapi\": \"3.0.1\",\n \"info\": {\"title\": \"t\"".to_owned(),
            &["ends before it is complete", "at line 2, column 22", help],
        ),
    ]);
}

#[test]
fn other_versions_are_refused() {
    assert_all_refused(&[
        (
            "Swagger 2.0",
            "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\n".to_owned(),
            &["Swagger 2.0", "at #/swagger", "help: convert it to OpenAPI 3.0"],
        ),
        (
            "OpenAPI 3.1",
            minimal().replace("openapi: 3.0.1", "openapi: 3.1.0"),
            &["OpenAPI 3.1.0", "at #/openapi", "help: ", "published as 3.0"],
        ),
    ]);
}

#[test]
fn references_have_to_lead_to_something() {
    let property = |name: &str| {
        with_property(&format!("x: {{$ref: '#/components/schemas/{name}'}}"))
    };
    let at = "at #/components/schemas/Thing/properties/x/$ref";
    let break_it = "help: remove one of the references with an overlay";
    let circle = |a: &str, b: &str| with_schemas(&format!("    A: {a}\n    B: {b}\n"));
    let (a, b) =
        ("{$ref: '#/components/schemas/A'}", "{$ref: '#/components/schemas/B'}");
    assert_all_refused(&[
        (
            "nothing, nearly something",
            property("Thin"),
            &[
                "#/components/schemas/Thin has no target",
                at,
                "help: the most similar name is Thing",
            ],
        ),
        (
            "nothing",
            property("Zebra"),
            &["schemas/Zebra has no target", at, "help: ", "no similar name"],
        ),
        (
            "circle",
            circle(b, a),
            &["form a circle: A → B → A", "at #/components/schemas/A", break_it],
        ),
        (
            "circle of allOf",
            circle(&format!("{{allOf: [{b}]}}"), &format!("{{allOf: [{a}]}}")),
            &["form a circle: A → B → A", "at #/components/schemas/A", break_it],
        ),
    ]);
}

#[test]
fn an_operation_id_is_given_once() {
    let two = |first: &str, second: &str| {
        document(&(get("/a", first) + &get("/b", second)), THING, "")
    };
    assert_all_refused(&[(
        "one id",
        two("listThings", "listThings"),
        &[
            "`operationId` listThings is taken by #/paths/~1a/get",
            "at #/paths/~1b/get",
            "help: give the operation a name of its own",
        ],
    )]);
    assert_all_noted(&[
        (
            "no id",
            document(&operation("/a", "summary: s", JSON, "Thing"), THING, ""),
            &[
                "no `operationId`",
                "at #/paths/~1a/get",
                "name of its own with an overlay",
            ],
        ),
        (
            "one function",
            two("listThings", "list_things"),
            &["`list_things` belongs to `get /b`; `get /a` is called `list_things_2`"],
        ),
        (
            "one function by an override",
            two("listThings", "b\n      x-xgen-operation-id-override: listThings"),
            &["`list_things` belongs to `get /a`; `get /b` is called `"],
        ),
    ]);
}

#[test]
fn media_types_that_are_not_understood_are_listed() {
    let bytes = "a body of this media type is returned as bytes";
    let unversioned =
        "no response has a version: the oldest version of the document is requested";
    for (media_type, what, is_body) in [
        ("application/vnd.atlas.2024-13-45+json", unversioned, false),
        ("application/vnd.atlas.2024-08-05+toml", bytes, true),
        ("nonsense", bytes, true),
    ] {
        let operation = operation("/a", "operationId: a", media_type, "Thing");
        let document = document(&(operation + &get("/b", "b")), THING, "");
        let folder = Folder::new();
        folder.write("document.yaml", document);
        assert_success(media_type, &folder.codegen(&[]));
        let unmapped = fs::read_to_string(folder.out().join("unmapped.txt"));
        let place = match is_body {
            true => format!("/200/content/{}", media_type.replace('/', "~1")),
            false => String::new(),
        };
        let line = format!("#/paths/~1a/get/responses{place} {what}\n");
        let unmapped = unmapped.expect("a list of what is not typed");
        assert!(unmapped.contains(&line), "{media_type}: no `{line}` in:\n{unmapped}");
    }
}

#[test]
fn rust_names_are_given_once() {
    let used = operation("/a", "operationId: a", JSON, "foo_bar")
        + &operation("/b", "operationId: b", JSON, "FooBar");
    let schemas = format!("    foo_bar: {THING}\n    FooBar: {THING}\n");
    let at_id = "at #/components/schemas/Thing/properties/id";
    assert_all_noted(&[
        (
            "schemas",
            document(&used, THING, &schemas.replacen("id:", "other:", 1)),
            &["the type `FooBar` belongs to another schema", "schemas/foo_bar"],
        ),
        (
            "properties",
            with_property("aB: {type: string}, a_b: {type: string}"),
            &["field of Thing `a_b` belongs to `", "at #/components/schemas/Thing"],
        ),
        (
            "values by case",
            with_property("id: {type: string, enum: ['up', 'UP']}"),
            &["`Up` belongs to `UP`; `up` is called `Up2`", at_id],
        ),
        (
            "values by punctuation",
            with_property("id: {type: string, enum: [a-b, a_b]}"),
            &["`AB` belongs to `a-b`; `a_b` is called `", at_id],
        ),
    ]);
}

#[test]
fn a_thousand_levels_are_refused() {
    let lists = format!(
        "{}{{type: string}}{}",
        "{type: array, items: ".repeat(1000),
        "}".repeat(1000)
    );
    let lines: String =
        (3..1003).map(|depth| format!("{}items:\n", "  ".repeat(depth))).collect();
    let json = format!(
        "{{\"openapi\": \"3.0.1\",\n\"x-deep\": {}1{}}}",
        "[".repeat(1000),
        "]".repeat(1000)
    );
    let what = "nested too deeply: more than 32 levels";
    assert_all_refused(&[
        (
            "YAML in braces",
            with_property(&format!("id: {lists}")),
            &[what, "at line 16, column ", TOO_DEEP_HELP],
        ),
        (
            "YAML by indentation",
            with_schemas(&format!("    Deep:\n{lines}")),
            &[what, "at line ", TOO_DEEP_HELP],
        ),
        ("JSON", json, &[what, "at line 2, column ", TOO_DEEP_HELP]),
    ]);
}

#[test]
fn an_overlay_has_to_match_something() {
    let folder = Folder::new();
    folder.write("document.yaml", minimal());
    folder.write(
        "overlays/0001-fix.yaml",
        "overlay: 1.0.0
info: {title: t, version: '1'}
actions:
  - target: $.info
    description: d
    update: {title: another}
  - target: $.paths['/nowhere']
    description: d
    remove: true
",
    );
    assert_refused_in(
        &folder,
        "overlay",
        &[
            "the target matches nothing",
            "at 0001-fix.yaml, action 2, target $.paths['/nowhere']",
            "help: if upstream has removed or renamed what it corrects",
        ],
    );
}

#[test]
fn odd_names_are_legal() {
    let properties = ["type", "self", "a b", "🚀", "2d"];
    let odd = |name: &&str| format!("{name}: {{type: string}}");
    let cases = [
        ("all", properties.iter().map(odd).collect::<Vec<_>>().join(", ")),
        ("empty value", "kind: {type: string, enum: ['', a]}".to_owned()),
        ("values of signs", "kind: {type: string, enum: ['+', '-', self]}".to_owned()),
    ];
    for (name, property) in cases {
        let folder = Folder::new();
        folder.write("document.yaml", with_property(&property));
        assert_success(name, &folder.codegen(&[]));
        assert_parses(name, &folder.out());
    }
}

/// Asserts that rustfmt, which the workspace needs anyway, can parse every Rust file below a
/// folder.
fn assert_parses(name: &str, folder: &Path) {
    let mut count = 0;
    for (path, (bytes, _)) in tree(folder) {
        let Some(bytes) = bytes else { continue };
        if path.extension() == Some(OsStr::new("rs")) {
            let output = rustfmt(&bytes);
            let said = text(&output.stderr);
            assert!(output.status.success(), "{name}: {}: {said}", path.display());
            count += 1;
        }
    }
    assert!(count > 3, "{name}: only {count} files");
}

fn rustfmt(source: &[u8]) -> Output {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rustfmt runs");
    // rustfmt reads everything before it writes anything.
    child.stdin.take().expect("a pipe").write_all(source).expect("rustfmt reads");
    child.wait_with_output().expect("rustfmt ends")
}

#[test]
fn a_check_writes_nothing_and_tells_a_difference_by_its_exit_code() {
    let folder = Folder::new();
    folder.write("document.yaml", minimal());
    let missing = folder.codegen(&["--check"]);
    assert_says("missing", &missing, 1, &[]);
    assert!(text(&missing.stdout).contains("missing: "), "{}", text(&missing.stdout));
    assert!(!folder.out().exists(), "a check wrote something");

    assert_success("generate", &folder.codegen(&[]));
    assert_check(&folder, 0, "up to date\n");
    assert_check_of_docs(&folder);

    let lib = folder.write("out/src/lib.rs", "// mine\n");
    assert_check(&folder, 1, &format!("different: {}\n", lib.display()));
    assert_success("generate again", &folder.codegen(&[]));
    let orphan = folder.write("out/src/orphan.rs", "// mine\n");
    assert_check(&folder, 1, &format!("orphaned: {}\n", orphan.display()));
}

fn assert_check(folder: &Folder, code: i32, start: &str) {
    let before = tree(&folder.0);
    let output = folder.codegen(&["--check"]);
    assert_says(start, &output, code, &[]);
    assert!(text(&output.stdout).starts_with(start), "{}", text(&output.stdout));
    assert!(tree(&folder.0) == before, "{start}: a check wrote something");
}

/// Asserts that the crates with the two kinds of doc comments differ.
fn assert_check_of_docs(folder: &Folder) {
    let output = folder.codegen(&["--check", "--docs", "facts"]);
    assert_success("facts", &output);
    let output = folder.codegen(&["--check", "--docs", "full"]);
    assert_says("full", &output, 1, &[]);
    let output = folder.codegen(&["--check", "--docs", "none"]);
    assert_says("none", &output, 2, &["--docs is facts or full"]);
}

#[test]
fn a_second_run_touches_no_file() {
    let folder = Folder::new();
    folder.write("document.yaml", minimal());
    assert_success("first", &folder.codegen(&[]));
    let before = tree(&folder.out());
    let second = folder.codegen(&[]);
    assert_success("second", &second);
    assert!(text(&second.stdout).contains(" 0 changed"), "{}", text(&second.stdout));
    assert!(tree(&folder.out()) == before, "a second run touched a file");
}

#[test]
fn a_file_in_the_place_of_a_folder_stops_the_command() {
    let folder = Folder::new();
    folder.write("document.yaml", minimal());
    folder.write("out/Cargo.toml", "# mine\n");
    folder.write("out/src", "mine");
    let before = tree(&folder.0);
    let output = folder.codegen(&[]);
    let code = output.status.code();
    assert!(matches!(code, Some(1 | 2)), "{code:?}: {}", text(&output.stderr));
    assert!(text(&output.stderr).contains("src"), "{}", text(&output.stderr));
    assert!(tree(&folder.0) == before, "something was touched");
}

/// A dangling link reads like a missing folder, so the failure comes while files are written.
#[cfg(unix)]
#[test]
fn output_that_fails_half_way_is_taken_back() {
    let folder = Folder::new();
    folder.write("document.yaml", minimal());
    folder.write("out/Cargo.toml", "# mine\n");
    std::os::unix::fs::symlink("/nonexistent/folder", folder.out().join("src"))
        .expect("a link");
    let before = tree(&folder.0);
    assert_says("half way", &folder.codegen(&[]), 1, &["can't write ", "src"]);
    assert!(tree(&folder.0) == before, "something was touched");
}
