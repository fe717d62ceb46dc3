//! Public operations, bodies in other formats than JSON, and lists in one parameter.

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Method, Operation, Parameter};
use atlas_admin_runtime::{Download, Request, json};

use super::api::{LIST, api_key, builder, list, operation, plain, service_account};
use super::clock::Steps;
use super::server::{Reply, Server};

static FIND: Operation = Operation {
    parameters: &[
        Parameter::query("ids").joined(","),
        Parameter::query("names").joined("|"),
        Parameter::query("tags"),
    ],
    ..operation("find", Method::Get, "/api/atlas/v2/groups")
};
static UPLOAD: Operation = Operation {
    content_type: Some("application/octet-stream"),
    ..operation("upload", Method::Post, "/api/atlas/v2/groups")
};
static FORM: Operation =
    Operation { content_type: Some("multipart/form-data"), ..UPLOAD };
static PAGE: Operation = Operation {
    accept: "text/html",
    ..operation("page", Method::Get, "/api/atlas/v2/groups")
};

#[tokio::test]
async fn a_public_operation_is_called_without_credentials() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/atlas/v2/groups" => {
            Reply::new(302, &[("Location", "/api/atlas/v2/elsewhere")], "")
        }
        _ => Reply::json("{}"),
    })
    .await;
    for credentials in [api_key(), service_account()] {
        let client = builder(&server, &Steps::default()).credentials(credentials);
        list().anonymous().send(&client.build().unwrap()).await.unwrap();
    }
    // The request and its redirect, twice: no token, no probe, no header.
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|it| it.header("authorization").is_none()));
    assert!(!list().anonymous().to_curl().unwrap().contains("Authorization"));
    assert!(list().to_curl().unwrap().contains("Authorization"));
}

#[tokio::test]
async fn bytes_are_sent_as_they_are_and_never_printed() {
    let server = Server::start(|_, _| Reply::new(204, &[], "")).await;
    let client = plain(&server);
    let bytes = b"\xffhunter2";
    let request = Request::<()>::with_bytes(&UPLOAD, &[], &[], bytes);
    assert!(!request.to_curl().unwrap().contains("hunter2"));
    request.send(&client).await.unwrap();
    let form = b"--cut here\r\n\r\nhunter2\r\n--cut here--\r\n";
    Request::<()>::with_bytes(&FORM, &[], &[], form).send(&client).await.unwrap();
    Request::<()>::with_bytes(&FORM, &[], &[], b"none").send(&client).await.unwrap();

    let seen = server.seen();
    assert_eq!((&seen[0].body[..], &seen[1].body[..]), (&bytes[..], &form[..]));
    let types = [0, 1, 2].map(|index| seen[index].header("content-type").unwrap());
    let with_boundary = "multipart/form-data; boundary=\"cut here\"";
    assert_eq!(
        types,
        ["application/octet-stream", with_boundary, "multipart/form-data"]
    );
}

#[test]
fn the_items_of_a_list_are_joined_where_the_document_says_so() {
    let found = Request::<Json>::new(&FIND, &[])
        .query("ids", ["a", "b"])
        .query("names", json!([1, 2]))
        .query("tags", ["x", "y"]);
    assert_eq!(
        found.path_and_query(),
        "/api/atlas/v2/groups?ids=a%2Cb&names=1%7C2&tags=x&tags=y"
    );
    let other = Request::<Json>::new(&LIST, &[]).query("ids", ["a", "b"]);
    assert_eq!(other.path_and_query(), "/api/atlas/v2/groups?ids=a&ids=b");
}

#[test]
fn an_item_cannot_contain_the_separator_of_its_list() {
    let find = || Request::<Json>::new(&FIND, &[]);
    for (name, items, separator) in
        [("ids", json!(["a", "hunter2,c"]), "\",\""), ("names", json!(["|"]), "\"|\"")]
    {
        let request = find().query(name, items);
        let error = request.body_bytes().unwrap_err();
        let line = error.to_string();
        assert!(error.is_invalid_request(), "{line}");
        for part in [name, separator, "more items"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("hunter2"), "{line}");
        let mended = request.query(name, ["a", "b"]);
        assert!(mended.body_bytes().is_ok());
    }
    let typed = vec!["a,b".to_owned()];
    let request = Request::<Json>::with(&FIND, &[], &[("ids", &typed)], None);
    assert!(request.body_bytes().unwrap_err().to_string().contains("ids"));

    // Another parameter's separator is harmless, and so is text that isn't a list.
    let sound = find()
        .query("ids", json!(["a|b", "c"]))
        .query("tags", ["x,y"])
        .query("names", "a|b");
    assert!(sound.body_bytes().is_ok());
    assert_eq!(
        sound.path_and_query(),
        "/api/atlas/v2/groups?ids=a%7Cb%2Cc&tags=x%2Cy&names=a%7Cb"
    );
}

#[tokio::test]
async fn a_page_is_a_payload_where_the_operation_declares_one() {
    let server = Server::start(|_, _| {
        Reply::new(200, &[("Content-Type", "text/html")], "<p>hello")
    })
    .await;
    let request = Request::<Download>::new(&PAGE, &[]);
    let mut page = request.send(&plain(&server)).await.unwrap().into_value();
    assert_eq!(page.chunk().await.unwrap().as_deref(), Some(&b"<p>hello"[..]));
}
