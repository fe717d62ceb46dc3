//! Atlas's introduction to programmatic access, with the generated functions and types: its sample
//! requests, compared byte by byte, and responses shaped like its samples.
//!
//! Two differences are intended: `Accept` has the version of the operation that the document
//! declares, and a body has the versioned media type, not `application/json`.

#![cfg(all(feature = "projects", feature = "service-accounts"))]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use atlas_admin::codec::{self, Nullable};
use atlas_admin::{Client, Credentials, projects, service_accounts, set, types};

const VERSION: &str = "application/vnd.atlas.2023-01-01+json";

/// A received request: its request line, its headers in lower case, its body.
#[derive(Clone)]
struct Seen {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A server on loopback that responds as `script` says, with a status line and headers, and a body.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    fn start(script: fn(&Seen) -> (&'static str, &'static str)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, script, &shared);
            }
        });
        Self { url, seen }
    }

    fn client(&self, credentials: Credentials) -> Client {
        Client::builder().base_url(&self.url).credentials(credentials).build().unwrap()
    }
}

/// Responds to one request of a connection, and closes it.
fn serve(
    mut stream: TcpStream,
    script: fn(&Seen) -> (&'static str, &'static str),
    seen: &Mutex<Vec<Seen>>,
) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n").map(str::to_owned);
    let line = lines.next().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_ascii_lowercase(), value.to_owned())
    });
    let mut request = Seen { line, headers: headers.collect(), body: String::new() };
    let length = request.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    request.body = String::from_utf8(body).unwrap();
    seen.lock().unwrap().push(request.clone());
    let (head, body) = script(&request);
    let length = body.len();
    let head =
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}");
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
}

/// Sends the two sample requests and checks the responses.
async fn list_and_create(client: &Client) {
    let page = projects::v2023_01_01::list_groups().send(client).await.unwrap();
    assert!(page.items().is_empty());
    let project = types::Group {
        name: set("MyProject"),
        org_id: set("5a0a1e7e0f2912c554080adc"),
        ..Default::default()
    };
    let created =
        projects::v2023_01_01::create_group(&project).send(client).await.unwrap();
    assert_eq!(created.status(), 201);
    assert_eq!(created.name.as_deref(), Some("MyProject"));
    assert_eq!(created.id.as_deref(), Some("32b6e34b3d91647abb20e7b8"));
}

/// Checks the sample requests as they were received, except for their credentials.
fn check(list: &Seen, create: &Seen) {
    assert_eq!(list.line, "GET /api/atlas/v2/groups HTTP/1.1");
    assert_eq!(list.header("accept"), VERSION);
    assert_eq!(list.header("content-type"), "application/json");
    assert_eq!(list.body, "");
    assert_eq!(create.line, "POST /api/atlas/v2/groups HTTP/1.1");
    assert_eq!(create.header("accept"), VERSION);
    assert_eq!(create.header("content-type"), VERSION);
    assert_eq!(
        create.body,
        r#"{"name":"MyProject","orgId":"5a0a1e7e0f2912c554080adc"}"#
    );
}

fn respond(seen: &Seen) -> (&'static str, &'static str) {
    const CREATED: &str = r#"{"clusterCount":0,"created":"2024-04-23T17:47:17Z","id":"32b6e34b3d91647abb20e7b8","links":[],"name":"MyProject","orgId":"5a0a1e7e0f2912c554080adc"}"#;
    if seen.line.starts_with("POST") {
        ("201 Created\r\ncontent-type: application/vnd.atlas.2023-01-01+json", CREATED)
    } else {
        ("200 OK", r#"{"links":[],"results":[],"totalCount":0}"#)
    }
}

#[tokio::test]
async fn a_service_account_asks_for_a_token_then_lists_and_creates() {
    const TOKEN: &str = r#"{"access_token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln-bm9u_ZQ","expires_in":3600,"token_type":"Bearer"}"#;
    let server = Server::start(|seen| match seen.line.contains("/api/oauth/token ") {
        true => ("200 OK\r\ncontent-type: application/json", TOKEN),
        false => respond(seen),
    });
    list_and_create(&server.client(Credentials::service_account("id", "secret"))).await;
    let seen = server.seen.lock().unwrap();
    let [token, list, create] = &seen[..] else { panic!("{} requests", seen.len()) };
    assert_eq!(token.line, "POST /api/oauth/token HTTP/1.1");
    assert_eq!(token.header("accept"), "application/json");
    assert_eq!(token.header("cache-control"), "no-cache");
    assert_eq!(token.header("content-type"), "application/x-www-form-urlencoded");
    // `printf id:secret | base64`
    assert_eq!(token.header("authorization"), "Basic aWQ6c2VjcmV0");
    assert_eq!(token.body, "grant_type=client_credentials");
    check(list, create);
    for request in [list, create] {
        let bearer = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln-bm9u_ZQ";
        assert_eq!(request.header("authorization"), bearer);
    }
}

#[tokio::test]
async fn an_api_key_answers_one_challenge_then_lists_and_creates() {
    const CHALLENGE: &str = "401 Unauthorized\r\nwww-authenticate: Digest realm=\"r\", \
        nonce=\"n\", algorithm=MD5, qop=\"auth\", stale=false";
    let server = Server::start(|seen| match seen.header("authorization") {
        "" => (CHALLENGE, ""),
        _ => respond(seen),
    });
    list_and_create(&server.client(Credentials::api_key("public", "private"))).await;
    let seen = server.seen.lock().unwrap();
    let [probe, list, create] = &seen[..] else { panic!("{} requests", seen.len()) };
    assert_eq!((&probe.line, &*probe.body), (&list.line, ""));
    check(list, create);
    for (request, count) in [(list, "nc=00000001"), (create, "nc=00000002")] {
        let digest = request.header("authorization");
        assert!(digest.starts_with("Digest username=\"public\""), "{digest}");
        assert!(digest.contains("uri=\"/api/atlas/v2/groups\""), "{digest}");
        assert!(digest.contains(count) && !digest.contains("private"), "{digest}");
    }
}

#[test]
fn a_new_service_account_is_read_and_its_secret_is_not_printed() {
    let text = r#"{ "createdAt" : "2024-04-23T17:47:17Z", "description" : "Nightly.", "clientId" : "mdb_sa_id_0123456789abcdef01234567", "name" : "Backups", "roles" : [ "ORG_MEMBER" ], "secrets" : [ { "createdAt" : "2024-04-23T17:47:17Z", "expiresAt" : "2024-12-01T00:00:00Z", "id" : "0123456789abcdef01234567", "lastUsedAt" : null, "secret" : "mdb_sa_sk_hunter2" } ] }"#;
    let mut account = types::OrgServiceAccount::default();
    codec::decode(text.as_bytes(), &mut account).unwrap();
    assert_eq!(account.name.as_deref(), Some("Backups"));
    assert_eq!(account.roles.as_deref(), Some(&[types::Role::OrgMember][..]));
    let [secret] = account.secrets.as_deref().unwrap() else { panic!("one secret") };
    assert_eq!(secret.last_used_at, Nullable::Null);
    assert_eq!(secret.secret.as_deref(), Some("mdb_sa_sk_hunter2"));
    assert_eq!(secret.expires_at.as_ref().unwrap().as_str(), "2024-12-01T00:00:00Z");
    assert!(account.extra.is_empty() && secret.extra.is_empty());
    assert!(!format!("{account:?}").contains("hunter2"));
    let again = codec::encode(&account).unwrap();
    let json =
        |bytes: &[u8]| serde_yaml::from_slice::<serde_yaml::Value>(bytes).unwrap();
    assert_eq!(json(&again), json(text.as_bytes()));
}

#[test]
fn a_service_account_is_asked_for_with_the_versioned_type() {
    let body = types::OrgServiceAccountRequest::default();
    let request = service_accounts::v2024_08_05::create_org_service_account(
        "5a0a1e7e0f2912c554080adc",
        &body,
    );
    assert_eq!(
        request.path_and_query(),
        "/api/atlas/v2/orgs/5a0a1e7e0f2912c554080adc/serviceAccounts"
    );
    assert_eq!(request.accept(), "application/vnd.atlas.2024-08-05+json");
}
