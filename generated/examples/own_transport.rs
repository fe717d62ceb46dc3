//! Lists projects with another HTTP client, which prints the duration of each request.
//!
//! `cargo run -p atlas-admin --example own_transport`

use std::time::Instant;

use atlas_admin::transport::{Body, BoxFuture, Request, Stage, TransportError};
use atlas_admin::{ClientBuilder, Transport, projects};
use futures_util::TryStreamExt;

struct Timed(reqwest::Client);

impl Transport for Timed {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let begun = Instant::now();
            let name = request.operation.map_or("token", |operation| operation.name);
            let mut call =
                self.0.request(request.method, request.url).headers(request.headers);
            if let Some(body) = request.body {
                call = call.body(body);
            }
            let broken = |error: reqwest::Error| {
                let connect = error.is_connect();
                let stage = if connect { Stage::Connect } else { Stage::Exchange };
                TransportError::new(stage, error.without_url())
            };
            let response = call.send().await.map_err(broken)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.bytes().await.map_err(broken)?;
            eprintln!("{name}: {status} after {:?}", begun.elapsed());
            let mut response = http::Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest is built here without a TLS provider of its own.
    _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        ClientBuilder::infer()?.transport(Timed(reqwest::Client::new())).build()?;
    let mut groups = projects::list_groups().stream(&client);
    while let Some(group) = groups.try_next().await? {
        println!("{}", group.name.unwrap_or_default());
    }
    Ok(())
}
