//! Adds a new secret to a service account of an organization and deletes the old ones; creates the
//! account if none is named.
//!
//! `cargo run -p atlas-admin --example rotate_secret -- ORG_ID [CLIENT_ID]`

use atlas_admin::types::{OrgServiceAccountRequest, ServiceAccountSecretRequest};
use atlas_admin::{Client, list, service_accounts, set};
use clap::Parser;

/// Adds a new secret to a service account of an organization and deletes the old ones; creates the
/// account if none is named.
#[derive(Parser)]
struct Args {
    org_id: String,
    client_id: Option<String>,
}

const HOURS: i64 = 90 * 24;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Args { org_id, client_id } = Args::parse();
    let client = Client::infer()?;
    let client_id = match client_id {
        Some(client_id) => client_id,
        None => {
            let account = OrgServiceAccountRequest {
                name: set("rotated"),
                description: set("Made by an example"),
                roles: list(["ORG_READ_ONLY"]),
                secret_expires_after_hours: set(HOURS),
                ..Default::default()
            };
            let made = service_accounts::create_org_service_account(&org_id, &account)
                .send(&client)
                .await?;
            made.into_value().client_id.ok_or("the account has no client ID")?
        }
    };

    let account = service_accounts::get_org_service_account(&org_id, &client_id)
        .send(&client)
        .await?;
    let lifetime = ServiceAccountSecretRequest {
        secret_expires_after_hours: set(HOURS),
        ..Default::default()
    };
    let new = service_accounts::create_org_secret(&org_id, &client_id, &lifetime)
        .send(&client)
        .await?;
    // The secret is shown only once; a program would store it for its users.
    println!("{client_id} {}", new.secret.as_deref().unwrap_or_default());
    let ids = account.secrets.iter().flatten().filter_map(|secret| secret.id.as_deref());
    for old in ids.filter(|id| new.id.as_deref() != Some(id)) {
        service_accounts::delete_org_secret(&org_id, &client_id, old)
            .send(&client)
            .await?;
    }
    Ok(())
}
