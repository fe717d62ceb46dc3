//! Reads a cluster in its newest version and in an older one, each with its own types.
//!
//! `cargo run -p atlas-admin --example two_versions --features older-versions -- PROJECT_ID prod`

// The document announces the removal of the older version, and the compiler warns of it.
#![allow(deprecated)]

use atlas_admin::{Client, clusters};
use clap::Parser;

/// Reads a cluster in its newest version and in an older one, each with its own types.
#[derive(Parser)]
struct Args {
    project_id: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { project_id, name } = Args::parse();
    let client = Client::infer()?;
    let new = clusters::get_cluster(&project_id, &name);
    let old = clusters::v2023_02_01::get_cluster(&project_id, &name);
    let (newest, older) = tokio::try_join!(new.send(&client), old.send(&client))?;
    println!("{}: {}", new.accept(), newest.name.as_deref().unwrap_or_default());
    // The newest version has for each region what the older version has for the cluster.
    println!("{}: {} GB", old.accept(), older.disk_size_gb.unwrap_or_default());
    Ok(())
}
