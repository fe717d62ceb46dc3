//! Importing a document: check it, take its prose away, write it in canonical form.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use atlas_admin_generator::document::Document;
use atlas_admin_generator::{canonical, document, prose};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::atomic;
use super::failure::Failure;
use super::source::Source;
use super::today;

/// The name of the vendored document.
pub(crate) const DOCUMENT: &str = "atlas-admin-v2.yaml";

/// The name of the file that says where it came from.
pub(crate) const SOURCE: &str = "source.toml";

/// What to import.
pub(crate) struct Request<'a> {
    /// The document: YAML or JSON.
    pub(crate) bytes: &'a [u8],
    /// The day it was published, if known.
    pub(crate) date: Option<String>,
    /// Where it is published, if known.
    pub(crate) url: Option<String>,
    /// The day of the import.
    pub(crate) today: String,
}

/// Imports a document into a folder and returns what to tell about it.
pub(crate) fn import(request: &Request<'_>, into: &Path) -> Result<String, Failure> {
    if let Some(date) = &request.date
        && !today::is_date(date)
    {
        return Err(Failure::Usage(format!("error: {date} is no date like 2026-08-06")));
    }
    let document = document::read(request.bytes, &[]).map_err(Failure::Document)?;
    let source = source(request, &document.tree, into)?.render()?;
    let counts = Counts::of(&document);
    let Document { mut tree, notes, .. } = document;
    prose::strip(&mut tree);
    canonical::normalize(&mut tree);
    let text = canonical::write(&tree);
    // What is vendored has to be readable by the same reader; better to find out before writing.
    document::read(text.as_bytes(), &[]).map_err(Failure::Document)?;
    let files = [(DOCUMENT, text.as_bytes()), (SOURCE, source.as_bytes())];
    let is_new = files.iter().any(|(name, bytes)| {
        fs::read(into.join(name)).map_or(true, |present| present != *bytes)
    });
    if is_new {
        atomic::write_all(into, &files)?;
    }
    let mut said = String::new();
    for note in notes {
        let _ = writeln!(said, "{note}");
    }
    let verb = if is_new { "imported" } else { "unchanged" };
    let (before, after) = (request.bytes.len(), text.len());
    let _ =
        writeln!(said, "{verb}: {counts}; {before} bytes with prose, {after} without");
    Ok(said)
}

/// Puts together what `source.toml` will say.
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

/// How much a document holds.
struct Counts {
    operations: usize,
    /// Operations, each counted once for every version it answers in.
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
fn version(media_type: &str) -> Option<&str> {
    let rest = media_type.strip_prefix("application/vnd.atlas.")?;
    rest.split_once('+').map(|(version, _)| version)
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operations, pairs, versions, schemas } = self;
        write!(f, "{operations} operations in {versions} versions ({pairs} pairs), ")?;
        write!(f, "{schemas} schemas")
    }
}
