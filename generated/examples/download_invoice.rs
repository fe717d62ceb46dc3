//! Downloads an invoice as CSV.
//!
//! `cargo run -p atlas-admin --example download_invoice -- ORG_ID INVOICE_ID invoice.csv`

use atlas_admin::{Client, invoices};
use clap::Parser;

/// Downloads an invoice as CSV.
#[derive(Parser)]
struct Args {
    org_id: String,
    invoice_id: String,
    file: std::path::PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { org_id, invoice_id, file } = Args::parse();
    let client = Client::infer()?;
    let invoice = invoices::get_invoice_csv(&org_id, &invoice_id).send(&client).await?;
    let size = invoice.into_value().save_to(&file).await?;
    println!("{size} bytes in {}", file.display());
    Ok(())
}
