//! Creates a project, and says what to do if that fails.
//!
//! `cargo run -p atlas-admin --example handle_errors -- ORG_ID MyProject`

use atlas_admin::{ClientBuilder, RetryPolicy, projects, set, types::Group};
use clap::Parser;

/// Creates a project, and says what to do if that fails.
#[derive(Parser)]
struct Args {
    org_id: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { org_id, name } = Args::parse();
    // Without retries, to see a 429; by default the client waits and sends the request again.
    let client = ClientBuilder::infer()?.retry(RetryPolicy::never()).build()?;
    let group = Group { name: set(name), org_id: set(org_id), ..Default::default() };
    match projects::create_group(&group).send(&client).await {
        Ok(made) => println!("created {}", made.id.as_deref().unwrap_or_default()),
        Err(error) if error.is_conflict() => println!("there is one already"),
        Err(error) if error.is_not_found() => println!("no such organization"),
        Err(error) if error.is_rate_limited() => println!("not now: {error}"),
        Err(error) if error.is_not_on_access_list() => match error.refused_address() {
            Some(address) => println!("add {address} to the access list"),
            None => println!("add the address of this machine to the access list"),
        },
        Err(error) if error.is_forbidden() => println!("a role is missing: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
