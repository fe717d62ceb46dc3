//! Lists the projects that the credentials can see.
//!
//! `cargo run -p atlas-admin --example list_projects`

use atlas_admin::{Client, projects};
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::infer()?;
    let mut groups = projects::list_groups().stream(&client);
    while let Some(group) = groups.try_next().await? {
        println!("{} {}", group.id.unwrap_or_default(), group.name.unwrap_or_default());
    }
    Ok(())
}
