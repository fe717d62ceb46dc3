//! Prints the events of a project, page after page, newest first.
//!
//! `cargo run -p atlas-admin --example page_events -- PROJECT_ID --pages 3`

use atlas_admin::{Client, events};
use clap::Parser;
use futures_util::{StreamExt, TryStreamExt};

/// Prints the events of a project, page after page, newest first.
#[derive(Parser)]
struct Args {
    project_id: String,
    #[arg(long, default_value_t = 5)]
    pages: usize,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { project_id, pages } = Args::parse();
    let client = Client::infer()?;
    let request = events::list_group_events(&project_id).items_per_page(100);
    let mut pages = request.pages(&client).take(pages);
    while let Some(page) = pages.try_next().await? {
        let total = page.total_count.unwrap_or_default();
        println!("{} of {total} events", page.items().len());
        for event in page.items() {
            // Events have many types; these are the fields of all of them.
            let event = event.common();
            let kind = event.event_type_name.unwrap_or_default();
            println!("  {} {kind}", event.created.unwrap_or_default());
        }
    }
    Ok(())
}
