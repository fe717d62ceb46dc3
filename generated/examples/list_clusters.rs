//! Lists the clusters of every project that the credentials in the environment can see.
//!
//! `cargo run -p atlas-admin --example list_clusters`

use atlas_admin::{Client, clusters, projects};
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let groups: Vec<_> = projects::list_groups().stream(&client).try_collect().await?;
    for group in groups {
        println!("{}", group.name);
        let Some(id) = group.id else { continue };
        let page = clusters::list_clusters(&id).items_per_page(50).send(&client).await?;
        for cluster in &page.results {
            println!("  {:?} {:?}", cluster.name, cluster.state_name);
        }
    }
    Ok(())
}
