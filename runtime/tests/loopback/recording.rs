use std::io::Write;
use std::path::PathBuf;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::http;
use atlas_admin_runtime::layer::Recorder;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::registry::Entry;
use atlas_admin_runtime::testing::ReplayTransport;
use atlas_admin_runtime::transport::{Body, BoxFuture, Request as Sent, TransportError};
use atlas_admin_runtime::{
    Client, Credentials, Download, Request, Transport, Version, json,
};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};
use futures_util::TryStreamExt;

use super::api::{
    GET, LOGS, PRIVATE, SECRET, UPDATE, api_key, builder, get, operation,
    service_account,
};
use super::clock::Steps;
use super::group::{GROUP, Group, ID, Provider, State, entry};
use super::oracle::{ATLAS, Oracle};
use super::processes::Folder;
use super::server::{Reply, Server};

static SNAPSHOT: Operation = operation(
    "getSnapshot",
    Method::Get,
    "/api/atlas/v2/groups/{groupId}/backup/{name}/snapshots/{id}.gz",
);
static ENTRIES: [Entry; 3] = [entry(&GET), entry(&UPDATE), entry(&SNAPSHOT)];

/// Personal data that no recording may contain.
const PERSONAL: &[&str] = &[
    "hunter2",
    "ada@",
    "Lovelace",
    "olpertinger",
    "OLPERTINGER",
    ID,
    "203.0.113.7",
    "2001:db9",
    "01234567-89ab",
    "123456789012",
    "4915112345678",
    "BACKEND",
    "zzz-new",
];

/// Creates a folder, and returns the path of a recording in it.
fn place(name: &str) -> (Folder, PathBuf) {
    let folder = Folder::new(&format!("har-{name}"));
    let path = folder.path("recording.har");
    (folder, path)
}

fn read(path: &PathBuf) -> (String, Json) {
    let text = std::fs::read_to_string(path).unwrap();
    let har = Json::from_slice(text.as_bytes()).unwrap();
    assert_eq!(har.pointer("/log/version").unwrap(), "1.2");
    (text, har)
}

fn entries(har: &Json) -> &[Json] {
    har.pointer("/log/entries").and_then(Json::as_array).unwrap()
}

fn body(entry: &Json) -> Json {
    let text = entry.pointer("/response/content/text").unwrap();
    Json::from_slice(text.as_str().unwrap().as_bytes()).unwrap()
}

/// Returns the URL of an entry.
fn url(entry: &Json) -> &str {
    entry.pointer("/request/url").unwrap().as_str().unwrap()
}

/// Creates a client whose attempts are recorded.
fn recorded(server: &Server, recorder: &Recorder) -> Client {
    let builder = builder(server, &Steps::default());
    builder.attempt_layer(recorder.layer()).build().unwrap()
}

fn packed() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    packed.write_all(br#"{"size":7}"#).unwrap();
    packed.finish().unwrap()
}

fn typed(id: &str) -> Request<Group> {
    Request::new(&GET, &[id])
}

/// Checks the recording of the group, and that equal texts have the same pseudonym.
fn says_what_was_sent(group: &Json) {
    assert_eq!(group["created"], "2024-08-05T10:11:12Z");
    assert_eq!((&group["size"], &group["state"]), (&json!(12345), &json!("idle")));
    assert_eq!(group["provider"]["kind"], "aws");
    assert_eq!(group["provider"]["role"], "<redacted>");
    assert_eq!(group["odd"], "<redacted>");
    assert_eq!(group["states"][0], "idle");
    assert!(group["labels"].get("TEAM").is_some());
    let new = &group["new"];
    assert_eq!(
        (&new["kind"], &new["mongoDBVersion"]),
        (&json!("REPLICASET"), &json!("8.0.4"))
    );
    assert_eq!(
        (&new["flag"], &new["share"], &new["none"]),
        (&json!(true), &json!(0.5), &Json::Null)
    );
    assert_eq!(
        (&new["adminPassword"], &new["clientSecret"]),
        (&json!("<redacted>"), &json!(0))
    );
    assert_eq!(new["rel"], "next");
    let email = new["email"].as_str().unwrap();
    assert!(email.starts_with("user-") && email.ends_with("@example.com"));
    // Equal texts have equal pseudonyms everywhere: in paths, queries, names and bodies.
    assert!(new.get(email).is_some());
    assert_eq!(group["id"], new["groupId"]);
    assert_eq!(group["mode"], new["name"]);
}

#[tokio::test]
async fn a_recording_keeps_what_the_service_sends_and_nothing_of_anybody() {
    let server = Server::start(|_, _| Reply::json(GROUP)).await;
    let (_folder, path) = place("group");
    let recorder = Recorder::create(&path).unwrap().types(&ENTRIES);
    let client = builder(&server, &Steps::default())
        .credentials(Credentials::access_token("hunter2token"))
        .header("x-who", "ada")
        .user_agent("wolpertinger-job/1")
        .attempt_layer(recorder.layer())
        .build()
        .unwrap();
    let live = typed(ID).query("email", "ada@wolpertinger.example").query("pageNum", 3);
    let live = live.send(&client).await.unwrap();
    let update = Request::<Group>::new(&UPDATE, &[ID]);
    let sent =
        json!({"odd": "hunter2", "mode": "Wolpertinger", "size": 3, "targetId": ID});
    update.body(&sent).send(&client).await.unwrap();
    assert!(!path.exists());
    recorder.finish().unwrap();

    let (text, har) = read(&path);
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let [first, second] = entries(&har) else { panic!("{text}") };
    let group = body(first);
    let id = group["id"].as_str().unwrap();
    says_what_was_sent(&group);
    let new = &group["new"];
    let email = new["email"].as_str().unwrap();
    assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let url = url(first);
    let email = email.replace('@', "%40");
    let target = format!("/api/atlas/v2/groups/{id}?email={email}&pageNum=3");
    assert_eq!(url, format!("{}{target}", server.url));
    let posted = second.pointer("/request/postData/text").unwrap().as_str().unwrap();
    let posted = Json::from_slice(posted.as_bytes()).unwrap();
    assert_eq!((&posted["odd"], &posted["size"]), (&json!("<redacted>"), &json!(3)));
    // An ID is no secret, even in a write-only property.
    assert_eq!(posted["targetId"], id);

    // The recording plays back, and decodes like the service's responses.
    let atlas = ReplayTransport::open(&path).unwrap();
    let client = atlas.client_builder().build().unwrap();
    let played = typed(id)
        .query("pageNum", 3)
        .query("email", new["email"].clone())
        .send(&client)
        .await
        .unwrap();
    assert_eq!(played.created, live.created);
    assert_eq!((played.size, played.state.is_some()), (live.size, true));
    assert!(matches!(played.state, Some(State::Idle)));
    assert!(
        matches!(&played.provider, Some(Provider::Aws(aws)) if aws.account.is_some())
    );
    assert_eq!(played.headers().get("content-type"), live.headers().get("content-type"));
    let patched = Request::<Json>::new(&UPDATE, &[id]).body(&sent).send(&client).await;
    assert_eq!(patched.unwrap()["id"], id);
    atlas.verify();
}

#[tokio::test]
async fn no_credentials_are_recorded_in_any_form() {
    const TOKEN: &str = "eyJ.hunter2/access+token=";
    let echo = |seen: &super::server::Seen| {
        let sent = seen.header("authorization").unwrap_or_default().to_owned();
        let quoted = serde_json::json!({
            "detail": format!("no {sent}"), "errorCode": "X", "reason": "Forbidden",
            sent.clone(): 1, "DEEP": [sent, TOKEN, PRIVATE, SECRET]
        });
        Reply::new(403, &[("x-echo", TOKEN), ("set-cookie", TOKEN)], quoted.to_string())
    };
    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            let token = serde_json::json!({"access_token": TOKEN, "expires_in": 3600});
            Reply::json(&token.to_string())
        }
        _ if seen.header("authorization").is_some_and(|it| it.starts_with("Bearer")) => {
            echo(seen)
        }
        _ => oracle.refuse(seen).unwrap_or_else(|| echo(seen)),
    })
    .await;
    let (_folder, path) = place("secrets");
    let recorder = Recorder::create(&path).unwrap();
    for credentials in
        [service_account(), api_key(), Credentials::access_token("HUNTER2_TOKEN")]
    {
        let client = builder(&server, &Steps::default())
            .credentials(credentials)
            .attempt_layer(recorder.layer());
        let error = get().send(&client.build().unwrap()).await.unwrap_err();
        assert_eq!(error.status(), Some(403));
    }
    recorder.finish().unwrap();
    let (text, har) = read(&path);
    assert_eq!(entries(&har).len(), 3, "{text}");
    for secret in [TOKEN, PRIVATE, SECRET, "HUNTER2_TOKEN", "abcdefgh"] {
        let percent: String =
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let forms = [
            secret.to_owned(),
            percent,
            BASE64_STANDARD_NO_PAD.encode(secret),
            BASE64_URL_SAFE.encode(secret),
            BASE64_STANDARD.encode(format!("mdb_sa_id_1:{secret}")),
        ];
        for form in forms {
            assert!(!text.contains(&form), "{form} in {text}");
        }
    }
    for word in ["uthorization", "et-cookie", "Digest", "Bearer", "nonce", "/oauth/"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let error = body(&entries(&har)[0]);
    assert_eq!(
        (&error["errorCode"], &error["reason"]),
        (&json!("X"), &json!("Forbidden"))
    );
}

#[tokio::test]
async fn attempts_are_recorded_one_by_one_and_fail_again_when_played() {
    let packed = packed();
    let server = Server::start(move |number, _| match number {
        0 => Reply::new(429, &[("retry-after", "9")], r#"{"errorCode":"RATE_LIMITED"}"#),
        1 => Reply::raw("").reset(),
        _ => Reply::new(200, &[("content-encoding", "gzip")], &packed),
    })
    .await;
    let (_folder, path) = place("attempts");
    let recorder = Recorder::create(&path).unwrap();
    let client = recorded(&server, &recorder);
    let live = get().send(&client).await.unwrap();
    drop((client, recorder));
    let (_, har) = read(&path);
    let statuses: Vec<_> = entries(&har)
        .iter()
        .map(|entry| entry.pointer("/response/status").unwrap())
        .collect();
    assert_eq!(statuses, [&json!(429), &json!(0), &json!(200)]);

    let atlas = ReplayTransport::open(&path).unwrap();
    let client = atlas.client_builder().build().unwrap();
    let target = url(&entries(&har)[0]);
    let played = get().send(&client).await.unwrap();
    assert!(target.ends_with("/groups/1"), "{target}");
    assert_eq!((played.attempts(), live.attempts()), (3, 3));
    assert_eq!(played.value(), live.value());
    assert_eq!(atlas.clock().waits()[0].as_secs(), 9);
    assert_eq!(atlas.requests().len(), 3);
}

/// The names of codings are case-insensitive, and gzip has two (RFC 9110 section 8.4.1).
#[tokio::test]
async fn a_compressed_body_is_recorded_whatever_its_coding_is_called() {
    let names = ["gzip", "x-gzip", "GZIP", " gzip "];
    let packed = packed();
    let server = Server::start(move |number, _| {
        Reply::new(200, &[("content-encoding", names[number])], &packed)
    })
    .await;
    let (_folder, path) = place("codings");
    let recorder = Recorder::create(&path).unwrap();
    let client = recorded(&server, &recorder);
    for _ in names {
        assert_eq!(get().send(&client).await.unwrap()["size"], 7);
    }
    recorder.finish().unwrap();
    let (_, har) = read(&path);
    assert_eq!(entries(&har).len(), names.len());
    for entry in entries(&har) {
        assert_eq!(body(entry), json!({"size": 7}));
    }
}

#[tokio::test]
async fn a_download_streams_through_a_recorder_and_leaves_no_body() {
    let head = format!(
        "HTTP/1.1 200 X\r\ncontent-type: {}\r\ncontent-length: 9999999999\r\n\r\n",
        LOGS.accept
    );
    let server = Server::start(move |_, _| {
        Reply::raw(head.as_str()).endless(b"hunter2 ".repeat(999))
    })
    .await;
    let (_folder, path) = place("download");
    let recorder = Recorder::create(&path).unwrap().body_limit(1 << 12);
    let client = recorded(&server, &recorder);
    let request = Request::<Download>::new(&LOGS, &["1", "mongodb"]);
    let mut download = request.send(&client).await.unwrap().into_value();
    let mut taken = 0;
    while taken < 1 << 20 {
        taken += download.try_next().await.unwrap().unwrap().len();
    }
    drop(download);
    recorder.finish().unwrap();
    let (text, har) = read(&path);
    assert!(!text.contains("hunter2"));
    let content = entries(&har)[0].pointer("/response/content").unwrap();
    assert!(content.get("text").is_none() && content["size"].as_u64() >= Some(1 << 20));
    let url = url(&entries(&har)[0]);
    let target = url.strip_prefix(&server.url).unwrap();
    assert!(target.starts_with("/api/atlas/v2/groups/1/logs/text-"), "{target}");
    assert!(target.ends_with(".gz"), "{target}");
}

#[tokio::test]
async fn paths_are_known_by_templates_and_else_by_convention() {
    let links = format!(
        r#"{{"links":[
            {{"rel":"self","href":"URL/api/atlas/v2/groups/{ID}"}},
            {{"rel":"x","href":"URL/api/atlas/v2/groups/{ID}/backup/wolpertinger/snapshots/1.gz"}},
            {{"rel":"y","href":"URL/api/atlas/v2/orgs/{ID}/sandboxes/wolpertinger?pageNum=2&name=Ada"}}
        ]}}"#
    );
    let server = Server::start(move |_, seen| {
        let host = format!("http://{}", seen.header("host").unwrap());
        Reply::json(&links.replace("URL", &host))
    })
    .await;
    let (_folder, path) = place("paths");
    let recorder = Recorder::create(&path).unwrap().types(&ENTRIES);
    let client = recorded(&server, &recorder);
    let target = format!("/groups/{ID}/backup/wolpertinger/snapshots/1.gz");
    let raw = Request::raw(Method::Get, &target, Version::Preview);
    raw.with_output::<Json>().send(&client).await.unwrap();
    recorder.finish().unwrap();
    let (text, har) = read(&path);
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let links = body(&entries(&har)[0])["links"].clone();
    let paths: Vec<Vec<String>> = (0..3)
        .map(|at| links[at]["href"].as_str().unwrap())
        .map(|href| href.split('/').skip(5).map(str::to_owned).collect())
        .collect();
    let id = paths[0][2].clone();
    let [_, groups, found, backup, name, snapshots, file] = &paths[1][..] else {
        panic!("{paths:?}")
    };
    assert_eq!(paths[0][1], "groups");
    let fixed = [groups, found, backup, snapshots, file].map(String::as_str);
    assert_eq!(fixed, ["groups", &id, "backup", "snapshots", "1.gz"]);
    let [_, orgs, _, sandboxes, rest] = &paths[2][..] else { panic!("{paths:?}") };
    assert_eq!((orgs.as_str(), sandboxes.as_str()), ("orgs", "sandboxes"));
    assert!(rest.starts_with(&format!("{name}?pageNum=2&name=text-")), "{rest}");
    let requested = url(&entries(&har)[0]);
    assert_eq!(links[1]["href"], requested);
}

#[tokio::test]
async fn a_recording_is_in_place_as_a_whole() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let (_folder, path) = place("place");
    std::fs::write(&path, "older").unwrap();
    let count = || std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    let recorder = Recorder::create(&path).unwrap();
    let client = recorded(&server, &recorder);
    get().send(&client).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "older");
    recorder.flush().unwrap();
    assert_eq!(entries(&read(&path).1).len(), 1);
    for _ in 0..20 {
        get().send(&client).await.unwrap();
    }
    recorder.flush().unwrap();
    assert_eq!(entries(&read(&path).1).len(), 21);
    recorder.finish().unwrap();
    recorder.finish().unwrap();
    // After `finish`, nothing is recorded, and nothing fails.
    get().send(&client).await.unwrap();
    drop((client, recorder));
    assert_eq!((entries(&read(&path).1).len(), count()), (21, 1));

    // A recording that could not be moved to its path is removed.
    let recorder = Recorder::create(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(recorder.finish().is_err());
    drop(recorder);
    assert_eq!(count(), 1);
    assert!(Recorder::create("/no/such/folder/x.har").is_err());
}

#[tokio::test]
async fn a_gateway_and_its_page_are_not_shown() {
    let page =
        [("content-type", "text/html"), ("location", "https://wolpertinger.example/x")];
    let server = Server::start(move |number, _| match number {
        0 => Reply::new(502, &page, "<html>ada at wolpertinger</html>"),
        _ => Reply::json(r#"{"AKIA": "AKIAIOSFODNN7EXAMPLE", "id": 1}"#),
    })
    .await;
    let (_folder, path) = place("gateway");
    let recorder = Recorder::create(&path).unwrap();
    let to = server.url.clone();
    let client = builder(&server, &Steps::default())
        .base_url("https://gw.wolpertinger.example/wolpertinger")
        .transport(Elsewhere(
            to,
            builder(&server, &Steps::default()).build_transport().unwrap(),
        ))
        .attempt_layer(recorder.layer())
        .build()
        .unwrap();
    assert_eq!(get().send(&client).await.unwrap().attempts(), 2);
    recorder.finish().unwrap();
    let (text, har) = read(&path);
    for personal in PERSONAL.iter().chain(&["AKIAIO"]) {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let url = url(&entries(&har)[0]);
    assert!(url.starts_with("https://host-"), "{url}");
    assert!(url.ends_with(".example.com/api/atlas/v2/groups/1"), "{url}");
    let atlas = ReplayTransport::open(&path).unwrap();
    let client = atlas.client_builder().build().unwrap();
    assert_eq!(get().send(&client).await.unwrap()["id"], 1);
}

/// Sends every request to one server.
struct Elsewhere(String, std::sync::Arc<dyn Transport>);

impl Transport for Elsewhere {
    fn send(
        &self,
        mut request: Sent,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        request.url = format!("{}{}", self.0, request.url.path()).parse().unwrap();
        self.1.send(request)
    }
}
