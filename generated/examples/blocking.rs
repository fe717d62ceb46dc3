//! Lists projects without async.
//!
//! `cargo run -p atlas-admin --example blocking --features blocking`

use atlas_admin::{blocking::Client, projects};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::infer()?;
    for group in projects::list_groups().iter(&client) {
        println!("{}", group?.name.unwrap_or_default());
    }
    Ok(())
}
