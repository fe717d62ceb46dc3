//! Requests without the client.

use atlas_admin_fake::{FakeService, SERVICE_ACCOUNT};
use serde_json::Value;

/// Returns an HTTP client for requests without ours.
pub fn http() -> reqwest::Client {
    // reqwest requires a TLS provider even without TLS; a second call changes nothing.
    _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Returns a token of the service account.
pub async fn token(http: &reqwest::Client, fake: &FakeService) -> String {
    let (id, secret) = SERVICE_ACCOUNT;
    let response = http
        .post(fake.url() + "/api/oauth/token")
        .basic_auth(id, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    let granted: Value =
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(granted["expires_in"], 3600);
    granted["access_token"].as_str().unwrap().to_owned()
}
