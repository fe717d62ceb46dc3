use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::testing::ReplayTransport;
use atlas_admin_runtime::{Request, json};

use super::api::{LIST, get, service_account};

fn recording(entries: &str) -> ReplayTransport {
    let text = format!(r#"{{"log":{{"entries":[{entries}]}}}}"#);
    ReplayTransport::from_slice(text.as_bytes()).unwrap()
}

fn recorded(target: &str, text: &str) -> String {
    let url = format!("https://gw.example/proxy/api/atlas/v2{target}");
    let headers = json!([{"name": "content-encoding", "value": "br"}]);
    let entry = json!({
        "request": {"method": "GET", "url": url},
        "response": {"status": 200, "headers": headers, "content": {"size": 2, "text": text}},
    });
    entry.to_string()
}

#[tokio::test]
async fn a_recording_is_played_in_its_order_for_each_target() {
    let entries = [
        recorded("/groups/1", r#"{"id":"a"}"#),
        recorded("/groups?a=1&b=2", r#"{"id":"list"}"#),
        recorded("/groups/1", r#"{"id":"b"}"#),
    ];
    let atlas = recording(&entries.join(","));
    let client = atlas.client_builder().credentials(service_account()).build().unwrap();
    let list = Request::<Json>::new(&LIST, &[]).query("b", 2).query("a", 1);
    assert_eq!(atlas.unrequested().len(), 3);
    for (request, id) in [(get(), "a"), (list, "list"), (get(), "b")] {
        assert_eq!(request.send(&client).await.unwrap()["id"], id);
    }
    assert!(atlas.unrequested().is_empty());
    atlas.verify();
}

fn panic_of(action: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let problem = std::panic::catch_unwind(action).unwrap_err();
    *problem.downcast::<String>().unwrap()
}

#[test]
fn unrecorded_requests_and_unused_recordings_are_reported() {
    let runtime =
        || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let problem = panic_of(|| {
        let atlas = recording(&recorded("/groups/1?a=1", "{}"));
        let client = atlas.client_builder().build().unwrap();
        _ = runtime().block_on(get().send(&client).into_future());
    });
    assert!(problem.contains("received: GET /api/atlas/v2/groups/1\n"), "{problem}");
    assert!(problem.contains("left: GET /api/atlas/v2/groups/1?a=1 (another query)"));

    let problem = panic_of(|| drop(recording(&recorded("/groups/1", "{}"))));
    assert!(
        problem.contains("never requested\n  GET /api/atlas/v2/groups/1"),
        "{problem}"
    );

    let entries = recorded("/groups/1", "{}");
    drop(recording(&entries).allow_unrequested());

    let left_out = r#"{"request":{"method":"GET","url":"https://x/api/atlas/v2/groups/1"},
        "response":{"status":200,"content":{"size":9}}}"#;
    let problem = panic_of(|| {
        let atlas = recording(left_out);
        let client = atlas.client_builder().build().unwrap();
        _ = runtime().block_on(get().send(&client).into_future());
    });
    assert!(problem.contains("omits the body"), "{problem}");

    for no_recording in
        ["", "{}", r#"{"log":{"entries":[]}}"#, r#"{"log":{"entries":[1]}}"#]
    {
        assert!(ReplayTransport::from_slice(no_recording.as_bytes()).is_err());
    }
}
