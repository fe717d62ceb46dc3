//! Lists projects as a service account whose ID and secret are in AWS Secrets Manager, and uses the
//! new secret after a rotation there.
//!
//! `cargo run -p atlas-admin --example aws_secrets_manager -- SECRET_ID`
//!
//! The secret is JSON: `{"client_id": "mdb_sa_id_…", "client_secret": "mdb_sa_sk_…"}`. It is read
//! through the AWS Secrets Manager Agent, which has the AWS credentials; a program with the AWS SDK
//! calls `get_secret_value` instead.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use atlas_admin::{Client, Credentials, projects};
use clap::Parser;
use futures_util::TryStreamExt;

/// Lists projects as a service account whose ID and secret are in AWS Secrets Manager.
#[derive(Parser)]
struct Args {
    secret_id: String,
    /// The address of the AWS Secrets Manager Agent.
    #[arg(long, default_value = "http://localhost:2773")]
    agent: String,
    /// The file with the token that the agent requires.
    #[arg(long, default_value = "/var/run/awssmatoken")]
    token: PathBuf,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The interval at which the secret is looked up again.
const REFRESH: Duration = Duration::from_secs(5 * 60);

#[tokio::main]
async fn main() -> Result<(), Error> {
    let args = Arc::new(Args::parse());
    // `reqwest`, as it is built here, requires a TLS provider even for plain HTTP.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder().credentials_provider(move || {
        let args = Arc::clone(&args);
        async move { look_up(&args).await.map(Some) }
    });
    // For a service other than Atlas, such as a test server.
    if let Ok(url) = std::env::var("MONGODB_ATLAS_BASE_URL") {
        client = client.base_url(url);
    }
    let client = client.build()?;
    let mut groups = projects::list_groups().stream(&client);
    while let Some(group) = groups.try_next().await? {
        println!("{}", group.name.as_deref().unwrap_or_default());
    }
    Ok(())
}

/// Reads the secret from the agent.
async fn look_up(args: &Args) -> Result<Credentials, Error> {
    let token = std::fs::read_to_string(&args.token)?;
    let mut url = atlas_admin::url::Url::parse(&args.agent)?;
    url.set_path("/secretsmanager/get");
    url.query_pairs_mut().append_pair("secretId", &args.secret_id);
    let response = reqwest::Client::new()
        .get(url)
        .header("X-Aws-Parameters-Secrets-Token", token.trim())
        .send()
        .await?
        .error_for_status()?;
    let value: serde_json::Value = serde_json::from_slice(&response.bytes().await?)?;
    let text = value["SecretString"].as_str().ok_or("the secret is no text")?;
    let secret: serde_json::Value = serde_json::from_str(text)?;
    let part = |name: &str| {
        secret[name].as_str().ok_or_else(|| format!("the secret has no {name}"))
    };
    let account =
        Credentials::service_account(part("client_id")?, part("client_secret")?);
    Ok(account.refresh_after(REFRESH))
}
