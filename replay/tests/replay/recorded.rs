//! What a client's recorder writes is what this program reads.

use std::sync::{Arc, Mutex};

use atlas_admin::bytes::Bytes;
use atlas_admin::codec::Json;
use atlas_admin::http::Response;
use atlas_admin::layer::Recorder;
use atlas_admin::registry::{self, Payload};
use atlas_admin::testing::ReplayTransport;
use atlas_admin::transport::{Body, BoxFuture, Request as Sent, TransportError};
use atlas_admin::{Client, Request, Transport, clusters, projects, set, types};
use atlas_admin_fake::FakeService;
use atlas_admin_replay::exchange::replay;
use atlas_admin_replay::har;
use atlas_admin_replay::route::Routes;
use atlas_admin_runtime::template::Template;
use atlas_admin_samples::{Choice, Samples};

#[tokio::test]
async fn a_recording_is_of_the_operations_that_were_called() {
    let path = std::env::temp_dir().join(format!("recorded-{}.har", std::process::id()));
    let recorder = Recorder::create(&path).unwrap().types(registry::entries());
    let atlas = FakeService::start().await.unwrap();
    atlas.allow_missing();
    let client = atlas.client_builder().attempt_layer(recorder.layer()).build().unwrap();

    let group = types::Group { name: set("Lovelace"), ..Default::default() };
    let group = projects::create_group(&group).send(&client).await.unwrap();
    let id = group.id.clone().unwrap();
    let cluster = types::ClusterDescription20240805 {
        name: set("Wolpertinger"),
        ..Default::default()
    };
    clusters::create_cluster(&id, &cluster).send(&client).await.unwrap();
    let live = clusters::get_cluster(&id, "Wolpertinger").send(&client).await.unwrap();
    clusters::get_cluster(&id, "Lovelace").send(&client).await.unwrap_err();
    let reads = every_read(&client, &id).await;
    recorder.finish().unwrap();

    let text = std::fs::read_to_string(&path).unwrap();
    for personal in [&id, "Wolpertinger", "Lovelace"] {
        assert!(!text.contains(personal), "{personal}");
    }
    let exchanges = har::read(std::slice::from_ref(&path)).unwrap();
    assert!(exchanges.len() > 50, "{}", exchanges.len());
    assert_eq!(exchanges.len(), 4 + reads);
    let routes = Routes::new();
    for recorded in &exchanges {
        let outcome = replay(recorded, &routes);
        let url = &recorded.url;
        assert!(outcome.entry.is_ok(), "{url}: {:?}", outcome.entry);
        assert!(outcome.failures.is_empty(), "{url}: {:?}", outcome.failures);
        let is_odd =
            |kind| !matches!(kind, "missing" | "empty" | "unrecorded" | "status");
        let odd: Vec<_> =
            outcome.drift.iter().filter(|drift| is_odd(drift.kind)).collect();
        assert!(odd.is_empty(), "{url}: {odd:?}");
    }
    played_back(&path, &live).await;
    std::fs::remove_file(&path).unwrap();
}

/// Sends each read whose path has no other parameter than a project, and returns how many there
/// are.
async fn every_read(client: &atlas_admin::Client, id: &str) -> usize {
    let mut reads = 0;
    for entry in registry::entries() {
        let operation = entry.operation;
        let parameters = Template(operation.path).parameters().count();
        let is_json = matches!(entry.responses, [(_, Payload::Json(_)), ..]);
        if operation.method.as_str() != "GET" || !is_json || parameters > 1 {
            continue;
        }
        let values = [id];
        let request = Request::<Json>::new(operation, &values[..parameters]);
        // Some are not found, which is recorded as well.
        _ = request.send(client).await;
        reads += 1;
    }
    reads
}

/// Gets a cluster from the recording, and compares it with the one that was got.
async fn played_back(path: &std::path::Path, live: &types::ClusterDescription20240805) {
    let exchanges = har::read(&[path.to_owned()]).unwrap();
    let recorded = &exchanges[2];
    let segments: Vec<_> = recorded.url.split('/').collect();
    let [group, _, name] = segments[segments.len() - 3..] else {
        panic!("{segments:?}")
    };
    // The others are for the replayer.
    let atlas = ReplayTransport::open(path).unwrap().allow_unrequested();
    let client = atlas.client_builder().build().unwrap();
    let played = clusters::get_cluster(group, name).send(&client).await.unwrap();
    assert_eq!(played.name.as_deref(), Some(name));
    assert_eq!(played.state_name, live.state_name);
    assert_eq!(played.create_date, live.create_date);
    assert_eq!(played.cluster_type, live.cluster_type);
    assert!(!atlas.unrequested().is_empty());
}

/// Responds with what it was given last.
#[derive(Clone, Default)]
struct Canned(Arc<Mutex<(u16, String, &'static str)>>);

impl Transport for Canned {
    fn send(&self, _: Sent) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let (status, text, kind) = self.0.lock().unwrap().clone();
        let response = Response::builder().status(status).header("content-type", kind);
        let response = response.body(Body::from(Bytes::from(text))).unwrap();
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// Returns the kinds of what the types absorb of an exchange, and the number of failures. Without
/// the paths, for some names in them are pseudonyms.
fn findings(recorded: &har::Recorded, routes: &Routes) -> (Vec<&'static str>, usize) {
    let outcome = replay(recorded, routes);
    assert!(outcome.entry.is_ok(), "{}: {:?}", recorded.url, outcome.entry);
    let mut kinds: Vec<_> = outcome.drift.iter().map(|drift| drift.kind).collect();
    kinds.sort();
    (kinds, outcome.failures.len())
}

/// What the types say of a response of each type, they say of its recording.
#[tokio::test]
async fn pseudonyms_change_no_type() {
    let path = std::env::temp_dir().join(format!("types-{}.har", std::process::id()));
    let recorder = Recorder::create(&path).unwrap().types(registry::entries());
    let canned = Canned::default();
    let client = Client::builder()
        .transport(canned.clone())
        .pacing(false)
        .attempt_layer(recorder.layer())
        .build()
        .unwrap();
    let samples = Samples::vendored();
    let mut originals = Vec::new();
    for (number, entry) in registry::entries().enumerate() {
        let operation = entry.operation;
        let version = operation.version.to_string();
        let Some(pair) = samples.pair(operation.id, &version) else { continue };
        let [(status, Payload::Json(_)), ..] = entry.responses else { continue };
        for choice in [Choice::Full, Choice::Extended(number as u64)] {
            let Some(body) = samples.response(pair, *status, choice) else { continue };
            let body = body.to_string();
            *canned.0.lock().unwrap() = (*status, body.clone(), operation.accept);
            let parameters = Template(operation.path).parameters().count();
            let values = vec!["5f1b2c3d4e5f60718293a4b5"; parameters];
            let request = Request::<Json>::new(operation, &values);
            if request.send(&client).await.is_ok() {
                originals.push(body);
            }
        }
    }
    recorder.finish().unwrap();
    let exchanges = har::read(std::slice::from_ref(&path)).unwrap();
    assert_eq!(exchanges.len(), originals.len());
    assert!(exchanges.len() > 500, "{}", exchanges.len());
    let routes = Routes::new();
    for (mut recorded, original) in exchanges.into_iter().zip(originals) {
        let shown = findings(&recorded, &routes);
        recorded.response.body = har::Body::Bytes(original.into_bytes());
        assert_eq!(shown, findings(&recorded, &routes), "{}", recorded.url);
    }
    std::fs::remove_file(&path).unwrap();
}
