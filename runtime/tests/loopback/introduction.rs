//! The requests and responses of Atlas's introduction to programmatic access, verbatim.
//! One difference is intended: its POST uses `application/json`, the document the
//! versioned type.

use atlas_admin_runtime::Request;
use atlas_admin_runtime::codec::Json;

use super::api::{CREATE, LIST, SECRET, api_key, builder, service_account};
use super::clock::Steps;
use super::server::{Reply, Server};

const BODY: &str = r#"{"name":"MyProject","orgId":"5a0a1e7e0f2912c554080adc"}"#;

const TOKEN: &str = r#"{"access_token":"eyJhbGciOiJFUzUxMiJ9.eyJpc3MiOiJhIn0.AZSFvhcj-w_w","expires_in":3600,"token_type":"Bearer"}"#;

fn create() -> Request<Json> {
    Request::new(&CREATE, &[]).body(&serde_json::from_str::<Json>(BODY).unwrap())
}

#[tokio::test]
async fn a_service_account_sends_what_the_introduction_sends() {
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            Reply::new(200, &[("content-type", "application/json")], TOKEN)
        }
        _ => Reply::json(r#"{"results":[]}"#),
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .build()
        .unwrap();
    Request::<Json>::new(&LIST, &[]).send(&client).await.unwrap();
    create().send(&client).await.unwrap();

    let [token, list, create] = &server.seen()[..] else { panic!() };
    assert_eq!((&*token.method, &*token.target), ("POST", "/api/oauth/token"));
    assert_eq!(token.body, b"grant_type=client_credentials");
    let basic = base64(&format!("mdb_sa_id_1:{SECRET}"));
    for (name, value) in [
        ("accept", "application/json"),
        ("cache-control", "no-cache"),
        ("authorization", &*format!("Basic {basic}")),
        ("content-type", "application/x-www-form-urlencoded"),
    ] {
        assert_eq!(token.header(name), Some(value));
    }

    let bearer = "Bearer eyJhbGciOiJFUzUxMiJ9.eyJpc3MiOiJhIn0.AZSFvhcj-w_w";
    assert_eq!((&*list.method, &*list.target), ("GET", "/api/atlas/v2/groups"));
    assert_eq!(list.header("authorization"), Some(bearer));
    assert_eq!(list.header("accept"), Some(LIST.accept));
    assert_eq!(list.header("content-type"), Some("application/json"));
    assert!(list.body.is_empty());

    assert_eq!((&*create.method, &*create.target), ("POST", "/api/atlas/v2/groups"));
    assert_eq!(create.header("authorization"), Some(bearer));
    assert_eq!(create.header("accept"), Some(CREATE.accept));
    assert_eq!(create.header("content-type"), CREATE.content_type);
    assert_eq!(create.body, BODY.as_bytes());
}

#[tokio::test]
async fn a_caller_off_the_access_list_gets_advice() {
    let server = Server::start(|_, _| {
        Reply::new(403, &[], r#"{"detail":"IP address 203.0.113.7 is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["203.0.113.7"],"reason":"Forbidden"}"#)
    })
    .await;
    let client =
        builder(&server, &Steps::default()).credentials(api_key()).build().unwrap();
    let error = Request::<Json>::new(&LIST, &[]).send(&client).await.unwrap_err();
    assert!(error.is_not_on_access_list());
    assert_eq!(
        error.to_string(),
        "listGroups (2023-01-01): 403 Forbidden IP_ADDRESS_NOT_ON_ACCESS_LIST: IP address \
         203.0.113.7 is not allowed to access this resource; add 203.0.113.7 to the access \
         list of the API key, service account or organization"
    );
}

#[test]
fn a_request_prints_as_curl() {
    assert_eq!(
        create().to_curl().unwrap(),
        "curl --request POST --header \"Authorization: Bearer $ATLAS_TOKEN\" \
         --header 'accept: application/vnd.atlas.2023-01-01+json' \
         --header 'content-type: application/vnd.atlas.2023-01-01+json' \
         --url 'https://cloud.mongodb.com/api/atlas/v2/groups' \
         --data-raw '{\"name\":\"<redacted>\",\"orgId\":\"<redacted>\"}'"
    );
}

fn base64(text: &str) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    BASE64_STANDARD.encode(text)
}
