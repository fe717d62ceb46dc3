//! Changes the instance size of a cluster, and pauses or resumes it.
//!
//! `cargo run -p atlas-admin --example resize_cluster -- PROJECT_ID prod --size M20 --paused true`

use atlas_admin::types::{
    CloudRegionConfig20240805 as Region, ClusterDescription20240805,
};
use atlas_admin::{Client, clusters, set};
use clap::Parser;

/// Changes the instance size of a cluster, and pauses or resumes it.
#[derive(Parser)]
struct Args {
    project_id: String,
    name: String,
    #[arg(long)]
    size: Option<String>,
    #[arg(long)]
    paused: Option<bool>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let client = Client::infer()?;
    if let Some(size) = &args.size {
        // The service replaces the whole list, so it is read, changed and sent back.
        let cluster =
            clusters::get_cluster(&args.project_id, &args.name).send(&client).await?;
        let mut specs = cluster.into_value().replication_specs.unwrap_or_default();
        for region in
            specs.iter_mut().flat_map(|spec| spec.region_configs.iter_mut().flatten())
        {
            let specs = match region {
                Region::Aws(region) => &mut region.electable_specs,
                Region::Azure(region) => &mut region.electable_specs,
                Region::Gcp(region) => &mut region.electable_specs,
                _ => continue,
            };
            if let Some(specs) = specs {
                specs.instance_size = set(size.as_str());
            }
        }
        let change = ClusterDescription20240805 {
            replication_specs: set(specs),
            ..Default::default()
        };
        clusters::update_cluster(&args.project_id, &args.name, &change)
            .send(&client)
            .await?;
        println!("{} becomes {size}", args.name);
    }
    if let Some(paused) = args.paused {
        let change =
            ClusterDescription20240805 { paused: set(paused), ..Default::default() };
        clusters::update_cluster(&args.project_id, &args.name, &change)
            .send(&client)
            .await?;
        println!("{}: {}", args.name, if paused { "paused" } else { "runs" });
    }
    Ok(())
}
