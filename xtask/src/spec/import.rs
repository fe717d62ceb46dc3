//! Imports a document: checks it, removes its prose, writes it in canonical form.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use atlas_admin_generator::document::Document;
use atlas_admin_generator::version::{MediaType, Version};
use atlas_admin_generator::{Diagnostic, UnmatchedAction, canonical, document, prose};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::source::Source;
use super::today;
use crate::failure::Failure;
use crate::plan::Plan;

/// The name of the vendored document.
pub(crate) const DOCUMENT: &str = "atlas-admin-v2.yaml";

/// The name of the file with the origin of the document.
pub(crate) const SOURCE: &str = "source.toml";

/// The document to import.
pub(crate) struct Request<'a> {
    /// The document: YAML or JSON.
    pub(crate) bytes: &'a [u8],
    /// The date of the document's publication; `None` if unknown.
    pub(crate) date: Option<String>,
    /// The URL at which the document is published; `None` if unknown.
    pub(crate) url: Option<String>,
    /// The date of the import.
    pub(crate) today: String,
}

/// A checked document, in the form in which it is vendored.
pub(crate) struct Imported {
    /// The document without its prose, in canonical form.
    pub(crate) text: String,
    /// The same document as a tree.
    pub(crate) tree: Value,
    pub(crate) source: Source,
    pub(crate) notes: Vec<Diagnostic>,
    counts: Counts,
}

/// Reads a document, checks it and removes its prose; writes nothing.
pub(crate) fn prepare(request: &Request<'_>, into: &Path) -> Result<Imported, Failure> {
    if let Some(date) = &request.date
        && !today::is_date(date)
    {
        return Err(Failure::Usage(format!("error: {date} is no date like 2026-08-06")));
    }
    let document = document::read(request.bytes, &[], UnmatchedAction::Error)
        .map_err(Failure::Document)?;
    let source = source(request, &document.tree, into)?;
    let counts = Counts::of(&document);
    let Document { mut tree, notes, .. } = document;
    prose::strip(&mut tree);
    canonical::normalize(&mut tree);
    let text = canonical::write(&tree);
    // The same reader has to be able to read the vendored text; better to find out before writing
    // it.
    document::read(text.as_bytes(), &[], UnmatchedAction::Error)
        .map_err(Failure::Document)?;
    Ok(Imported { text, tree, source, notes, counts })
}

/// Imports a document into a folder and returns the summary for the user.
pub(crate) fn import(request: &Request<'_>, into: &Path) -> Result<String, Failure> {
    let imported = prepare(request, into)?;
    let mut planned = Plan::default();
    planned.add(&into.join(DOCUMENT), &imported.text)?;
    planned.add(&into.join(SOURCE), &imported.source.render()?)?;
    planned.write()?;
    let mut said = String::new();
    for note in &imported.notes {
        let _ = writeln!(said, "{note}");
    }
    let verb = if planned.is_empty() { "unchanged" } else { "imported" };
    let (before, after) = (request.bytes.len(), imported.text.len());
    let counts = &imported.counts;
    let _ =
        writeln!(said, "{verb}: {counts}; {before} bytes with prose, {after} without");
    Ok(said)
}

/// Returns the contents of `source.toml`.
fn source(request: &Request<'_>, tree: &Value, into: &Path) -> Result<Source, Failure> {
    let sha = tree.pointer("/info/x-xgen-sha").and_then(Value::as_str);
    let mut source = Source {
        url: request.url.clone(),
        sha: sha.map(str::to_owned),
        date: request.date.clone(),
        imported: request.date.is_none().then(|| request.today.clone()),
        sha256: hex(&Sha256::digest(request.bytes)),
    };
    if let Ok(text) = fs::read_to_string(into.join(SOURCE)) {
        source.keep(Source::parse(&text)?);
    }
    Ok(source)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The size of a document.
struct Counts {
    operations: usize,
    /// The number of operation versions.
    pairs: usize,
    versions: usize,
    schemas: usize,
}

impl Counts {
    fn of(document: &Document) -> Self {
        let mut pairs = BTreeSet::new();
        for (path, method, operation) in document.openapi.operations() {
            for response in operation.responses.responses.values() {
                let content =
                    response.as_item().into_iter().flat_map(|item| &item.content);
                let found = content.filter_map(|(media_type, _)| version(media_type));
                pairs.extend(found.map(|version| (version, path, method)));
            }
        }
        let versions: BTreeSet<_> =
            pairs.iter().map(|(version, _, _)| version).collect();
        let components = document.openapi.components.as_ref();
        Self {
            operations: document.openapi.operations().count(),
            versions: versions.len(),
            pairs: pairs.len(),
            schemas: components.map_or(0, |components| components.schemas.len()),
        }
    }
}

/// Returns the version in a media type such as `application/vnd.atlas.2023-01-01+json`.
fn version(media_type: &str) -> Option<Version> {
    media_type.parse().ok().map(|media_type: MediaType| media_type.version)
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operations, pairs, versions, schemas } = self;
        write!(f, "{operations} operations in {versions} versions ({pairs} pairs), ")?;
        write!(f, "{schemas} schemas")
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const YAML: &str = "\
openapi: 3.0.1
info: {version: '2.0', title: Theirs, description: Words., x-xgen-sha: abc}
paths: {}
";
    const JSON: &str = r#"{"paths": {}, "openapi": "3.0.1",
        "info": {"x-xgen-sha": "abc", "title": "Theirs", "version": "2.0"}}"#;

    /// An empty folder, which is removed when dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir()
                .join(format!("xtask-import-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.0.join(name)).expect("a file")
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("a folder");
            let name = |entry: std::io::Result<fs::DirEntry>| {
                entry.expect("an entry").file_name().to_string_lossy().into_owned()
            };
            let mut names: Vec<_> = entries.map(name).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn request<'a>(text: &'a str, date: Option<&str>, today: &str) -> Request<'a> {
        let date = date.map(str::to_owned);
        Request { bytes: text.as_bytes(), date, url: None, today: today.to_owned() }
    }

    fn run(request: &Request<'_>, folder: &Folder) -> String {
        import(request, &folder.0).expect("an import")
    }

    #[test]
    fn writes_the_stripped_document_and_its_source() {
        let folder = Folder::new("writes");
        let said = run(&request(YAML, Some("2026-08-06"), "2026-08-10"), &folder);
        assert!(
            said.starts_with(
                "imported: 0 operations in 0 versions (0 pairs), 0 schemas; "
            )
        );
        assert_eq!(folder.names(), [DOCUMENT, SOURCE]);
        assert_eq!(
            folder.read(DOCUMENT),
            format!(
                "info:\n  title: {}\n  version: \"2.0\"\n  x-xgen-sha: abc\n\
                 openapi: \"3.0.1\"\npaths: {{}}\n",
                prose::TITLE
            )
        );
        let source = Source::parse(&folder.read(SOURCE)).expect("a source");
        assert_eq!(source.date.as_deref(), Some("2026-08-06"));
        assert_eq!(source.sha.as_deref(), Some("abc"));
        assert_eq!((source.imported, source.url), (None, None));
        assert_eq!(source.sha256, hex(&Sha256::digest(YAML)));
    }

    #[test]
    fn the_same_file_on_another_day_changes_nothing() {
        let folder = Folder::new("again");
        run(&request(YAML, None, "2026-08-10"), &folder);
        let before = folder.read(SOURCE);
        assert!(before.contains("imported = \"2026-08-10\""), "{before}");
        let said = run(&request(YAML, None, "2026-08-11"), &folder);
        assert!(said.starts_with("unchanged: "), "{said}");
        assert_eq!(folder.read(SOURCE), before);
        run(&request(YAML, Some("2026-08-06"), "2026-08-12"), &folder);
        let dated = folder.read(SOURCE);
        assert!(
            dated.contains("date = \"2026-08-06\"") && !dated.contains("imported"),
            "{dated}"
        );
        run(&request(YAML, None, "2026-08-13"), &folder);
        assert_eq!(folder.read(SOURCE), dated);
    }

    #[test]
    fn another_file_is_recorded_anew() {
        let folder = Folder::new("anew");
        run(&request(YAML, Some("2026-08-06"), "2026-08-10"), &folder);
        let document = folder.read(DOCUMENT);
        run(&request(JSON, None, "2026-08-11"), &folder);
        assert_eq!(folder.read(DOCUMENT), document, "JSON and YAML say the same");
        let source = folder.read(SOURCE);
        assert!(
            source.contains("imported = \"2026-08-11\"") && !source.contains("\ndate"),
            "{source}"
        );
    }

    #[test]
    fn what_can_not_be_used_leaves_everything_as_it_was() {
        let folder = Folder::new("refused");
        run(&request(YAML, None, "2026-08-10"), &folder);
        let before = (folder.read(DOCUMENT), folder.read(SOURCE));
        for text in ["", "openapi: 3.1.0\ninfo: {}\npaths: {}\n", "{\"openapi\": "] {
            let failure =
                import(&request(text, None, "2026-08-11"), &folder.0).expect_err(text);
            assert!(
                failure.to_string().ends_with("1 error; nothing was written"),
                "{failure}"
            );
        }
        let failure = import(&request(YAML, Some("6 August"), "2026-08-11"), &folder.0);
        assert!(matches!(failure, Err(Failure::Usage(_))));
        assert_eq!((folder.read(DOCUMENT), folder.read(SOURCE)), before);
        assert_eq!(folder.names(), [DOCUMENT, SOURCE]);
    }

    #[test]
    fn a_folder_that_can_not_be_written_is_told() {
        let folder = Folder::new("output");
        let file = folder.0.join("file");
        fs::write(&file, "").expect("a file");
        let failure = import(&request(YAML, None, "2026-08-10"), &file.join("below"));
        assert!(matches!(failure, Err(Failure::Output(_))));
    }
}
