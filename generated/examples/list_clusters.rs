//! Lists the clusters of every project that the credentials can see.
//!
//! `cargo run -p atlas-admin --example list_clusters`

use atlas_admin::{Client, clusters, projects};
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::infer()?;
    let mut groups = projects::list_groups().stream(&client);
    while let Some(group) = groups.try_next().await? {
        let (Some(id), Some(name)) = (group.id, group.name) else { continue };
        println!("{name}");
        let mut clusters = clusters::list_clusters(&id).stream(&client);
        while let Some(cluster) = clusters.try_next().await? {
            if let (Some(name), Some(state)) = (cluster.name, cluster.state_name) {
                println!("  {name}: {state}");
            }
        }
    }
    Ok(())
}
