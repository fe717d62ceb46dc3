//! Runs the fake of the service until it is stopped, to try programs without an organization.
//!
//! `cargo run -p atlas-admin --example fake_service`

use atlas_admin::testing::ANY;
use atlas_admin::testing::fake::{API_KEY, Fake};
use atlas_admin::types::{ClusterDescription20240805, Group, StateName};
use atlas_admin::{clusters, projects, registry, set};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let atlas = Fake::start(registry::entries()).await?;
    let project = Group {
        id: set(PROJECT),
        name: set("MyProject"),
        org_id: set("5a0a1e7e0f2912c554080adc"),
        ..Default::default()
    };
    atlas.store(&projects::get_group(PROJECT), project);
    let cluster = ClusterDescription20240805 {
        name: set("prod"),
        state_name: set(StateName::Idle),
        ..Default::default()
    };
    atlas.store(&clusters::get_cluster(PROJECT, "prod"), cluster);

    // What takes Atlas minutes is done at once.
    atlas
        .on(&clusters::get_cluster(ANY, ANY))
        .change(|cluster| cluster.state_name = Some(StateName::Idle))
        .always();

    println!("# Copy this into the shell that the program is run from:");
    for (name, value) in atlas.env() {
        println!("export {name}={value}");
    }
    println!("# Or, for an API key instead of the service account:");
    println!("#export MONGODB_ATLAS_PUBLIC_API_KEY={}", API_KEY.0);
    println!("#export MONGODB_ATLAS_PRIVATE_API_KEY={}", API_KEY.1);
    std::future::pending().await
}
