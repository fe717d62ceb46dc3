//! The program: ten lines that list clusters, as a typical first program.

use std::fs;
use std::path::{Path, PathBuf};

use super::measure::{Measure, Usage};
use crate::failure::Failure;

const MAIN: &str = r#"use atlas_admin::{Client, clusters};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), atlas_admin::Error> {
    let client = Client::from_env()?;
    let page = clusters::list_clusters("32b6e34b3d91647abb20e7b8").send(&client).await?;
    for cluster in page.items() {
        println!("{:?}", cluster.name);
    }
    Ok(())
}
"#;

/// The same call without a client, given a token.
const BY_HAND: &str = r#"use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    results: Vec<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    name: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = "https://cloud.mongodb.com/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/clusters";
    let response = reqwest::Client::new()
        .get(url)
        .bearer_auth(std::env::var("TOKEN")?)
        .header("Accept", "application/vnd.atlas.2024-08-05+json")
        .send()
        .await?
        .error_for_status()?;
    let page: Page = serde_json::from_slice(&response.bytes().await?)?;
    for cluster in &page.results {
        println!("{:?}", cluster.name);
    }
    Ok(())
}
"#;

/// Compiles the program and all dependencies, from scratch.
pub(super) fn clean_build(measure: &Measure) -> Result<Usage, Failure> {
    measure.clean_build(&write(measure)?)
}

/// Returns the sizes in bytes of the program and of the same call without a client, both in release
/// builds and stripped.
pub(super) fn sizes(measure: &Measure) -> Result<(u64, u64), Failure> {
    let (ours, by_hand) = (write(measure)?, write_by_hand(measure)?);
    Ok((size(measure, &ours, "program")?, size(measure, &by_hand, "by-hand")?))
}

fn size(measure: &Measure, folder: &Path, name: &str) -> Result<u64, Failure> {
    let stripped = "profile.release.strip=true";
    let arguments = ["build", "--quiet", "--release", "--config", stripped];
    measure.cargo(folder, "release", &arguments)?;
    let program = measure.scratch.join("release/release").join(name);
    let metadata = fs::metadata(&program);
    metadata
        .map(|file| file.len())
        .map_err(|error| Failure::unreadable(&program, &error))
}

fn write(measure: &Measure) -> Result<PathBuf, Failure> {
    let client = measure.client()?;
    let dependencies = format!(
        "{client}tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n"
    );
    measure.write_crate("program", &[("src/main.rs", MAIN)], &dependencies)
}

fn write_by_hand(measure: &Measure) -> Result<PathBuf, Failure> {
    let dependencies = "\
        reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\"] }\n\
        rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }\n\
        serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n\
        tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n";
    measure.write_crate("by-hand", &[("src/main.rs", BY_HAND)], dependencies)
}
