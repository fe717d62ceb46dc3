use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::layer::{DryRun, PlannedRequest};
use atlas_admin_runtime::operation::{Method, Operation, Parameter};
use atlas_admin_runtime::{Extra, Request, json, record, set};

use super::api::{
    CREATE, builder, every_method, get, granting, operation, service_account,
};
use super::clock::Steps;
use super::layers::changing;
use super::server::{Reply, Server};

#[derive(Clone, Default)]
pub struct Account {
    pub name: Option<String>,
    pub pass: Option<String>,
    pub extra: Extra,
}

record! {
    Account
    0 name "name"
    1 pass "pass" [SECRET]
}

async fn server() -> Server {
    granting(|_, _| Reply::json(r#"{"id":"1"}"#)).await
}

#[tokio::test]
async fn reads_go_through_and_no_write_is_sent() {
    let server = server().await;
    let dry_run = DryRun::new();
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .layer(dry_run.clone())
        .build()
        .unwrap();
    for request in every_method() {
        let result = request.send(&client).await;
        if request.method().as_str() == "GET" {
            assert_eq!(result.unwrap()["id"], "1");
            continue;
        }
        let error = result.unwrap_err();
        assert!(error.is_refused() && !error.is_retryable(), "{error}");
        assert!(!error.may_have_been_executed() && error.attempts() == 0);
        let planned = PlannedRequest::of(&error).unwrap();
        assert_eq!(planned.method(), request.method().as_str());
        assert_eq!(planned.operation().unwrap().id, request.operation().id);
        let target = format!("{}{}", server.url, request.path_and_query());
        assert_eq!(planned.url().as_str(), target);
        // Any string of JSON without a declared type may be a secret.
        let body = request.body_bytes().unwrap().map(|_| r#"{"name":"<redacted>"}"#);
        assert_eq!(planned.body(), body);
        let line = error.to_string();
        assert!(line.contains("dry run") && line.contains(&target), "{line}");
    }
    let methods: Vec<_> = server.seen().iter().map(|seen| seen.method.clone()).collect();
    // A token, and the one read.
    assert_eq!(methods, ["POST", "GET"]);
    assert_eq!(dry_run.planned().len(), 4);
    assert_eq!(dry_run.take().len(), 4);
    assert!(dry_run.planned().is_empty());
}

#[tokio::test]
async fn a_dry_run_shows_no_secret() {
    let server = server().await;
    let mut account =
        Account { name: set("prod"), pass: set("hunter2"), ..Account::default() };
    account.extra.insert("other", json!({"deep": ["hunter2"]}));
    let request = Request::<()>::new(&CREATE, &[]).body(&account);
    let shown = |body| format!("POST {}/api/atlas/v2/groups {body}", server.url);
    let dry_run = DryRun::new();
    let client = builder(&server, &Steps::default()).layer(dry_run.clone());
    let error = request.send(&client.build().unwrap()).await.unwrap_err();
    let expected =
        shown(r#"{"name":"prod","pass":"<redacted>","other":{"deep":["<redacted>"]}}"#);
    assert_eq!(dry_run.planned()[0].to_string(), expected);
    assert!(!format!("{error} {error:#?}").contains("hunter2"));

    // Any string of a layer's body may be a secret.
    for (made, expected) in [
        (
            r#"{"a":"hunter2","n":[1,"hunter2"]}"#,
            r#"{"a":"<redacted>","n":[1,"<redacted>"]}"#,
        ),
        ("hunter2", "<redacted>"),
    ] {
        let dry_run = DryRun::new();
        let client = builder(&server, &Steps::default())
            .layer(changing(move |request| {
                request.body = Some(Bytes::from_static(made.as_bytes()));
            }))
            .layer(dry_run.clone());
        request.send(&client.build().unwrap()).await.unwrap_err();
        assert_eq!(dry_run.planned()[0].to_string(), shown(expected));
    }
    assert_eq!(server.arrived(), 0);
}

/// A query parameter of the client, such as a gateway's key, may be a secret; one that
/// the document declares is not.
#[tokio::test]
async fn a_dry_run_shows_no_secret_of_the_query() {
    static INVITE: Operation = Operation {
        parameters: &[Parameter::query("mode"), Parameter::header("key")],
        ..operation("invite", Method::Post, "/api/atlas/v2/orgs")
    };
    let server = server().await;
    let dry_run = DryRun::new();
    let client = builder(&server, &Steps::default())
        .query("key", "hunter2")
        .layer(changing(|request| {
            request.url.query_pairs_mut().append_key_only("hunter2");
        }))
        .layer(dry_run.clone())
        .build()
        .unwrap();
    let request = Request::<()>::new(&INVITE, &[]).query("mode", "a b");
    let error = request.send(&client).await.unwrap_err();
    let target = "/api/atlas/v2/orgs?mode=a%20b&key=(redacted)&(redacted)";
    let expected = format!("POST {}{target}", server.url);
    let planned = &dry_run.planned()[0];
    assert_eq!(planned.to_string(), expected);
    assert!(!format!("{error} {error:#?} {planned:?}").contains("hunter2"));
    assert!(planned.url().as_str().contains("key=hunter2"));
}

#[tokio::test]
async fn a_read_in_a_dry_run_is_retried() {
    let server = Server::start(|number, _| match number {
        0 => Reply::new(503, &[], ""),
        _ => Reply::json("{}"),
    })
    .await;
    let client = builder(&server, &Steps::default()).layer(DryRun::new());
    assert_eq!(get().send(&client.build().unwrap()).await.unwrap().attempts(), 2);
}
