//! Creates a database user that may read and write one database.
//!
//! `MONGODB_PASSWORD=… cargo run -p atlas-admin --example create_database_user -- PROJECT_ID app shop`

use atlas_admin::types::{
    CloudDatabaseUser, CloudDatabaseUserDatabaseName, DatabaseUserRole,
};
use atlas_admin::{Client, database_users};
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
    let client = Client::from_env()?;
    let user = CloudDatabaseUser {
        database_name: CloudDatabaseUserDatabaseName::Admin,
        group_id: args.project_id.clone(),
        username: args.username,
        // Not an argument, which other users of the machine could see.
        password: Some(
            std::env::var("MONGODB_PASSWORD").map_err(|_| "set MONGODB_PASSWORD")?,
        ),
        roles: vec![DatabaseUserRole {
            database_name: args.database,
            role_name: "readWrite".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let made = database_users::create_database_user(&args.project_id, &user)
        .send(&client)
        .await?;
    println!("{}", made.username);
    Ok(())
}
