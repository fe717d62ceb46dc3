//! The fake of the service, called by our client and by plain HTTP requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atlas_admin::codec::{Json, Map};
use atlas_admin::registry::{Entry, Payload};
use atlas_admin::types::{
    CloudDatabaseUser, ClusterDescription20240805, Group, SearchIndexCreateRequest,
    StateName, VectorSearchIndexCreateRequest, VectorSearchIndexDefinition,
};
use atlas_admin::{
    Client, Credentials, Error, RetryPolicy, atlas_search, clusters, database_users,
    events, invoices, list, projects, set,
};
use atlas_admin_fake::{API_KEY, FakeExpectation, FakeService, SERVICE_ACCOUNT};
use atlas_admin_runtime::testing::ANY;
use futures_util::TryStreamExt;

use crate::by_hand::{http, token};
use crate::resources::{ORG, cluster, group};

async fn fake() -> FakeService {
    FakeService::start().await.unwrap()
}

fn by_key(fake: &FakeService) -> Client {
    let key = Credentials::api_key(API_KEY.0, API_KEY.1);
    Client::builder().base_url(fake.url()).credentials(key).build().unwrap()
}

fn by_account(fake: &FakeService) -> Client {
    fake.client_builder().build().unwrap()
}

#[tokio::test]
async fn what_is_made_is_there_until_it_is_deleted() {
    let fake = fake().await;
    for client in [by_key(&fake), by_account(&fake)] {
        let project =
            projects::create_group(&group("MyProject")).send(&client).await.unwrap();
        let id = project.id.clone().unwrap();
        assert_eq!((id.len(), project.name.as_deref()), (24, Some("MyProject")));
        let got = projects::get_group(&id).send(&client).await.unwrap();
        assert_eq!(*got, *project);
        let named =
            projects::get_group_by_name("MyProject").send(&client).await.unwrap();
        assert_eq!(named.id, project.id);
        let again = projects::create_group(&group("MyProject")).send(&client).await;
        assert!(again.unwrap_err().is_conflict(), "its name finds one project");
        let none = projects::get_group_by_name("Other").send(&client).await;
        assert!(none.unwrap_err().is_not_found());

        let made =
            clusters::create_cluster(&id, &cluster("prod")).send(&client).await.unwrap();
        assert_eq!(made.status(), 201);
        assert!(made.id.is_some() && made.state_name.is_some(), "{made:?}");
        assert_ne!(made.id, project.id, "a resource has an id of its own");
        let again = clusters::create_cluster(&id, &cluster("prod")).send(&client).await;
        assert!(again.unwrap_err().is_conflict());

        let change =
            ClusterDescription20240805 { paused: Some(true), ..Default::default() };
        clusters::update_cluster(&id, "prod", &change).send(&client).await.unwrap();
        let prod = clusters::get_cluster(&id, "prod").send(&client).await.unwrap();
        assert_eq!((prod.paused, &prod.id), (Some(true), &made.id));

        for n in 0..3 {
            let more = cluster(&format!("c{n}"));
            clusters::create_cluster(&id, &more).send(&client).await.unwrap();
        }
        let all: Vec<_> = clusters::list_clusters(&id)
            .items_per_page(2)
            .stream(&client)
            .try_collect()
            .await
            .unwrap();
        assert_eq!(all.len(), 4);

        clusters::delete_cluster(&id, "prod").send(&client).await.unwrap();
        let gone = clusters::get_cluster(&id, "prod").send(&client).await.unwrap_err();
        assert!(gone.is_not_found() && gone.api().detail.is_some(), "{gone}");
        projects::delete_group(&id).send(&client).await.unwrap();
        let left = clusters::list_clusters(&id).send(&client).await;
        assert!(left.unwrap_err().is_not_found(), "what it held went with it");
        client.revoke().await.unwrap();
    }
    let asked = fake.requests_for(&clusters::create_cluster(ANY, &cluster("")));
    assert_eq!(asked.len(), 10);
    assert_eq!(
        asked[0].body::<ClusterDescription20240805>().name.as_deref(),
        Some("prod")
    );
}

#[tokio::test]
async fn names_are_taken_only_where_the_service_says_so() {
    let fake = fake().await;
    let client = by_account(&fake);
    let create = async |database: &str, name: &str| {
        let user = CloudDatabaseUser {
            database_name: set(database),
            username: set(name),
            group_id: set("g1"),
            roles: set([]),
            ..Default::default()
        };
        database_users::create_database_user("g1", &user).send(&client).await
    };
    // A user is identified by both names.
    create("admin", "alice").await.unwrap();
    create("$external", "alice").await.unwrap();
    create("admin", "bob").await.unwrap();
    let again = create("$external", "alice").await.unwrap_err();
    assert!(again.is_conflict() && again.to_string().contains("$external/alice"));
    let get = database_users::get_database_user("g1", "$external", "alice");
    let user = get.send(&client).await.unwrap();
    assert_eq!(user.database_name, set("$external"));

    // A collection has many indexes, and another collection may have one with the same name.
    for (database, name) in [("shop", "one"), ("shop", "two"), ("attic", "one")] {
        let index =
            SearchIndexCreateRequest::VectorSearch(VectorSearchIndexCreateRequest {
                database: set(database),
                collection_name: set("orders"),
                name: set(name),
                definition: set(VectorSearchIndexDefinition {
                    fields: list([Map::from([("type".to_owned(), "vector".into())])]),
                    ..Default::default()
                }),
                ..Default::default()
            });
        let create = atlas_search::create_cluster_search_index("g1", "prod", &index);
        create.send(&client).await.unwrap();
    }

    // The name of a project is unique only within its organization.
    let mut other = group("MyProject");
    projects::create_group(&other).send(&client).await.unwrap();
    other.org_id = set("32b6e34b3d91647abb20e7b8");
    projects::create_group(&other).send(&client).await.unwrap();
    let again = projects::create_group(&other).send(&client).await;
    assert!(again.unwrap_err().is_conflict());
}

#[tokio::test]
async fn a_resource_is_made_where_its_parent_is() {
    let fake = fake().await;
    let client = by_account(&fake);
    let make = async |id: &str| {
        clusters::create_cluster(id, &cluster("prod")).send(&client).await
    };
    make("any").await.expect("a test need not make a project first");
    let project = projects::create_group(&group("One")).send(&client).await.unwrap();
    let missing = make("another").await.unwrap_err();
    assert!(missing.to_string().contains("/api/atlas/v2/groups/another."), "{missing}");
    let list = events::list_group_events("another").send(&client).await;
    assert!(list.unwrap_err().is_not_found());
    make(project.id.as_deref().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_post_must_hold_what_the_document_requires_unless_the_fake_is_told_otherwise()
{
    let fake = fake().await;
    let client = by_account(&fake);
    let nameless = Group { org_id: set(ORG), ..Default::default() };
    let create = projects::create_group(&nameless);
    assert_eq!(create.missing(), ["name"]);
    let refused = create.send(&client).await.unwrap_err();
    assert_eq!(refused.status(), Some(400));
    assert!(refused.to_string().contains("name must be set"), "{refused}");
    fake.allow_missing();
    assert!(create.send(&client).await.unwrap().id.is_some());
    // A change may omit required properties.
    let project = projects::create_group(&group("One")).send(&client).await.unwrap();
    let patch =
        atlas_admin::types::GroupUpdate { name: set("Two"), ..Default::default() };
    let id = project.id.as_deref().unwrap();
    projects::update_group(id, &patch).send(&client).await.unwrap();
}

#[tokio::test]
async fn what_is_sent_empty_comes_back_empty() {
    let fake = fake().await;
    let client = by_account(&fake);
    let made = projects::create_group(&group("")).send(&client).await.unwrap();
    assert_eq!(made.name.as_deref(), Some(""));
    let id = made.id.as_deref().unwrap();
    let got = projects::get_group(id).send(&client).await.unwrap();
    assert_eq!(got.name.as_deref(), Some(""));

    // A body without required properties may be omitted; this one is optional in the document.
    let pin = format!(
        "{}/api/atlas/v2/groups/{id}/clusters/prod:pinFeatureCompatibilityVersion",
        fake.url()
    );
    let http = http();
    let accept = "application/vnd.atlas.2024-05-30+json";
    let request = http.post(pin).header("accept", accept);
    let request = request.bearer_auth(token(&http, &fake).await);
    assert_eq!(raw(request).await.0, 204);
}

/// The fake can generate every type that the document declares.
#[tokio::test]
async fn every_get_returns_what_its_type_reads() {
    let fake = fake().await;
    let http = http();
    let bearer = token(&http, &fake).await;
    let mut read = 0;
    for entry in atlas_admin::registry::entries() {
        let operation = entry.operation;
        if operation.method.as_str() != "GET" || entry.body.is_some() {
            continue;
        }
        let path = operation.path.replace(['{', '}'], "");
        let response = http
            .get(fake.url() + &path)
            .header("accept", operation.accept)
            .bearer_auth(&bearer)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").cloned();
        let body = response.bytes().await.unwrap();
        assert!(
            operation.success.contains(&status) || status == 404,
            "{} {}: {status} {}",
            operation.id,
            operation.version,
            String::from_utf8_lossy(&body)
        );
        if status == 404 {
            continue;
        }
        read += 1;
        if !body.is_empty() || !is_bodiless(entry) {
            assert_eq!(kind.unwrap(), operation.accept, "{}", operation.id);
        }
        if let Some(value) = entry.decode_response(status, &body) {
            value.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        }
    }
    assert!(read > 150, "{read}");
}

#[tokio::test]
async fn it_fails_throttles_and_slows_down_as_it_is_told() {
    let fake = fake().await;
    let client = by_account(&fake);
    fake.on(&projects::list_groups()).throttle(Duration::from_secs(1));
    let begun = Instant::now();
    projects::list_groups().send(&client).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    fake.on_all().slow(Duration::from_millis(300)).break_connection();
    let begun = Instant::now();
    projects::list_groups().send(&client).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let never = fake.client_builder().retry(RetryPolicy::never()).build().unwrap();
    assert!(projects::list_groups().send(&never).await.unwrap_err().is_retryable());

    fake.on_all().fail(
        403,
        "IP_ADDRESS_NOT_ON_ACCESS_LIST",
        "IP address 203.0.113.7 is not allowed.",
    );
    let error: Error = projects::list_groups().send(&client).await.unwrap_err();
    assert!(error.is_not_on_access_list(), "{error}");

    use StateName as State;
    let creating = ClusterDescription20240805 {
        state_name: Some(State::Creating),
        ..cluster("prod")
    };
    fake.store(&clusters::get_cluster("g1", "prod"), creating);
    fake.on(&clusters::get_cluster(ANY, "prod"))
        .pass()
        .change(|cluster| cluster.state_name = Some(State::Idle));
    let ready = clusters::get_cluster("g1", "prod")
        .poll(&client)
        .interval(Duration::from_millis(1))
        .until(|cluster| cluster.state_name == Some(State::Idle))
        .await
        .unwrap();
    assert_eq!(ready.name.as_deref(), Some("prod"));
    assert_eq!(fake.requests_for(&clusters::get_cluster("g1", "prod")).len(), 2);
}

/// With the lock of the store held, this would deadlock.
#[tokio::test]
async fn a_change_may_use_the_fake() {
    let fake = Arc::new(fake().await);
    let client = by_account(&fake);
    fake.store(&projects::get_group("g1"), group("One"));
    let inner = Arc::downgrade(&fake);
    fake.on(&projects::get_group("g1")).change(move |group| {
        let fake = inner.upgrade().unwrap();
        fake.store(&clusters::get_cluster("g1", "prod"), cluster("prod"));
        group.name = set("Two");
    });
    let changed = projects::get_group("g1").send(&client).await.unwrap();
    assert_eq!(changed.name.as_deref(), Some("Two"));
    clusters::get_cluster("g1", "prod").send(&client).await.unwrap();
}

#[tokio::test]
async fn it_keeps_no_requests_where_it_is_told_to_forget_them() {
    let fake = FakeService::builder().forget_requests().start().await.unwrap();
    let client = by_account(&fake);
    fake.on_all().fail(403, "CODE", "An expectation works nevertheless.");
    projects::list_groups().send(&client).await.unwrap_err();
    projects::list_groups().send(&client).await.unwrap();
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn what_is_below_is_deleted_through_the_former_api_too() {
    let fake = FakeService::builder().populate().start().await.unwrap();
    let client = by_account(&fake);
    clusters::create_cluster("g 1", &cluster("prod")).send(&client).await.unwrap();
    let http = http();
    let path = "/api/atlas/v1.0/groups/g%201";
    let delete = http.delete(fake.url() + path).header("accept", "application/json");
    let delete = delete.bearer_auth(token(&http, &fake).await);
    assert_eq!(raw(delete).await.0, 204);
    let left = clusters::list_clusters("g 1").send(&client).await.unwrap();
    assert!(left.items().is_empty(), "{left:?}");
}

#[tokio::test]
async fn what_nobody_can_make_is_made_from_its_type() {
    let fake = fake().await;
    let client = by_account(&fake);
    let page = events::list_group_events("g1").send(&client).await.unwrap();
    assert_eq!(page.items().len(), 1);
    let again = events::list_group_events("g1").send(&client).await.unwrap();
    assert_eq!(*page, *again);
    let mut csv =
        invoices::get_invoice_csv("o1", "i1").send(&client).await.unwrap().into_value();
    assert!(csv.chunk().await.unwrap().is_some_and(|chunk| !chunk.is_empty()));
}

/// Sends a plain HTTP request, and returns its status and error code.
async fn raw(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    let json = Json::from_slice(&body).unwrap_or_default();
    if status >= 400 {
        assert_eq!(
            json["error"].as_u64(),
            Some(status.into()),
            "the format of the service's errors: {json}"
        );
    }
    (status, json["errorCode"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn requests_by_hand_are_judged_as_the_service_does() {
    const GROUPS: &str = "/api/atlas/v2/groups";
    const ACCEPT: &str = "application/vnd.atlas.2024-08-05+json";
    let fake = fake().await;
    let http = http();
    let bearer = token(&http, &fake).await;
    let get = |path: &str, accept: &str| {
        http.get(fake.url() + path).header("accept", accept).bearer_auth(&bearer)
    };
    let post = |kind: &str, body: &'static str| {
        let request = http.post(fake.url() + GROUPS).header("accept", ACCEPT);
        request.bearer_auth(&bearer).header("content-type", kind).body(body)
    };

    // As in Atlas's introduction: a date between two versions, and plain JSON.
    assert_eq!(raw(get(GROUPS, ACCEPT)).await.0, 200);
    let body = r#"{"name":"MyProject","orgId":"5a0a1e7e0f2912c554080adc"}"#;
    assert_eq!(raw(post("application/json", body)).await.0, 200);

    let without =
        http.get(fake.url() + GROUPS).header("accept", ACCEPT).send().await.unwrap();
    assert_eq!(without.status(), 401);
    let challenge = without.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Digest realm="), "{challenge}");
    let wrong = http.get(fake.url() + GROUPS).header("accept", ACCEPT).bearer_auth("x");
    assert_eq!(raw(wrong).await.0, 401);

    assert_eq!(raw(get("/api/atlas/v2/moons", ACCEPT)).await.0, 404);
    assert_eq!(
        raw(get(&format!("{GROUPS}/32b6e34b3d91647abb20e7b8"), ACCEPT)).await,
        (404, "RESOURCE_NOT_FOUND".to_owned())
    );
    for unknown in [
        "application/vnd.atlas.1999-01-01+json",
        "application/vnd.atlas.2024-08-05+csv",
        "application/vnd.atlas.soon+json",
        "text/html",
        "*/*;q=0",
    ] {
        assert_eq!(raw(get(GROUPS, unknown)).await.0, 406, "{unknown}");
    }
    // A deprecated version has headers that say so.
    let old =
        get("/api/atlas/v2/groups/g1/clusters", "application/vnd.atlas.2023-01-01+json");
    let sunset = old.send().await.unwrap().headers()["sunset"].clone();
    assert!(sunset.to_str().unwrap().ends_with(" 00:00:00 GMT"), "{sunset:?}");
    // Clients that know no versions get the newest.
    for newest in ["application/json", "*/*", "text/html, application/json;q=0.5"] {
        assert_eq!(raw(get(GROUPS, newest)).await.0, 200, "{newest}");
    }
    let put =
        http.put(fake.url() + GROUPS).header("accept", ACCEPT).bearer_auth(&bearer);
    assert_eq!(raw(put).await.0, 405);
    assert_eq!(raw(post("text/plain", body)).await.0, 415);
    for bad in ["", "{", "[]", "{}", "null", r#"{"name":1,"orgId":"o"}"#] {
        assert_eq!(raw(post(ACCEPT, bad)).await.0, 400, "{bad:?}");
    }
    let unset = r#"{"name":"Unset","orgId":"5a0a1e7e0f2912c554080adc","tags":null}"#;
    assert_eq!(raw(post(ACCEPT, unset)).await.0, 200);

    let old = "application/vnd.atlas.2023-02-01+json";
    fake.store(&projects::get_group("g1"), group("One"));
    let access_list = fake.url() + GROUPS + "/g1/accessList";
    for (body, status) in [("[null]", 400), (r#"[{"comment":null}]"#, 200)] {
        let request = http.post(&access_list).header("accept", ACCEPT);
        let request = request.header("content-type", ACCEPT).bearer_auth(&bearer);
        assert_eq!(raw(request.body(body)).await.0, status, "{body}");
    }
    let clusters = format!("{GROUPS}/g1/clusters");
    assert_eq!(raw(get(&clusters, old)).await.0, 200);
    fake.set_date(atlas_admin::jiff::civil::date(2099, 1, 1));
    assert_eq!(raw(get(&clusters, old)).await.0, 410);
    assert_eq!(raw(get(&clusters, ACCEPT)).await.0, 200);

    let revoke = http.post(fake.url() + "/api/oauth/revoke");
    let revoke = revoke.basic_auth(SERVICE_ACCOUNT.0, Some(SERVICE_ACCOUNT.1));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let revoke = revoke.header(form.0, form.1).body(format!("token={bearer}"));
    assert_eq!(revoke.send().await.unwrap().status(), 200);
    assert_eq!(raw(get(GROUPS, ACCEPT)).await.0, 401);
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let fake = fake().await;
    let key = Credentials::api_key(API_KEY.0, "wrong");
    let account = Credentials::service_account(SERVICE_ACCOUNT.0, "wrong");
    for wrong in [key, account] {
        let client =
            Client::builder().base_url(fake.url()).credentials(wrong).build().unwrap();
        let error = projects::list_groups().send(&client).await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
    }
    assert!(fake.requests().is_empty());
}

/// Returns whether an operation declares no body: documents have such reads.
fn is_bodiless(entry: &Entry) -> bool {
    entry.responses.iter().all(|(_, payload)| matches!(payload, Payload::Empty))
}
