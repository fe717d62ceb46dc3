//! Creates a project in an organization.
//!
//! `cargo run -p atlas-admin --example create_project -- ORG_ID MyProject`

use atlas_admin::{Client, projects, set, types::Group};
use clap::Parser;

/// Creates a project in an organization.
#[derive(Parser)]
struct Args {
    org_id: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { org_id, name } = Args::parse();
    let client = Client::infer()?;
    let group = Group { name: set(name), org_id: set(org_id), ..Default::default() };
    let made = projects::create_group(&group).send(&client).await?;
    println!("{}", made.id.as_deref().unwrap_or_default());
    Ok(())
}
