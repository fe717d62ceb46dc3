//! Creates a database user that may read and write one database.
//!
//! `MONGODB_PASSWORD=… cargo run -p atlas-admin --example create_database_user -- PROJECT_ID app shop`

use atlas_admin::types::{CloudDatabaseUser, DatabaseUserRole};
use atlas_admin::{Client, database_users, list, set};
use clap::Parser;

/// Creates a database user that may read and write one database.
#[derive(Parser)]
struct Args {
    project_id: String,
    username: String,
    database: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    // Not an argument, because other users of the machine can see arguments.
    let password =
        std::env::var("MONGODB_PASSWORD").map_err(|_| "set MONGODB_PASSWORD")?;
    let client = Client::infer()?;
    let user = CloudDatabaseUser {
        database_name: set("admin"),
        group_id: set(&args.project_id),
        username: set(args.username),
        password: set(password),
        roles: list([DatabaseUserRole {
            database_name: set(args.database),
            role_name: set("readWrite"),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let made = database_users::create_database_user(&args.project_id, &user)
        .send(&client)
        .await?;
    println!("{}", made.username.as_deref().unwrap_or_default());
    Ok(())
}
