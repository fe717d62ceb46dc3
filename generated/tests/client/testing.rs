//! The mock client: its responses, and its messages when a test is wrong.

#![cfg(all(feature = "clusters", feature = "projects", feature = "invoices"))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use atlas_admin::operation::Method;
use atlas_admin::testing::{self, ANY};
use atlas_admin::types::{ClusterDescription20240805, Group, PaginatedAtlasGroupView};
use atlas_admin::{
    Credentials, Options, RetryPolicy, clusters, invoices, list, projects, set,
};
use futures_util::TryStreamExt;

fn cluster(name: &str) -> ClusterDescription20240805 {
    ClusterDescription20240805 { name: set(name), ..Default::default() }
}

fn group(name: &str) -> Group {
    Group { name: set(name), org_id: set("o1"), ..Default::default() }
}

/// Returns the panic message of a failing test.
fn failure(test: impl AsyncFnOnce()) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test())))
        .expect_err("this test must fail");
    *panic.downcast::<String>().expect("a message")
}

#[tokio::test]
async fn responses_have_the_status_and_the_media_type_of_their_version() {
    let (client, atlas) = testing::mock_client();
    let create = projects::create_group(&group("MyProject"));
    atlas.on(&create).exactly().respond(Group { id: set("g1"), ..group("MyProject") });
    atlas.on(&clusters::delete_cluster("g1", "old")).respond(());

    let created = create.send(&client).await.unwrap();
    assert_eq!(created.id.as_deref(), Some("g1"), "the response has read-only fields");
    assert_eq!(created.headers()["content-type"], create.accept());
    let deleted = clusters::delete_cluster("g1", "old").send(&client).await.unwrap();
    assert_eq!(
        deleted.status(),
        clusters::delete_cluster("", "").operation().success[0]
    );

    let asked = atlas.single_request(&projects::create_group(&Default::default()));
    assert_eq!(asked.body::<Group>().name.as_deref(), Some("MyProject"));
    assert_eq!(asked.json()["orgId"], "o1");
    assert_eq!(asked.header("Accept"), Some(create.accept()));
    assert_eq!(atlas.requests().len(), 2);
}

#[tokio::test]
async fn a_list_is_returned_page_by_page() {
    let (client, atlas) = testing::mock_client();
    atlas.on(&projects::list_groups().page_num(2)).respond_json(serde_json::json!({
        "results": [{"name": "b", "orgId": "o1"}],
            "links": [],
    }));
    atlas.on(&projects::list_groups()).respond_json(serde_json::json!({
        "results": [{"name": "a", "orgId": "o1"}],
        "links": [{"rel": "next", "href": "https://cloud.mongodb.com/"}],
    }));
    let names: Vec<String> = projects::list_groups()
        .stream(&client)
        .map_ok(|group| group.name.unwrap_or_default())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(names, ["a", "b"]);

    let (client, atlas) = testing::mock_client();
    atlas.on(&projects::list_groups()).respond(PaginatedAtlasGroupView {
        results: list([group("only")]),
        ..Default::default()
    });
    let all: Vec<_> =
        projects::list_groups().stream(&client).try_collect().await.unwrap();
    assert_eq!(all.len(), 1);
}

#[tokio::test]
async fn what_goes_wrong_goes_wrong_as_with_the_service() {
    let (client, atlas) = testing::mock_client();
    let get = clusters::get_cluster("g1", "prod");
    atlas
        .on(&clusters::get_cluster(ANY, ANY))
        .throttle(Duration::from_secs(30))
        .break_connection()
        .html(502, "<html>")
        .respond(cluster("prod"))
        .fail(404, "CLUSTER_NOT_FOUND", "No cluster.")
        .hang()
        .times(5);

    assert_eq!(get.send(&client).await.unwrap().name.as_deref(), Some("prod"));
    let waits = atlas.clock().waits();
    assert_eq!(waits.len(), 3, "{waits:?}");
    assert!(waits[0] >= Duration::from_secs(30), "{waits:?}");

    let error = get.send(&client).await.unwrap_err();
    assert!(error.is_not_found() && error.code() == "CLUSTER_NOT_FOUND");
    let retry = RetryPolicy::new().attempts(5);
    let options = Options::new().timeout(Duration::from_secs(600)).retry(retry);
    assert!(get.send_with(&client, &options).await.unwrap_err().is_timeout());
    assert_eq!(atlas.requests_for(&get).len(), 10);
}

#[tokio::test]
async fn predicates_and_versions_choose_the_rule() {
    let (client, atlas) = testing::mock_client();
    let create = |name| projects::create_group(&group(name));
    atlas
        .on(&create(""))
        .when_body(|body: &Group| body.name.as_deref() == Some("taken"))
        .fail(409, "GROUP_ALREADY_EXISTS", "It exists.");
    atlas.on(&create("")).respond_with(|asked| asked.body()).always();
    atlas
        .on_path(Method::Get, "/api/atlas/v2/groups/*")
        .respond_json(serde_json::json!({"name": "raw"}));

    assert!(create("taken").send(&client).await.unwrap_err().is_conflict());
    let new = create("new").send(&client).await.unwrap();
    assert_eq!(new.name.as_deref(), Some("new"));
    let raw = projects::get_group("g9").send(&client).await.unwrap();
    assert_eq!(raw.name.as_deref(), Some("raw"));
}

#[tokio::test]
async fn a_payload_is_downloaded_and_a_token_granted() {
    let (_, atlas) = testing::mock_client();
    let account = Credentials::service_account("mdb_sa_id_1", "mdb_sa_sk_1");
    let client = atlas.client_builder().credentials(account).build().unwrap();
    atlas.on(&invoices::get_invoice_csv("o1", "i1")).respond_bytes("a,b\n1,2\n");
    let mut csv =
        invoices::get_invoice_csv("o1", "i1").send(&client).await.unwrap().into_value();
    assert_eq!(csv.chunk().await.unwrap().as_deref(), Some(&b"a,b\n1,2\n"[..]));
    let asked = atlas.single_request(&invoices::get_invoice_csv("o1", "i1"));
    assert_eq!(asked.header("authorization"), Some("Bearer mock"));
}

#[test]
fn a_test_that_asks_for_something_else_is_told_why() {
    let message = failure(async || {
        let (client, atlas) = testing::mock_client();
        let pinned = clusters::v2024_08_05::get_cluster;
        atlas.on(&pinned("g1", "prod")).respond(cluster("prod"));
        atlas
            .on(&clusters::list_clusters("g1").items_per_page(50))
            .respond(Default::default());
        _ = pinned("g1", "test").send(&client).await;
    });
    assert!(
        message.contains(
            "received: getCluster 2024-08-05: GET /api/atlas/v2/groups/g1/clusters/test"
        ),
        "{message}"
    );
    assert!(message.contains(r#"clusterName is "test", not "prod""#), "{message}");
    assert!(message.contains("client/testing.rs:"), "{message}");
    assert!(
        message.contains("itemsPerPage=50") && message.contains(": another operation"),
        "{message}"
    );

    let message = failure(async || {
        let (client, atlas) = testing::mock_client();
        atlas.on(&clusters::get_cluster("g1", "prod")).respond(cluster("prod"));
        for _ in 0..2 {
            _ = clusters::get_cluster("g1", "prod").send(&client).await;
        }
    });
    assert!(message.contains("used up"), "{message}");
}

#[test]
fn a_test_that_asks_for_too_little_is_told_what() {
    let message = failure(async || {
        let (client, atlas) = testing::mock_client();
        atlas.on(&clusters::get_cluster(ANY, "prod")).respond(cluster("prod")).times(2);
        _ = clusters::get_cluster("g1", "prod").send(&client).await;
    });
    assert!(message.contains("never requested"), "{message}");
    assert!(
        message.contains("clusters/prod") && message.contains("1 of 2"),
        "{message}"
    );

    let message = failure(async || {
        let (_, atlas) = testing::mock_client();
        atlas.single_request(&clusters::get_cluster(ANY, "prod"));
    });
    assert!(message.contains("received: nothing"), "{message}");
}

#[test]
fn an_order_is_kept_where_it_is_asked_for() {
    let message = failure(async || {
        let (client, atlas) = testing::mock_client();
        atlas.in_order();
        atlas.on(&clusters::get_cluster("g1", "a")).respond(cluster("a"));
        atlas.on(&clusters::get_cluster("g1", "b")).respond(cluster("b"));
        _ = clusters::get_cluster("g1", "b").send(&client).await;
    });
    assert!(message.contains("not yet next in order"), "{message}");
}

/// A panic in a task, which nobody observes, must not make the test pass.
#[test]
fn what_a_task_did_wrong_is_told_at_the_end() {
    let message = failure(async || {
        let (client, atlas) = testing::mock_client();
        let task = tokio::spawn(async move {
            _ = clusters::get_cluster("g1", "a").send(&client).await;
        });
        assert!(task.await.is_err());
        drop(atlas);
    });
    assert!(message.contains("unexpected request"), "{message}");
    assert!(message.contains("expected: nothing"), "{message}");
}

/// The program of the guide's page about testing.
#[tokio::test]
async fn waits_out_the_rate_limit() {
    let (client, atlas) = testing::mock_client();
    atlas
        .on(&clusters::get_cluster(ANY, "prod"))
        .throttle(Duration::from_secs(30))
        .respond(ClusterDescription20240805 { paused: set(true), ..Default::default() });

    let cluster = clusters::get_cluster("5f1b", "prod").send(&client).await.unwrap();

    assert_eq!(cluster.paused, Some(true));
    assert_eq!(atlas.requests_for(&clusters::get_cluster("5f1b", "prod")).len(), 2);
}
