//! The codec against `serde` derives: both decode and encode recorded responses, in turns.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::measure::Measure;
use super::twin;
use crate::failure::Failure;

/// The subjects of the measurement: a recording, the operation's path after the group or
/// organization, the version, and the type of the response.
const SUBJECTS: [(&str, &str, &str, &str); 2] = [
    ("clusters", "/clusters", "2024-08-05", "PaginatedClusterDescription20240805"),
    ("events", "/events", "2023-01-01", "OrgPaginatedEventView"),
];

/// Returns the table, or a sentence that says why there is none.
pub(super) fn table(measure: &Measure) -> Result<String, Failure> {
    let recorded = measure.root.join("../shared/recorded");
    if !recorded.is_dir() {
        return Ok("The codec was not measured: there are no recordings.\n".to_owned());
    }
    let folder = measure.scratch.join("codec");
    write(&measure.root, &recorded, &folder)
        .map_err(|error| Failure::unwritable(&folder, &error))?;
    let rows = measure.cargo(&folder, "target", &["run", "--quiet", "--release"])?;
    let budget = "budget: decode ≥ 1.5, encode ≥ 1.2";
    let head = format!(
        "| response | of the codec | of derives | ratio of speeds ({budget}) |\n"
    );
    Ok(format!("{head}|---|---|---|---|\n{rows}"))
}

fn write(root: &Path, recorded: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    let mut subjects = String::new();
    for (file, path, version, name) in SUBJECTS {
        let body = response(&recorded.join(format!("{file}.har")), path, version)?;
        fs::write(folder.join(format!("{file}.json")), body)?;
        let text = format!("include_str!(\"../{file}.json\").to_owned()");
        subjects.push_str(&format!(
            "    measure!({file:?}, {text}, {name}, \"results\", results);\n"
        ));
    }
    let mut names = SUBJECTS.map(|(.., name)| name).to_vec();
    names.push("BillingInvoice");
    fs::write(folder.join("src/twin.rs"), twin::write(root, &names)?)?;
    let main = include_str!("codec_main.rs.in").replace("    // SUBJECTS\n", &subjects);
    fs::write(folder.join("src/main.rs"), main)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let path = |name: &str| -> io::Result<PathBuf> { root.join(name).canonicalize() };
    let manifest = format!(
        "[package]\nname = \"codec\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         atlas-admin = {{ path = {:?}, default-features = false, features = [\"clusters\", \"events\", \"invoices\"] }}\n\
         atlas-admin-runtime = {{ path = {:?} }}\natlas-admin-samples = {{ path = {:?} }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n",
        path("generated")?,
        path("runtime")?,
        path("samples")?
    );
    fs::write(folder.join("Cargo.toml"), manifest)
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
