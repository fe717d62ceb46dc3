//! Lets an address or a block of addresses connect to the clusters of a project.
//!
//! `cargo run -p atlas-admin --example add_access_list_entry -- PROJECT_ID 203.0.113.0/24`

use atlas_admin::{Client, project_ip_access_list, set, types::NetworkPermissionEntry};
use clap::Parser;

/// Lets an address or a block of addresses connect to the clusters of a project.
#[derive(Parser)]
struct Args {
    project_id: String,
    cidr_block: String,
    #[arg(long)]
    comment: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { project_id, cidr_block, comment } = Args::parse();
    let client = Client::infer()?;
    let entry = NetworkPermissionEntry {
        cidr_block: set(cidr_block),
        comment,
        ..Default::default()
    };
    let list =
        project_ip_access_list::create_access_list_entry(&project_id, &vec![entry])
            .send(&client)
            .await?;
    for entry in list.items() {
        println!("{}", entry.cidr_block.as_deref().unwrap_or_default());
    }
    Ok(())
}
