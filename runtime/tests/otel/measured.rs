//! Metrics: durations of attempts, and waits.

use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::transport::BoxFuture;
use atlas_admin_runtime::{Client, Clock, Request};
use opentelemetry::Value;

use super::export::{ID, measure, points};
use super::spans::{get, port};
use crate::loopback::api::{granting, operation, service_account};
use crate::loopback::clock::{LIMIT, Steps};
use crate::loopback::server::{Reply, Server};

/// A clock whose waits end at the second poll: a future that is ready at once is no
/// wait.
#[derive(Clone, Debug, Default)]
struct Slow(Steps);

impl Clock for Slow {
    fn now(&self) -> atlas_admin_runtime::jiff::Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        Box::pin(async move {
            tokio::task::yield_now().await;
            clock.sleep(duration).await;
        })
    }
}

fn client(server: &Server) -> atlas_admin_runtime::ClientBuilder {
    measure();
    let builder = Client::builder().base_url(&server.url).clock(Slow::default());
    builder.attempt_timeout(LIMIT).timeout(LIMIT)
}

fn attributes(points: &[(super::export::Attributes, impl Sized)]) -> Vec<String> {
    let show = |(name, value): (&String, &Value)| format!("{name}={}", value.as_str());
    let point = |(point, _): &(super::export::Attributes, _)| {
        point.iter().map(show).collect::<Vec<_>>().join(" ")
    };
    let mut all: Vec<_> = points.iter().map(point).collect();
    all.sort();
    all
}

#[tokio::test]
async fn attempts_have_durations() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(500, &[], ""),
        1..4 => Reply::json("{}"),
        _ => Reply::raw("").reset(),
    })
    .await;
    let client = client(&server).build().unwrap();
    for _ in 0..3 {
        get().send(&client).await.unwrap();
    }
    let never = atlas_admin_runtime::RetryPolicy::never();
    let once = atlas_admin_runtime::Options::new().retry(never);
    get().send_with(&client, &once).await.unwrap_err();
    let port = port(&server.url);
    let points = points("http.client.request.duration", ("server.port", port.into()));
    let common = "http.request.method=GET";
    let place = format!("server.address=127.0.0.1 server.port={port}");
    let template = "url.template=/api/atlas/v2/groups/{groupId}";
    let version = "network.protocol.version=1.1";
    let expected = [
        format!(
            "error.type=500 {common} http.response.status_code=500 {version} {place} {template}"
        ),
        format!("error.type=transport {common} {place} {template}"),
        format!("{common} http.response.status_code=200 {version} {place} {template}"),
    ];
    assert_eq!(attributes(&points), expected);
    for (attributes, point) in points {
        let is_good = !attributes.contains_key("error.type");
        assert_eq!(point.count(), if is_good { 3 } else { 1 });
        let bounds: Vec<f64> = point.bounds().collect();
        assert_eq!((bounds.first(), bounds.last()), (Some(&0.005), Some(&10.0)));
    }
}

static REFUSED: Operation =
    operation("getRefused", Method::Get, "/api/atlas/v2/refused/{groupId}");
static PACED: Operation =
    operation("getPaced", Method::Get, "/api/atlas/v2/paced/{groupId}");
static AUTHORIZED: Operation =
    operation("getAuthorized", Method::Get, "/api/atlas/v2/authorized/{groupId}");

/// Calls an operation several times, and returns its waits: reason, number, seconds.
async fn waits(
    operation: &'static Operation,
    calls: usize,
    client: &Client,
) -> Vec<(String, u64, f64)> {
    for _ in 0..calls {
        Request::<Json>::new(operation, &[ID]).send(client).await.unwrap();
    }
    let template = ("url.template", operation.path.into());
    let points = points("atlas.client.wait.duration", template);
    let mut waits: Vec<_> = points
        .iter()
        .map(|(attributes, point)| {
            assert_eq!(attributes.len(), 3, "{attributes:?}");
            assert_eq!(attributes["http.request.method"], "GET".into());
            let reason = attributes["atlas.wait.reason"].to_string();
            (reason, point.count(), point.sum())
        })
        .collect();
    waits.sort_by(|one, other| one.0.cmp(&other.0));
    waits
}

#[tokio::test]
async fn retries_wait() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(429, &[("retry-after", "7")], ""),
        _ => Reply::json("{}"),
    })
    .await;
    let client = client(&server).build().unwrap();
    let waits = waits(&REFUSED, 2, &client).await;
    let [(reason, 1, seconds)] = &waits[..] else { panic!("{waits:?}") };
    assert_eq!(reason, "retry");
    assert!((7.0..=8.0).contains(seconds), "{seconds}");
}

#[tokio::test]
async fn rate_limits_make_wait() {
    let server = Server::start(|_, _| {
        let headers = [("ratelimit-limit", "10"), ("ratelimit-remaining", "0")];
        Reply::new(200, &headers, "{}")
    })
    .await;
    let client = client(&server).build().unwrap();
    let waits = waits(&PACED, 2, &client).await;
    let [(reason, 1, seconds)] = &waits[..] else { panic!("{waits:?}") };
    assert_eq!(reason, "rate_limit");
    assert!(*seconds > 0.0, "{seconds}");
}

#[tokio::test]
async fn tokens_are_waited_for_once() {
    let server = granting(|_, _| Reply::json("{}")).await;
    let client = client(&server).credentials(service_account()).build().unwrap();
    let waits = waits(&AUTHORIZED, 3, &client).await;
    let [(reason, 1, _)] = &waits[..] else { panic!("{waits:?}") };
    assert_eq!(reason, "token");
    let port = port(&server.url);
    let points = points("http.client.request.duration", ("server.port", port.into()));
    let templates: Vec<_> = points
        .iter()
        .map(|(attributes, point)| {
            (attributes["url.template"].to_string(), point.count())
        })
        .collect();
    assert!(templates.contains(&("/api/oauth/token".to_owned(), 1)), "{templates:?}");
    assert!(templates.contains(&(AUTHORIZED.path.to_owned(), 3)), "{templates:?}");
}
