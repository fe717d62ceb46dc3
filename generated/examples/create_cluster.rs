//! Creates a cluster over several AWS regions and waits until it is ready.
//!
//! `cargo run -p atlas-admin --example create_cluster -- PROJECT_ID prod US_EAST_1 US_WEST_2`

use std::time::Duration;

use atlas_admin::types::{
    CloudRegionConfig20240805, ClusterDescription20240805, HardwareSpec20240805,
    RegionConfig20240805, ReplicationSpec20240805,
};
use atlas_admin::{Client, clusters, list, set};
use clap::Parser;
use indicatif::ProgressBar;

/// Creates a cluster over several AWS regions and waits until it is ready.
#[derive(Parser)]
struct Args {
    project_id: String,
    name: String,
    /// AWS regions; the first is the preferred one and gets three nodes, the others two each.
    #[arg(required = true)]
    regions: Vec<String>,
    #[arg(long, default_value = "M10")]
    size: String,
    /// Seconds between two polls.
    #[arg(long, default_value_t = 10)]
    interval: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let client = Client::infer()?;
    let regions = args.regions.iter().zip((1..=7).rev()).map(|(region, priority)| {
        CloudRegionConfig20240805::Aws(RegionConfig20240805 {
            region_name: set(region.as_str()),
            priority: set(priority),
            electable_specs: set(HardwareSpec20240805 {
                instance_size: set(args.size.as_str()),
                node_count: set(if priority == 7 { 3 } else { 2 }),
                ..Default::default()
            }),
            ..Default::default()
        })
    });
    let cluster = ClusterDescription20240805 {
        name: set(&args.name),
        cluster_type: set("REPLICASET"),
        replication_specs: list([ReplicationSpec20240805 {
            region_configs: list(regions),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    let ready = clusters::create_cluster(&args.project_id, &cluster)
        .send_and_wait(&client)
        .interval(Duration::from_secs(args.interval))
        .on_progress(|progress| bar.set_message(progress.to_string()))
        .await?;
    bar.finish_and_clear();
    println!("{} is ready", ready.name.as_deref().unwrap_or_default());
    Ok(())
}
