//! Bodies: the problems that keep them from being sent, and the parts that are never
//! printed.

use atlas_admin_runtime::codec::{Extra, Map};
use atlas_admin_runtime::{Request, json, record};

use super::api::{CREATE, GET, REPLACE, UPDATE, plain};
use super::server::{Reply, Server};

#[derive(Clone, Default)]
struct User {
    name: Option<String>,
    password: Option<String>,
    token: Option<String>,
    others: Option<Vec<User>>,
    by_name: Option<Map<User>>,
    extra: Extra,
}

record! {
    User
    0 by_name "a/b"
    1 name "name" [REQUIRED]
    2 others "others"
    3 password "password" [WRITE_ONLY]
    4 token "token" [SECRET]
}

fn user(name: &str) -> User {
    User {
        name: Some(name.to_owned()),
        password: Some("hunter2".to_owned()),
        token: Some("hunter2".to_owned()),
        ..User::default()
    }
}

#[tokio::test]
async fn secrets_are_sent_and_never_printed() {
    let mut body = user("it's");
    body.others = Some(vec![User { password: None, ..user("b") }, user("c")]);
    body.by_name = Some(Map::from([("~k/".to_owned(), user("d"))]));
    let request = Request::<()>::new(&CREATE, &[]).body(&body);
    let curl = request.to_curl().unwrap();
    assert!(!curl.contains("hunter2"), "{curl}");
    assert_eq!(curl.matches("<redacted>").count(), 7, "{curl}");
    assert!(curl.contains(r"it'\''s"), "{curl}");
    assert!(!format!("{request:?} {body:?}").contains("hunter2"));

    let server = Server::start(|_, _| Reply::new(204, &[], "")).await;
    request.send(&plain(&server)).await.unwrap();
    let sent = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    assert_eq!(sent.matches("hunter2").count(), 7, "{sent}");
}

#[test]
fn what_may_be_a_secret_is_not_printed() {
    let mut body = user("a");
    body.extra.insert("pin", json!(["hunter2", 7]));
    body.extra.insert("token", json!(12345));
    let typed = Request::<()>::new(&CREATE, &[]).body(&body).to_curl().unwrap();
    assert!(!typed.contains("hunter2") && !typed.contains("12345"), "{typed}");
    assert!(typed.contains(r#""pin":["<redacted>",7]"#), "{typed}");
    let own = serde_json::json!({"a": {"b": "hunter2", "c": true}});
    let own = Request::<()>::new(&CREATE, &[]).body(&own).to_curl().unwrap();
    assert!(own.contains(r#"{"a":{"b":"<redacted>","c":true}}"#), "{own}");
}

#[test]
fn what_urls_hold_is_not_printed() {
    let body = user("https://u:hunter2@h/hook?sig=hunter2");
    let request = Request::<()>::new(&CREATE, &[]).body(&body);
    let curl = request.to_curl().unwrap();
    assert!(curl.contains(r#""https://(redacted)@h/hook?(redacted)""#), "{curl}");
    assert!(!curl.contains("hunter2"), "{curl}");
    assert!(!format!("{body:?}").contains("sig=hunter2"));
}

#[tokio::test]
async fn unset_required_properties_are_reported_and_not_refused() {
    let others = Some(vec![user("b"), User::default()]);
    let body = User { others, ..User::default() };
    let request = Request::<()>::new(&CREATE, &[]).body(&body);
    assert_eq!(request.missing(), ["name", "others[1].name"]);
    let server = Server::start(|_, _| Reply::new(204, &[], "")).await;
    request.send(&plain(&server)).await.unwrap();
    assert_eq!(server.seen().len(), 1);
    let patch = Request::<()>::new(&UPDATE, &["1"]).body(&body);
    assert!(patch.missing().is_empty());
}

#[tokio::test]
async fn a_masked_secret_is_not_sent_as_the_secret() {
    let text = r#"{"name":"a","token":"****","new":1}"#;
    let server = Server::start(move |_, _| Reply::json(text)).await;
    let client = plain(&server);
    let mut read = Request::<User>::new(&GET, &["1"]).send(&client).await.unwrap();

    let patch = Request::<()>::new(&UPDATE, &["1"]).body(read.value());
    assert_eq!(patch.body_bytes().unwrap().unwrap(), br#"{"name":"a"}"#);
    assert_eq!(patch.left_out(), ["token", "new"]);

    let put = Request::<()>::new(&REPLACE, &["1"]).body(read.value());
    let problem = put.body_bytes().unwrap_err();
    assert!(
        problem.is_invalid_request() && problem.to_string().contains("`token`"),
        "{problem}"
    );
    assert!(
        problem.to_string().ends_with("set the secret, or clear the property"),
        "{problem}"
    );
    let error = put.send(&client).await.unwrap_err();
    assert_eq!(error.to_string(), problem.to_string());
    assert_eq!(error.operation().map(|operation| operation.id), Some("replaceGroup"));
    assert_eq!(server.seen().len(), 1);

    read.token = Some("hunter2".to_owned());
    let put = put.body(read.value());
    let sent = put.body_bytes().unwrap().unwrap();
    assert_eq!(sent, br#"{"name":"a","token":"hunter2"}"#);
    assert!(!put.to_curl().unwrap().contains("hunter2"));
}

#[test]
fn a_problem_goes_with_the_part_that_it_came_from() {
    let bad = User { others: Some(vec![]), ..user("a") };
    let mut request = Request::<()>::new(&UPDATE, &["1"]).body(&vec![f64::NAN]);
    assert!(request.body_bytes().unwrap_err().to_string().contains("not finite"));
    request = request.set_query("who", &bad);
    request = request.body(&json!({"own": 1}));
    assert!(request.body_bytes().unwrap_err().to_string().contains("who"));
    request = request.set_query("who", &"me".to_owned());
    request = request.set_header("x-bad", &"a\nb".to_owned());
    assert!(request.body_bytes().unwrap_err().to_string().contains("x-bad"));
    request = request.set_header("x-bad", &None::<String>);
    assert_eq!(request.body_bytes().unwrap().unwrap(), br#"{"own":1}"#);
    assert!(request.path_and_query().ends_with("?who=me"));
    // A body that can't be sent replaces one that could.
    let request = request.body(&f64::NAN);
    assert!(request.body_bytes().is_err());
    assert!(request.missing().is_empty() && request.to_curl().is_err());
}

#[test]
fn invalid_header_and_query_values_are_reported() {
    let request = Request::<()>::new(&UPDATE, &["1"])
        .set_header("x-ok", &vec!["a".to_owned(), "b".to_owned()])
        .set_header("x-gone", &"a".to_owned())
        .set_header("x-gone", &None::<String>);
    assert_eq!(request.headers()["x-ok"], "a,b");
    assert!(!request.headers().contains_key("x-gone"));
    assert!(request.body_bytes().is_ok());
    let injected =
        request.clone().set_header("x-bad", &"a\r\nauthorization: b".to_owned());
    assert!(injected.body_bytes().unwrap_err().to_string().contains("x-bad"));
    let request = request.set_query("who", &user("a"));
    let problem = request.body_bytes().unwrap_err().to_string();
    assert!(problem.contains("who") && problem.contains("an object"), "{problem}");
}
