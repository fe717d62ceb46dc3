use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::{Download, Map, MediaType, Request, Version, json};

use super::api::{ACCESS_TOKEN, builder, granting, plain, service_account};
use super::clock::Steps;
use super::server::{Reply, Server};

const VERSION: Version = Version::stable(2025, 3, 12);
const MEDIA_TYPE: &str = "application/vnd.atlas.2025-03-12+json";

fn raw(path: &str) -> Request<Json> {
    Request::raw(Method::Get, path, VERSION)
}

#[tokio::test]
async fn a_raw_request_names_its_version_and_is_authenticated() {
    let server = granting(|_, _| Reply::json(r#"{"id":"1"}"#)).await;
    let client = builder(&server, &Steps::default()).credentials(service_account());
    let client = client.build().unwrap();
    let request = Request::raw(Method::Post, "/groups/1/sandboxes?dryRun=true", VERSION)
        .body(&json!({"name": "x"}))
        .query("itemsPerPage", 5);
    let response = request.with_output::<Map<String>>().send(&client).await.unwrap();
    assert_eq!(response["id"], "1");
    let seen = &server.seen()[1];
    assert_eq!(seen.method, "POST");
    let target = "/api/atlas/v2/groups/1/sandboxes?dryRun=true&itemsPerPage=5";
    assert_eq!(seen.target, target);
    assert_eq!(seen.header("accept"), Some(MEDIA_TYPE));
    assert_eq!(seen.header("content-type"), Some(MEDIA_TYPE));
    let authorization = format!("Bearer {ACCESS_TOKEN}");
    assert_eq!(seen.header("authorization"), Some(&*authorization));
}

#[test]
fn a_raw_path_stays_below_the_api() {
    for (path, sent) in [
        ("/groups", "/api/atlas/v2/groups"),
        ("groups", "/api/atlas/v2/groups"),
        ("/api/atlas/v2/groups", "/api/atlas/v2/groups"),
        ("api/atlas/v2/groups/a%2Fb", "/api/atlas/v2/groups/a%2Fb"),
        ("/groups/a b/ü", "/api/atlas/v2/groups/a%20b/%C3%BC"),
        ("/apis", "/api/atlas/v2/apis"),
        ("//evil.example/x", "/api/atlas/v2/evil.example/x"),
        ("/g?a=1&b=x%20y&a=2", "/api/atlas/v2/g?a=1&a=2&b=x%20y"),
    ] {
        let request = raw(path);
        assert_eq!(request.path_and_query(), sent);
        assert!(request.body_bytes().is_ok());
    }
    for path in [
        "",
        "/",
        "/api/atlas/v2",
        "/api/atlas/v2/",
        "/api/atlas/v2.1/groups",
        "/api/atlas/v1.0/groups",
        "/api/oauth/token",
        "/groups/..",
        "/groups/%2e%2E/x",
        "/groups\\..\\x",
        "/groups#x",
        "/groups/{groupId}",
        "https://evil.example/groups",
        "/groups\r\nx: y",
    ] {
        let error = raw(path).body_bytes().unwrap_err();
        assert!(error.is_invalid_request(), "{path}: {error}");
    }
}

#[tokio::test]
async fn errors_of_a_raw_request_show_method_and_path() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(404, &[], r#"{"detail":"No sandbox."}"#),
        _ => Reply::json("{"),
    })
    .await;
    let client = plain(&server);
    let error = raw("/groups/1/sandboxes").send(&client).await.unwrap_err();
    let name = "GET /api/atlas/v2/groups/1/sandboxes (2025-03-12): ";
    assert_eq!(error.to_string(), format!("{name}404 Not Found: No sandbox."));
    let error = raw("/groups/1/sandboxes").send(&client).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().starts_with(name), "{error}");
}

/// A payload that is no JSON, in a format of its own.
#[tokio::test]
async fn a_raw_download_is_saved_as_it_is() {
    let server = Server::start(|number, _| match number {
        0 => {
            let headers = [("content-encoding", "gzip"), ("content-type", "binary/x")];
            Reply::new(200, &headers, "\x1f\x0bno JSON")
        }
        1 => Reply::new(200, &[("content-type", "text/csv")], "a,b\n"),
        2 => Reply::new(200, &[("content-type", "text/html")], "<html>"),
        3 => Reply::new(404, &[], r#"{"detail":"No log."}"#),
        _ => Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nno").close(),
    })
    .await;
    let client = plain(&server);
    let path = std::env::temp_dir().join(format!("atlas-raw-{}", std::process::id()));
    let download = |format: &str| {
        let accept = format!("application/vnd.atlas.2025-03-12+{format}");
        let accept = MediaType::parse(&accept).unwrap();
        let request = Request::raw(Method::Get, "/groups/1/sandboxes/2/log", accept);
        request.with_output::<Download>().send(&client)
    };
    let saved =
        download("gzip").await.unwrap().into_value().save_to(&path).await.unwrap();
    assert_eq!(saved, 9);
    assert_eq!(std::fs::read(&path).unwrap(), b"\x1f\x0bno JSON");
    download("csv").await.unwrap().into_value().save_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"a,b\n");
    let accepted = |at: usize| server.seen()[at].header("accept").map(str::to_owned);
    let media_type = |format| Some(format!("application/vnd.atlas.2025-03-12+{format}"));
    assert_eq!([accepted(0), accepted(1)], ["gzip", "csv"].map(media_type));

    let name = "GET /api/atlas/v2/groups/1/sandboxes/2/log (2025-03-12): ";
    let page = download("csv").await.unwrap_err();
    assert!(page.is_decode() && page.to_string().starts_with(name), "{page}");
    let missing = download("csv").await.unwrap_err();
    assert_eq!(missing.to_string(), format!("{name}404 Not Found: No log."));
    let broken = download("csv").await.unwrap().into_value();
    let broken = broken.save_to(&path).await.unwrap_err();
    assert!(broken.to_string().starts_with(name), "{broken}");
    // The file is that of the last whole download.
    assert_eq!(std::fs::read(&path).unwrap(), b"a,b\n");
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_raw_post_is_never_repeated() {
    let server = Server::start(|_, _| Reply::new(503, &[], "")).await;
    let client = plain(&server);
    for (method, is_repeated) in [
        (Method::Post, false),
        (Method::Patch, false),
        (Method::Put, true),
        (Method::Get, true),
    ] {
        let before = server.arrived();
        let error = Request::raw(method, "/x", VERSION).send(&client).await.unwrap_err();
        assert_eq!(server.arrived() - before > 1, is_repeated, "{method:?}");
        assert_eq!(error.attempts() > 1, is_repeated);
    }
}

#[tokio::test]
async fn a_raw_request_waits_for_no_rate_limit_of_another() {
    let empty = [("ratelimit-limit", "5"), ("ratelimit-remaining", "0")];
    let server = Server::start(move |_, _| Reply::new(200, &empty, "{}")).await;
    let clock = Steps::default();
    let client = builder(&server, &clock).build().unwrap();
    for path in ["/a", "/b", "/b", "/b"] {
        raw(path).send(&client).await.unwrap();
    }
    assert!(clock.waits().is_empty(), "{:?}", clock.waits());
}

#[test]
fn raw_requests_of_a_kind_share_their_operation() {
    let operation = raw("/a").operation();
    assert!(std::ptr::eq(operation, raw("/b").operation()));
    let preview = Request::raw(Method::Get, "/a", Version::Preview);
    assert_eq!(preview.accept(), "application/vnd.atlas.preview+json");
    assert!(!std::ptr::eq(operation, preview.operation()));
}
