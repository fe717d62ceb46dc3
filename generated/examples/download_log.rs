//! Downloads the log of a host to a file.
//!
//! `cargo run -p atlas-admin --example download_log -- PROJECT_ID HOST mongodb.gz`

use atlas_admin::{Client, monitoring_and_logs, types::DownloadClusterLogName};
use clap::Parser;
use indicatif::ProgressBar;

/// Downloads the log of a host to a file.
#[derive(Parser)]
struct Args {
    project_id: String,
    host: String,
    file: std::path::PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { project_id, host, file } = Args::parse();
    let client = Client::infer()?;
    let log = DownloadClusterLogName::MongoDb;
    let response = monitoring_and_logs::download_cluster_log(&project_id, &host, log)
        .send(&client)
        .await?;
    let bar = ProgressBar::no_length();
    let shown = bar.clone();
    let size = response
        .into_value()
        .on_progress(move |received, size| {
            size.into_iter().for_each(|size| shown.set_length(size));
            shown.set_position(received);
        })
        .save_to(&file)
        .await?;
    bar.finish_and_clear();
    println!("{size} bytes in {}", file.display());
    Ok(())
}
