//! The codec compared with `serde` derives: both decode and encode recorded responses, in turns.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::measure::Measure;
use super::twin;
use crate::failure::Failure;

/// A response that both decode and encode.
struct Subject {
    name: &'static str,
    /// The operation's path after the group or organization, if responses were recorded.
    path: Option<&'static str>,
    operation: &'static str,
    version: &'static str,
    /// The type of the response, the property with the list, and the field of that property.
    ty: &'static str,
    list: &'static str,
    items: &'static str,
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        name: "clusters",
        path: Some("/clusters"),
        operation: "listGroupClusters",
        version: "2024-08-05",
        ty: "PaginatedClusterDescription20240805",
        list: "results",
        items: "results",
    },
    Subject {
        name: "events",
        path: Some("/events"),
        operation: "listOrgEvents",
        version: "2023-01-01",
        ty: "OrgPaginatedEventView",
        list: "results",
        items: "results",
    },
    Subject {
        name: "invoice",
        path: None,
        operation: "getOrgInvoice",
        version: "2023-01-01",
        ty: "BillingInvoice",
        list: "lineItems",
        items: "line_items",
    },
];

/// The largest packages that only make samples. They are not measured, so they are not optimised,
/// which would prolong the build.
const UNMEASURED: [&str; 6] = [
    "aho-corasick",
    "atlas-admin-generator",
    "atlas-admin-samples",
    "regex-automata",
    "syn",
    "tera",
];

/// Returns the table.
pub(super) fn table(measure: &Measure) -> Result<String, Failure> {
    let folder = write(measure)?;
    let rows = measure.cargo(&folder, "target", &["run", "--quiet", "--release"])?;
    let budget = "budget: decode ≥ 1.5, encode ≥ 1.2";
    let head = format!(
        "| response | of the codec | of derives | ratio of speeds ({budget}) |\n"
    );
    Ok(format!("{head}|---|---|---|---|\n{rows}"))
}

/// Writes the program that measures, and returns its folder.
fn write(measure: &Measure) -> Result<PathBuf, Failure> {
    let (root, folder) = (&measure.root, measure.scratch.join("codec"));
    let sources = || -> io::Result<(String, String)> {
        fs::create_dir_all(&folder)?;
        let rows = SUBJECTS.iter().map(|subject| row(subject, root, &folder));
        let rows = rows.collect::<io::Result<String>>()?;
        let main = include_str!("codec_main.rs.in").replace("    // SUBJECTS\n", &rows);
        Ok((main, twin::write(root, &SUBJECTS.map(|it| it.ty))?))
    };
    let sources = sources().map_err(|error| Failure::unwritable(&folder, &error))?;
    let bare = ", default-features = false";
    let groups = format!("{bare}, features = [\"clusters\", \"events\", \"invoices\"]");
    let profiles = UNMEASURED
        .map(|name| format!("\n[profile.release.package.{name}]\nopt-level = 0\n"));
    let manifest = [
        measure.dependency("atlas-admin", "generated", &groups)?,
        measure.dependency("atlas-admin-runtime", "runtime", bare)?,
        measure.dependency("atlas-admin-samples", "samples", "")?,
        "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n"
            .to_owned(),
        profiles.concat(),
    ];
    let files = [("src/main.rs", &*sources.0), ("src/twin.rs", &*sources.1)];
    measure.write_crate("codec", &files, &manifest.concat())
}

/// Returns the line that measures a subject: on a recorded response, or on a sample where there
/// are no recordings.
fn row(subject: &Subject, root: &Path, folder: &Path) -> io::Result<String> {
    let Subject { name, path, operation, version, ty, list, items } = subject;
    let recorded = root.join("../shared/recorded");
    let (name, text) = match path.filter(|_| recorded.is_dir()) {
        Some(path) => {
            let body = response(&recorded.join(format!("{name}.har")), path, version)?;
            fs::write(folder.join(format!("{name}.json")), body)?;
            let text = format!("include_str!(\"../{name}.json\").to_owned()");
            ((*name).to_owned(), text)
        }
        None => (
            format!("{name}, a sample"),
            format!("made({operation:?}, {version:?}, {list:?})"),
        ),
    };
    Ok(format!("    measure!({name:?}, {text}, {ty}, {list:?}, {items});\n"))
}

/// Returns the longest recorded response of an operation in a version.
fn response(har: &Path, path: &str, version: &str) -> io::Result<String> {
    let har: Value = serde_json::from_str(&fs::read_to_string(har)?)?;
    let entries = har["log"]["entries"].as_array().map_or(&[][..], Vec::as_slice);
    let responses = entries.iter().filter_map(|entry| {
        let url = entry["request"]["url"].as_str()?.split('?').next()?;
        let content = &entry["response"]["content"];
        let fits =
            url.ends_with(path) && content["mimeType"].as_str()?.contains(version);
        fits.then(|| content["text"].as_str()).flatten()
    });
    let longest = responses.max_by_key(|text| text.len()).map(str::to_owned);
    longest.ok_or_else(|| {
        io::Error::other(format!("no recorded response for {path} {version}"))
    })
}
