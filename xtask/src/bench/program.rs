//! The program: ten lines that list clusters, as a typical first program.

use std::collections::BTreeSet;
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

/// A program, and the same call without a client.
pub(super) struct Pair<T> {
    pub(super) ours: T,
    pub(super) by_hand: T,
}

/// Compiles both programs with all dependencies, from scratch.
pub(super) fn clean_builds(measure: &Measure) -> Result<Pair<Usage>, Failure> {
    Ok(Pair {
        ours: measure.clean_build(&write(measure)?)?,
        by_hand: measure.clean_build(&write_by_hand(measure)?)?,
    })
}

/// Returns the packages of both programs and their sizes in bytes, in stripped release builds.
pub(super) fn sizes(measure: &Measure) -> Result<Pair<Size>, Failure> {
    Ok(Pair {
        ours: size(measure, &write(measure)?, "program")?,
        by_hand: size(measure, &write_by_hand(measure)?, "by-hand")?,
    })
}

pub(super) struct Size {
    /// The number of packages for this platform, with that of the program.
    pub(super) packages: usize,
    pub(super) bytes: u64,
}

fn size(measure: &Measure, folder: &Path, name: &str) -> Result<Size, Failure> {
    let tree = ["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"];
    let tree = measure.cargo(folder, "release", &tree)?;
    let packages: BTreeSet<&str> = tree.lines().collect();
    let stripped = "profile.release.strip=true";
    let arguments = ["build", "--quiet", "--release", "--config", stripped];
    measure.cargo(folder, "release", &arguments)?;
    let program = measure.scratch.join("release/release").join(name);
    let metadata = fs::metadata(&program);
    let metadata = metadata.map_err(|error| Failure::unreadable(&program, &error))?;
    Ok(Size { packages: packages.len(), bytes: metadata.len() })
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
