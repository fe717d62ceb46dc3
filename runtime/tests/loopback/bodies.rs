//! Bodies: what keeps them from being sent, and what of them is never printed.

use atlas_admin_runtime::codec::{Extra, Field, Map, Record, Table, Value};
use atlas_admin_runtime::{Request, record};

use super::api::{CREATE, UPDATE, plain};
use super::server::{Reply, Server};

#[derive(Clone, Default)]
struct User {
    name: Option<String>,
    password: Option<String>,
    token: Option<String>,
    others: Vec<User>,
    by_name: Map<User>,
    extra: Extra,
}

impl Record for User {
    fn table(&self) -> &'static Table {
        static TABLE: Table = Table {
            name: "User",
            fields: &[
                Field::new("a/b", 0),
                Field::new("name", Field::REQUIRED),
                Field::new("others", 0),
                Field::new("password", Field::WRITE_ONLY),
                Field::new("token", Field::SECRET),
            ],
        };
        &TABLE
    }

    fn field(&self, index: usize) -> &dyn Value {
        match index {
            0 => &self.by_name,
            1 => &self.name,
            2 => &self.others,
            3 => &self.password,
            4 => &self.token,
            _ => &self.extra,
        }
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Value {
        match index {
            0 => &mut self.by_name,
            1 => &mut self.name,
            2 => &mut self.others,
            3 => &mut self.password,
            4 => &mut self.token,
            _ => &mut self.extra,
        }
    }
}

record!(User);

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
    body.others = vec![User { password: None, ..user("b") }, user("c")];
    body.by_name.insert("~k/".to_owned(), user("d"));
    let request = Request::<()>::new(&CREATE, &[]).body(&body);
    let curl = request.to_curl();
    assert!(!curl.contains("hunter2"), "{curl}");
    assert_eq!(curl.matches("<redacted>").count(), 7, "{curl}");
    assert!(curl.contains(r"it'\''s"), "{curl}");
    assert!(!format!("{request:?} {body:?}").contains("hunter2"));

    let server = Server::start(|_, _| Reply::new(204, &[], "")).await;
    request.send(&plain(&server)).await.unwrap();
    let sent = String::from_utf8(server.seen()[0].body.clone()).unwrap();
    assert_eq!(sent.matches("hunter2").count(), 7, "{sent}");
}

#[tokio::test]
async fn a_body_without_a_required_field_is_not_sent() {
    let request = Request::<()>::new(&UPDATE, &["1"]).body(&User::default());
    let told = request.body_bytes().unwrap_err();
    assert!(told.is_invalid_request() && told.to_string().contains("name"), "{told}");
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let error = request.send(&plain(&server)).await.unwrap_err();
    assert_eq!(error.to_string(), told.to_string());
    assert_eq!(error.operation().map(|operation| operation.id), Some("updateGroup"));
    assert!(server.seen().is_empty());
}

#[test]
fn what_a_header_or_query_cannot_hold_is_told() {
    let mut request = Request::<()>::new(&UPDATE, &["1"]);
    request.set_header("x-ok", &vec!["a".to_owned(), "b".to_owned()]);
    request.set_header("x-gone", &"a".to_owned());
    request.set_header("x-gone", &None::<String>);
    assert_eq!(request.headers()["x-ok"], "a,b");
    assert!(!request.headers().contains_key("x-gone"));
    assert!(request.body_bytes().is_ok());
    let mut injected = request.clone();
    injected.set_header("x-bad", &"a\r\nauthorization: b".to_owned());
    assert!(injected.body_bytes().unwrap_err().to_string().contains("x-bad"));
    request.set_query("who", &user("a"));
    let told = request.body_bytes().unwrap_err().to_string();
    assert!(told.contains("who") && told.contains("an object"), "{told}");
}
