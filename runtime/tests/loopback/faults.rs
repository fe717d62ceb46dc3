//! Faulty responses, and the errors that the caller gets.

use std::io::Write;
use std::time::Duration;

use atlas_admin_runtime::codec::{Json, Mismatch};
use atlas_admin_runtime::json;
use atlas_admin_runtime::{Client, Credentials, Download, Error, Request, RetryPolicy};
use flate2::{Compression, write::GzEncoder};

use super::api::{
    GET, LOGS, builder, every_method, get, hurried, list, plain, printed, refused,
};
use super::clock::Steps;
use super::listing::Listing;
use super::server::{Reply, Server};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Sends one request, without retries, to a server that always sends the same response.
async fn one(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Result<Json, Error> {
    let server = Server::start(move |_, _| reply()).await;
    let builder = builder(&server, &Steps::default()).retry(RetryPolicy::never());
    let client = builder.body_limit(1 << 20).build().unwrap();
    get().send(&client).await.map(|response| response.into_value())
}

#[tokio::test]
async fn connection_refused_means_that_nothing_was_sent() {
    let error = refused().await;
    assert!(error.is_connect() && error.is_retryable(), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_broken_connection_is_reported_wherever_it_breaks() {
    let head = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n";
    for (sent, reset) in [
        ("", true),
        ("", false),
        ("HTTP/1.1 200", true),
        (head, true),
        ("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"a\":", true),
        ("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"a\":", false),
        ("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n", false),
    ] {
        let reply = move || match reset {
            true => Reply::raw(sent).reset(),
            false => Reply::raw(sent).close(),
        };
        let error = one(reply).await.unwrap_err();
        assert!(error.is_retryable() && !error.is_connect(), "{sent:?}: {error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_response_harms_no_request() {
    let server = Server::start(|_, _| Reply::json(r#"{"id":"1"}"#).reset()).await;
    let client = plain(&server);
    for request in every_method().iter().cycle().take(50) {
        assert_eq!(request.send(&client).await.unwrap()["id"], "1");
        // Time for the client to notice. Otherwise the next request may be sent on the
        // old connection, which no POST survives.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.arrived(), 50);
}

#[tokio::test]
async fn slow_headers_and_slow_bodies_run_out_of_time() {
    for sent in ["", "HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{"] {
        let server = Server::start(move |_, _| Reply::raw(sent).hang()).await;
        let error = get().send(&hurried(&server)).await.unwrap_err();
        assert!(error.is_timeout() && error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn the_whole_call_has_a_limit() {
    let server = Server::start(|_, _| Reply::raw("").hang()).await;
    let client = Client::builder().base_url(&server.url).build().unwrap();
    let options =
        atlas_admin_runtime::Options::new().timeout(Duration::from_millis(100));
    let error = get().send_with(&client, &options).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn an_endless_body_stops_at_the_limit() {
    let head = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    let error =
        one(move || Reply::raw(head).endless(chunk.clone().into())).await.unwrap_err();
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
    assert!(!error.is_retryable());
    let error =
        one(|| Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99999999999\r\n\r\n"));
    assert!(error.await.unwrap_err().to_string().contains("larger than"));
}

#[tokio::test]
async fn an_error_without_end_is_still_one() {
    let head = "HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    let error =
        one(move || Reply::raw(head).endless(chunk.clone().into())).await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    // The error keeps no more of it than a person would read.
    assert!((1..2 << 20).contains(&error.body().len()), "{}", error.body().len());
    assert!(error.to_string().len() < 1000);
    let bomb = gzip(&vec![b'x'; 64 << 20]);
    let error = one(move || Reply::new(500, &[("content-encoding", "gzip")], &bomb));
    let error = error.await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    assert!(error.body().len() < 2 << 20);
    assert!(error.to_string().contains("xxxx"), "{error}");
}

#[tokio::test]
async fn the_start_of_a_packed_error_is_read_and_has_no_secret() {
    let noise: String =
        (0..20_000_u32).map(|n| format!("{:x} ", n.wrapping_mul(n))).collect();
    let packed = gzip(format!("<p>no t-hunter2 here</p>{noise}").as_bytes());
    let half = packed[..packed.len() / 2].to_vec();
    let server = Server::start(move |_, _| {
        let head =
            "HTTP/1.1 400 X\r\ncontent-encoding: gzip\r\ncontent-length: 999999\r\n\r\n";
        Reply::raw([head.as_bytes(), &half].concat()).close()
    })
    .await;
    let credentials = Credentials::access_token("t-hunter2");
    let client = Client::builder().base_url(&server.url).credentials(credentials);
    let error = get().send(&client.build().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("<p>no <redacted> here</p>"), "{error}");
}

#[tokio::test]
async fn a_page_of_a_hundred_megabytes_arrives_where_the_client_allows_it() {
    let text = "x".repeat(100 << 20);
    let body = format!("{{\"text\":\"{text}\"}}");
    let server = Server::start(move |_, _| Reply::json(&body)).await;
    let refused = get().send(&plain(&server)).await.unwrap_err();
    assert!(refused.to_string().contains("larger than 67108864 bytes"), "{refused}");
    let client = Client::builder().base_url(&server.url).body_limit(128 << 20);
    let response = get().send(&client.build().unwrap()).await.unwrap();
    assert_eq!(response["text"].as_str().map(str::len), Some(100 << 20));
}

#[tokio::test]
async fn a_large_packed_body_delays_no_other_task() {
    let bomb = gzip(&vec![b' '; 60 << 20]);
    let server = Server::start(move |_, _| {
        Reply::new(200, &[("content-encoding", "gzip")], &bomb)
    })
    .await;
    let client = plain(&server);
    let reading = tokio::spawn(async move { get().send(&client).await.map(drop) });
    // On the only thread of this test, which a body being decompressed must not block.
    let mut turns = 0;
    while !reading.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
        turns += 1;
    }
    assert!(reading.await.unwrap().is_err(), "it holds nothing but blanks");
    assert!(turns > 10, "{turns} turns");
}

#[tokio::test]
async fn gzip_in_transit_is_inflated_within_the_limit() {
    let packed = |bytes: Vec<u8>| {
        move || Reply::new(200, &[("content-encoding", "gzip")], &bytes)
    };
    let whole = gzip(br#"{"id":"1"}"#);
    assert_eq!(one(packed(whole.clone())).await.unwrap()["id"], "1");
    for name in ["GZIP", "x-gzip", "X-GZip "] {
        let (headers, body) = ([("content-encoding", name)], whole.clone());
        let response = one(move || Reply::new(200, &headers, &body)).await;
        assert_eq!(response.unwrap()["id"], "1", "{name}");
        let (headers, body) = ([("content-encoding", name)], whole.clone());
        let error = one(move || Reply::new(404, &headers, &body)).await.unwrap_err();
        assert_eq!(error.body(), br#"{"id":"1"}"#, "{name}");
    }
    let cut = one(packed(whole[..whole.len() - 4].to_vec())).await.unwrap_err();
    assert!(cut.is_retryable() && cut.to_string().contains("gzip"), "{cut}");
    // No repeat makes it gzip.
    let plain = one(packed(br#"{"id":"1"}"#.to_vec())).await.unwrap_err();
    assert!(plain.is_decode() && !plain.is_retryable(), "{plain}");
    assert!(plain.to_string().contains("is not gzip"), "{plain}");
    let bomb = one(packed(gzip(&vec![b' '; 64 << 20]))).await.unwrap_err();
    assert!(bomb.to_string().contains("larger than 1048576 bytes"), "{bomb}");
    let other = one(|| Reply::new(200, &[("content-encoding", "br")], "x")).await;
    assert!(other.unwrap_err().is_decode());
    let error = one(|| {
        let body = gzip(br#"{"errorCode":"CLUSTER_NOT_FOUND"}"#);
        Reply::new(404, &[("content-encoding", "gzip")], body)
    });
    assert_eq!(error.await.unwrap_err().code(), "CLUSTER_NOT_FOUND");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_reported_with_its_bytes() {
    let page = "<html>log in</html>";
    let html = move || Reply::new(200, &[("content-type", "text/html")], page);
    let error = one(html).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("text/html"), "{error}");
    assert_eq!((error.body(), error.status()), (page.as_bytes(), Some(200)));
    let error = one(|| Reply::new(200, &[], b"{\"a\":\"\xff\"}")).await.unwrap_err();
    assert!(error.is_decode() && error.body().contains(&0xff));
    let proxy = move || Reply::new(502, &[("content-type", "text/html")], page);
    let error = one(proxy).await.unwrap_err();
    assert_eq!((error.status(), error.body()), (Some(502), page.as_bytes()));
    // JSON is decoded whatever its content type.
    let plain = || Reply::new(200, &[("content-type", "text/plain")], r#"{"a":1}"#);
    assert_eq!(one(plain).await.unwrap()["a"], 1);
}

const OF_API: (&str, &str) =
    ("content-type", "application/vnd.atlas.2023-01-01+json;charset=utf-8");

/// Requests a string.
async fn text(
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> Result<String, Error> {
    let server = Server::start(move |_, _| reply()).await;
    let response = Request::<String>::new(&GET, &["1"]).send(&plain(&server)).await;
    response.map(|response| response.into_value())
}

#[tokio::test]
async fn a_text_is_the_string_that_is_declared_and_not_quoted() {
    let pem = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
    let xml = r#"<?xml version="1.0"?><md:EntityDescriptor entityID="https://x"/>"#;
    for body in [pem, xml, "{cut", "1 2"] {
        assert_eq!(text(move || Reply::new(200, &[OF_API], body)).await.unwrap(), body);
    }
    let chunked = "HTTP/1.1 200 X\r\ncontent-type: application/vnd.atlas.2023-01-01+json\r\n\
                   transfer-encoding: chunked\r\n\r\n4\r\n-pem\r\n0\r\n\r\n";
    assert_eq!(text(move || Reply::raw(chunked)).await.unwrap(), "-pem");
    assert_eq!(
        text(|| Reply::new(200, &[OF_API], "\"quoted\"")).await.unwrap(),
        "quoted"
    );
}

#[tokio::test]
async fn another_text_is_an_error_with_its_bytes() {
    let other = ("content-type", "text/plain");
    for (kind, body) in [
        (OF_API, "\"cut"),
        (OF_API, "<!doctype html><p>Sign in"),
        (other, "-----BEGIN"),
        (OF_API, "{\"a\":1}"),
        (OF_API, "12345"),
    ] {
        let error = text(move || Reply::new(200, &[kind], body)).await.unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert_eq!((error.body(), error.status()), (body.as_bytes(), Some(200)));
    }
    // Without that, the end of the body is unknown.
    let head =
        "HTTP/1.1 200 X\r\ncontent-type: application/vnd.atlas.2023-01-01+json\r\n\r\n";
    let error = text(move || Reply::raw(format!("{head}-----BEGIN")).close()).await;
    assert_eq!(error.unwrap_err().body(), b"-----BEGIN");
}

#[tokio::test]
async fn alterations_by_decoding_are_reported() {
    let body = r#"{"results":[1,null,"two",3],"note":"caf\ud83d","more":true}"#;
    let server = Server::start(move |_, _| Reply::json(body)).await;
    let request = Request::<Listing>::new(&GET, &["1"]);
    let response = request.send(&plain(&server)).await.unwrap();
    assert_eq!(response.items(), [1, 3]);
    let mismatches = response.mismatches();
    let paths: Vec<_> = mismatches.iter().map(Mismatch::path).collect();
    assert_eq!(paths, ["results[1]", "results[2]", "note"]);
    assert!(matches!(mismatches[2], Mismatch::Surrogate { .. }));
    let whole =
        Server::start(|_, _| Reply::json(r#"{"new":1,"results":[],"totalCount":"x"}"#))
            .await;
    let response = request.send(&plain(&whole)).await.unwrap();
    assert!(response.mismatches().is_empty(), "what is kept is no loss");
}

#[tokio::test]
async fn a_response_that_is_not_the_declared_record_is_no_empty_record() {
    for (body, what) in [
        ("{}", "without `results`"),
        (r#"{"results":null}"#, "without `results`"),
        ("null", "`null` where"),
        ("", "no body where"),
        ("[]", "not an object"),
        ("\"moved\"", "not an object"),
        ("0", "not an object"),
    ] {
        let server = Server::start(move |_, _| Reply::json(body)).await;
        let response = Request::<Listing>::new(&GET, &["1"]).send(&plain(&server)).await;
        let error = response.map(drop).unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(what), "{error}");
        assert_eq!((error.body(), error.attempts()), (body.as_bytes(), 1));
    }
    // In this way the service states that there is none.
    let server = Server::start(|_, _| Reply::json("{}")).await;
    assert_eq!(get().send(&plain(&server)).await.unwrap().into_value(), json!({}));
}

#[tokio::test]
async fn a_faulty_response_has_the_number_of_attempts() {
    let flaky = |last: fn() -> Reply| {
        Server::start(move |number, _| match number {
            0 => Reply::new(503, &[], ""),
            _ => last(),
        })
    };
    let server = flaky(|| Reply::json("{")).await;
    let error = get().send(&plain(&server)).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().ends_with("(after 2 attempts)"));
    assert_eq!(error.attempts(), 2);
    let server =
        flaky(|| Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\nhalf").close())
            .await;
    let logs = Request::<Download>::new(&LOGS, &["1", "x"]);
    let mut download = logs.send(&plain(&server)).await.unwrap().into_value();
    assert!(download.chunk().await.unwrap().is_some());
    let error = download.chunk().await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (2, true));
}

#[tokio::test]
async fn a_success_response_is_never_quoted() {
    // The body may hold a secret that is shown only once: a new private key.
    let key = r#"{"privateKey":"hunter2","id":"#;
    let head = "HTTP/1.1 200 X\r\ncontent-length: 99\r\n";
    for sent in [
        format!("{head}\r\n{key}"),
        format!("{head}content-encoding: gzip\r\n\r\n{key}"),
        format!("{head}content-encoding: br\r\n\r\n{key}"),
        format!("HTTP/1.1 200 X\r\nconnection: close\r\n\r\n{key}"),
        format!(
            "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n{key}"
        ),
        format!(
            "HTTP/1.1 200 X\r\nconnection: close\r\n\r\n{key}{}",
            " ".repeat(2 << 20)
        ),
    ] {
        let error = one(move || Reply::raw(&*sent).close()).await.unwrap_err();
        let text = printed(&error);
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn http_1_0_is_understood() {
    let reply = || Reply::raw("HTTP/1.0 200 OK\r\n\r\n{\"id\":\"1\"}").close();
    assert_eq!(one(reply).await.unwrap()["id"], "1");
}

#[test]
fn credentials_for_loopback_pass_no_proxy() {
    // The environment is read once per process, so this needs another process.
    let mut test = std::process::Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "loopback::faults::http_1_0_is_understood"]);
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        test.env(variable, "http://127.0.0.1:9");
    }
    test.env_remove("no_proxy").env_remove("NO_PROXY");
    let output = test.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::test]
async fn headers_are_read() {
    let server = Server::start(|_, _| {
        let headers = [
            ("ratelimit-limit", "1200"),
            ("ratelimit-remaining", "1199"),
            ("deprecation", "Mon, 5 Aug 2024 00:00:00 GMT"),
            ("sunset", "Thu, 1 Jul 2027 00:00:00 GMT"),
        ];
        Reply::new(201, &headers, "{}")
    })
    .await;
    let response = get().send(&plain(&server)).await.unwrap();
    let limit = response.rate_limit().unwrap();
    assert_eq!((limit.limit, limit.remaining), (Some(1200), Some(1199)));
    let date = |date: Option<jiff::Timestamp>| date.unwrap().to_string();
    assert_eq!(date(response.deprecation()), "2024-08-05T00:00:00Z");
    assert_eq!(date(response.sunset()), "2027-07-01T00:00:00Z");
    assert_eq!(response.status(), 201);
}

#[tokio::test]
async fn redirects_stay_in_their_origin() {
    let other = Server::start(|_, _| Reply::json("{}")).await;
    let away = format!("{}/api/atlas/v2/groups", other.url);
    let server = Server::start(move |_, seen| match seen.target.as_str() {
        "/api/atlas/v2/groups/1" => Reply::new(302, &[("location", "/moved?x=1")], ""),
        "/moved?x=1" => Reply::json(r#"{"id":"moved"}"#),
        "/api/atlas/v2/groups" => Reply::new(307, &[("location", &*away)], ""),
        _ => Reply::new(301, &[("location", &*seen.target)], ""),
    })
    .await;
    let token = atlas_admin_runtime::Credentials::access_token("hunter2");
    let client = builder(&server, &Steps::default()).credentials(token).build().unwrap();
    assert_eq!(get().send(&client).await.unwrap()["id"], "moved");
    assert_eq!(server.seen()[1].header("authorization"), Some("Bearer hunter2"));
    let error = list().send(&client).await.unwrap_err();
    assert!(error.to_string().contains("away from the base URL"), "{error}");
    assert!(other.seen().is_empty());
    let before = server.arrived();
    let ring = Request::<Json>::new(&GET, &["2"]).send(&client).await.unwrap_err();
    assert!(ring.to_string().contains("more than 5 redirects"), "{ring}");
    assert_eq!(server.arrived() - before, 6);
    let post =
        super::api::every_method().swap_remove(4).send(&client).await.unwrap_err();
    assert!(post.to_string().contains("for GET and HEAD only"), "{post}");
}

#[tokio::test]
async fn values_stay_in_their_segment_on_the_wire() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = plain(&server);
    for (value, segment) in
        [("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("%2f", "%252f"), ("ü?#", "%C3%BC%3F%23")]
    {
        Request::<Json>::new(&GET, &[value]).send(&client).await.unwrap();
        let target = server.seen().pop().unwrap().target;
        assert_eq!(target, format!("/api/atlas/v2/groups/{segment}"));
    }
    let sent = server.seen().len();
    for value in ["", ".", ".."] {
        let error =
            Request::<Json>::new(&GET, &[value]).send(&client).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
    assert_eq!(server.seen().len(), sent);
}

#[tokio::test]
async fn query_parameters_are_encoded_and_replaced() {
    let mut request = list();
    request = request.set_query("pageNum", &1_i64);
    request = request.set_query("name", &"a b&c=d+é".to_owned());
    request = request.set_query("tag", &vec!["x".to_owned(), "y".to_owned()]);
    request = request.set_query("pageNum", &2_i64);
    request = request.set_query("gone", &true);
    request = request.set_query("gone", &None::<String>);
    assert_eq!(
        request.path_and_query(),
        "/api/atlas/v2/groups?name=a%20b%26c%3Dd%2B%C3%A9&tag=x&tag=y&pageNum=2"
    );
    let server = Server::start(|_, _| Reply::json("{}")).await;
    request.send(&plain(&server)).await.unwrap();
    assert_eq!(server.seen()[0].target, request.path_and_query());
}
