//! The guide's page on updates, with a test for each of its sentences.
//!
//! What holds for every operation is tested with the registry, in `samples/tests/types/write`.

#![cfg(all(
    feature = "alert-configurations",
    feature = "clusters",
    feature = "database-users",
    feature = "projects",
    feature = "streams",
    feature = "third-party-integrations"
))]

use atlas_admin::codec::{self, Extra, Json, Nullable, Value};
use atlas_admin::types::{
    CloudDatabaseUser, ClusterDescription20240805, DatadogNotification, Group,
    GroupAlertsConfig, ReplicationSpec20240805, StreamsModifyStreamProcessor,
    StreamsProcessorWithStats, ThirdPartyIntegration,
};
use atlas_admin::{
    Request, alert_configurations, clusters, database_users, json, list, projects, set,
    streams, third_party_integrations,
};

const PROJECT: &str = "32b6e34b3d91647abb20e7b8";

/// Reads a response of the service.
fn received<T: Value + Default>(response: &str) -> T {
    let mut value = T::default();
    codec::decode(response.as_bytes(), &mut value).unwrap();
    value
}

/// Returns the body that a request sends.
fn sent<T>(request: &Request<T>) -> String {
    String::from_utf8(request.body_bytes().unwrap().unwrap().to_vec()).unwrap()
}

/// A property is sent if and only if it is set: `Some` is sent, `None` is not, whatever the document requires.
#[test]
fn what_is_set_is_sent() {
    let user = CloudDatabaseUser { password: set("n3w"), ..Default::default() };
    let update = database_users::update_database_user(PROJECT, "admin", "app", &user);
    assert_eq!(sent(&update), r#"{"password":"n3w"}"#);
    let user = CloudDatabaseUser { roles: set([]), ..user };
    let update = database_users::update_database_user(PROJECT, "admin", "app", &user);
    assert_eq!(sent(&update), r#"{"password":"n3w","roles":[]}"#);
}

/// A `Nullable` can be set to `null`, and `extra.insert(name, Json::Null)` sends a `null` for any property.
#[test]
fn null_is_sent_where_it_is_meant() {
    let mut notification = DatadogNotification::default();
    notification.extra.insert("notifierId", Json::Null);
    assert_eq!(codec::encode(&notification).unwrap(), br#"{"notifierId":null}"#);
    let null: Nullable<String> = Nullable::Null;
    assert_eq!(codec::encode(&null).unwrap(), b"null");
}

/// `Request::missing()` names the unset properties that the document requires of a POST or PUT; the client sends the request all the same.
#[test]
fn what_is_missing_is_named() {
    let nameless = Group { org_id: set(PROJECT), ..Default::default() };
    let create = projects::create_group(&nameless);
    assert_eq!(create.missing(), ["name"]);
    assert_eq!(sent(&create), format!(r#"{{"orgId":"{PROJECT}"}}"#));
}

const CLUSTER: &str = r#"{"id":"1","name":"prod","stateName":"IDLE","new":1,
    "replicationSpecs":[{"id":"2","zoneId":"3","zoneName":"EU"}]}"#;

/// A record that came from the service is sent without read-only and undeclared properties; only for an undeclared variant of a union, PUT sends the undeclared ones, because PUT deletes a property that the body lacks.
#[test]
fn what_only_the_service_sets_is_left_out() {
    let mut cluster: ClusterDescription20240805 = received(CLUSTER);
    cluster.replication_specs = None;
    let update = clusters::update_cluster(PROJECT, "prod", &cluster);
    assert_eq!(sent(&update), r#"{"name":"prod"}"#);
    let text = r#"{"type":"NEW","id":"1","level":"high"}"#;
    let integration: ThirdPartyIntegration = received(text);
    let update = third_party_integrations::update_group_integration(
        PROJECT,
        "NEW".into(),
        &integration,
    );
    assert!(sent(&update).contains(r#""level":"high""#));
}

/// PATCH and PUT send the `id` of each item of a list, although it is read-only, because the service deletes an item that it can't identify.
#[test]
fn what_identifies_an_item_is_sent() {
    let mut cluster: ClusterDescription20240805 = received(CLUSTER);
    cluster.name = None;
    let update = clusters::update_cluster(PROJECT, "prod", &cluster);
    assert_eq!(sent(&update), r#"{"replicationSpecs":[{"id":"2","zoneName":"EU"}]}"#);
    let create = clusters::create_cluster(PROJECT, &cluster);
    assert_eq!(sent(&create), r#"{"replicationSpecs":[{"zoneName":"EU"}]}"#);
}

/// `extra.insert` sends any property: read-only, undeclared, or declared with another type.
#[test]
fn what_is_inserted_is_sent() {
    let mut cluster: ClusterDescription20240805 = received(CLUSTER);
    (cluster.name, cluster.replication_specs) = (None, None);
    cluster.extra.insert("id", "1");
    cluster.extra.insert("yetUndeclared", json!({"b": 1, "a": 2}));
    cluster.extra.insert("paused", "soon");
    let update = clusters::update_cluster(PROJECT, "prod", &cluster);
    let body = r#"{"id":"1","paused":"soon","yetUndeclared":{"b":1,"a":2}}"#;
    assert_eq!(sent(&update), body);
}

/// A record that your program makes is sent with every property that you set, read-only or not; with `..received` in its literal, it counts as one that came from the service, and with `extra: Extra::default()`, as one that your program makes.
#[test]
fn the_origin_of_a_record_decides() {
    let spec = ReplicationSpec20240805 { zone_id: set("3"), ..Default::default() };
    let own = ClusterDescription20240805 {
        id: set("1"),
        replication_specs: list([spec]),
        ..Default::default()
    };
    let body = r#"{"id":"1","replicationSpecs":[{"zoneId":"3"}]}"#;
    assert_eq!(sent(&clusters::create_cluster(PROJECT, &own)), body);

    let received: ClusterDescription20240805 = received(r#"{"id":"1","name":"prod"}"#);
    let copy = ClusterDescription20240805 { name: set("copy"), ..received.clone() };
    let create = clusters::create_cluster(PROJECT, &copy);
    assert_eq!(sent(&create), r#"{"name":"copy"}"#);
    let own = ClusterDescription20240805 { extra: Extra::default(), ..received };
    let create = clusters::create_cluster(PROJECT, &own);
    assert_eq!(sent(&create), r#"{"id":"1","name":"prod"}"#);
}

/// PATCH leaves out a secret that the service has masked (`****`); PUT fails and names the secret until you set or clear it, unless the service is known to keep it.
#[test]
fn a_masked_secret_is_not_the_secret() {
    let shown = r#"{"type":"DATADOG","region":"US","apiKey":"****************a23c"}"#;
    let mut datadog: ThirdPartyIntegration = received(shown);
    let update = |integration: &ThirdPartyIntegration| {
        let request = third_party_integrations::update_group_integration(
            PROJECT,
            "DATADOG".into(),
            integration,
        );
        request.body_bytes().map(|_| ()).map_err(|error| error.to_string())
    };
    let told = update(&datadog).unwrap_err();
    assert!(told.contains("`apiKey` holds the masked value"), "{told}");
    let ThirdPartyIntegration::Datadog(new) = &mut datadog else { panic!() };
    new.api_key = set("s3cret");
    update(&datadog).unwrap();
    let ThirdPartyIntegration::Datadog(new) = &mut datadog else { panic!() };
    new.api_key = None;
    update(&datadog).unwrap();

    let alert: GroupAlertsConfig = received(
        r#"{"eventTypeName":"NO_PRIMARY","notifications":[
            {"typeName":"SLACK","notifierId":"4","apiToken":"****"}]}"#,
    );
    let update = alert_configurations::update_alert_config(PROJECT, "5", &alert);
    assert_eq!(update.left_out(), ["notifications[0].apiToken"]);
    assert!(sent(&update).contains(r#""notifierId":"4""#));

    let left_out = |user: &CloudDatabaseUser| {
        database_users::update_database_user(PROJECT, "admin", "app", user).left_out()
    };
    let shown = received(r#"{"username":"app","password":"****"}"#);
    assert_eq!(left_out(&shown), ["password"]);
    // The service returned nothing that could be the mask.
    let mut user: CloudDatabaseUser = received(r#"{"username":"app"}"#);
    user.password = set("my****password");
    assert!(left_out(&user).is_empty());
}

/// `Request::left_out()` names every received property that is not sent.
#[test]
fn what_is_left_out_is_named() {
    let cluster: ClusterDescription20240805 = received(CLUSTER);
    let update = clusters::update_cluster(PROJECT, "prod", &cluster);
    assert_eq!(
        update.left_out(),
        ["id", "stateName", "new", "replicationSpecs[0].zoneId"]
    );
}

/// Free-form values keep the order of their keys and the spelling of their numbers; the macro `json!` keeps the order in which you write the keys.
#[test]
fn order_and_spelling_are_kept() {
    let stage = r#"{"$sort":{"score":-1,"name":1,"weight":1.50}}"#;
    let processor: StreamsProcessorWithStats =
        received(&format!(r#"{{"pipeline":[{stage}]}}"#));
    let change = StreamsModifyStreamProcessor {
        pipeline: processor.pipeline,
        ..Default::default()
    };
    let update = streams::update_stream_processor(PROJECT, "t", "top", &change);
    assert_eq!(sent(&update), format!(r#"{{"pipeline":[{stage}]}}"#));
    let written = json!({"$sort": {"score": -1, "name": 1}});
    assert_eq!(written.to_string(), r#"{"$sort":{"score":-1,"name":1}}"#);
}
