//! The program: ten lines that list clusters, as the first thing that somebody writes.

use std::fs;
use std::io;
use std::path::Path;

use super::measure::{Measure, Usage};
use crate::failure::Failure;

const MAIN: &str = r#"use atlas_admin::{Client, clusters};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), atlas_admin::Error> {
    let client = Client::from_env()?;
    let page = clusters::list_clusters("32b6e34b3d91647abb20e7b8").send(&client).await?;
    for cluster in &page.results {
        println!("{:?}", cluster.name);
    }
    Ok(())
}
"#;

/// Compiles the program and all it depends on, from nothing.
pub(super) fn clean_build(measure: &Measure) -> Result<Usage, Failure> {
    let folder = measure.scratch.join("program");
    write(&measure.root, &folder)
        .map_err(|error| Failure::unwritable(&folder, &error))?;
    measure.clean_build(&folder)
}

fn write(root: &Path, folder: &Path) -> io::Result<()> {
    let generated = root.join("generated").canonicalize()?;
    fs::create_dir_all(folder.join("src"))?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(folder.join("src/main.rs"), MAIN)?;
    let manifest = format!(
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         atlas-admin = {{ path = {generated:?}, default-features = false, features = [\"clusters\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)
}
