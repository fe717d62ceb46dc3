//! Reading, changing and sending back a value, as a program does.
//!
//! What holds for every operation is tested with the registry, in `samples/tests/types/write.rs`.

#![cfg(all(
    feature = "clusters",
    feature = "alert-configurations",
    feature = "federated-authentication",
    feature = "projects"
))]

use atlas_admin::Request;
use atlas_admin::codec::{self, Nullable, Value};
use atlas_admin::types::{
    ClusterDescription20240805, FederationIdentityProvider,
    FederationIdentityProviderUpdate, Group, GroupAlertsConfig,
};
use atlas_admin::{
    alert_configurations, clusters, federated_authentication, projects, set,
};
use serde_json::{Value as Json, json};

/// Decodes a response of the service.
fn received<T: Value + Default>(response: &Json) -> T {
    let mut value = T::default();
    codec::decode(response.to_string().as_bytes(), &mut value).unwrap();
    value
}

/// Returns the body that a request sends, as text and as JSON.
fn sent<T>(request: &Request<T>) -> (String, Json) {
    let text = request.body_bytes().unwrap().unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap();
    (text, json)
}

#[test]
fn a_cluster_that_was_read_is_changed_and_sent_back() {
    let mut cluster: ClusterDescription20240805 = received(&json!({
        "id": "32b6e34b3d91647abb20e7b8",
        "groupId": "32b6e34b3d91647abb20e7b9",
        "name": "orders",
        "stateName": "IDLE",
        "createDate": "2026-01-01T00:00:00Z",
        "paused": true,
        "pitEnabled": true,
        "labels": [{"key": "team", "value": "shop"}],
        "connectionStrings": {"standardSrv": "mongodb+srv://orders.example.net"},
        "whatNobodyDeclared": {"a": 1},
        "replicationSpecs": [{
            "id": "32b6e34b3d91647abb20e7ba",
            "whatNobodyDeclared": 1,
            "regionConfigs": [{
                "providerName": "AWS",
                "regionName": "US_EAST_1",
                "priority": 7,
                "electableSpecs": {"instanceSize": "M30", "nodeCount": 3}
            }]
        }],
    }));
    cluster.paused = Some(false);
    cluster.labels = Some(Vec::new());
    cluster.extra.insert("diskWarmingMode", codec::Json::Null);
    let request =
        clusters::update_cluster("32b6e34b3d91647abb20e7b9", "orders", &cluster);
    let (text, body) = sent(&request);
    assert_eq!(
        body,
        json!({
            "name": "orders",
            "paused": false,
            "pitEnabled": true,
            "labels": [],
            "diskWarmingMode": null,
            "replicationSpecs": [{
                "id": "32b6e34b3d91647abb20e7ba",
                "regionConfigs": [{
                    "providerName": "AWS",
                    "regionName": "US_EAST_1",
                    "priority": 7,
                    "electableSpecs": {"instanceSize": "M30", "nodeCount": 3}
                }]
            }],
        })
    );
    assert_eq!(
        request.left_out(),
        [
            "connectionStrings",
            "createDate",
            "groupId",
            "id",
            "stateName",
            "whatNobodyDeclared",
            "replicationSpecs[0].whatNobodyDeclared",
        ]
    );
    assert_eq!(text.matches("providerName").count(), 1);
}

#[test]
fn an_alert_configuration_is_switched_off() {
    let mut alert: GroupAlertsConfig = received(&json!({
        "id": "32b6e34b3d91647abb20e7b8",
        "created": "2026-01-01T00:00:00Z",
        "enabled": true,
        "eventTypeName": "OUTSIDE_METRIC_THRESHOLD",
        "matchers": [],
        "notifications": [{"typeName": "GROUP", "delayMin": 0, "emailEnabled": true}],
        "metricThreshold": {"metricName": "CONNECTIONS", "threshold": 0.0},
    }));
    let GroupAlertsConfig::HostMetric(metric) = &mut alert else { panic!("{alert:?}") };
    metric.enabled = Some(false);
    let (text, body) = sent(&alert_configurations::update_alert_config(
        "32b6e34b3d91647abb20e7b9",
        "32b6e34b3d91647abb20e7b8",
        &alert,
    ));
    assert_eq!(
        body,
        json!({
            "enabled": false,
            "eventTypeName": "OUTSIDE_METRIC_THRESHOLD",
            "matchers": [],
            "notifications": [{"typeName": "GROUP", "delayMin": 0, "emailEnabled": true}],
            "metricThreshold": {"metricName": "CONNECTIONS", "threshold": 0.0},
        })
    );
    for tag in ["eventTypeName", "metricName", "typeName"] {
        assert_eq!(text.matches(&format!("\"{tag}\":")).count(), 1, "{tag} in {text}");
    }
}

/// The type of the response differs from that of the body here: its JSON is read as the other.
#[test]
fn what_is_read_and_what_is_sent_may_be_two_types() {
    let response: FederationIdentityProvider = received(&json!({
        "id": "32b6e34b3d91647abb20",
        "protocol": "SAML",
        "displayName": "old",
        "description": "words",
        "issuerUri": "urn:idp",
        "createdAt": "2025-01-01T00:00:00Z",
        "ssoDebugEnabled": false,
    }));
    let text = codec::encode(&response).unwrap();
    let mut change = FederationIdentityProviderUpdate::default();
    codec::decode(&text, &mut change).unwrap();
    change.display_name = set("new");
    change.description = Nullable::Null;
    let (_, body) = sent(&federated_authentication::update_identity_provider(
        "32b6e34b3d91647abb20e7b9",
        "32b6e34b3d91647abb20",
        &change,
    ));
    assert_eq!(
        body,
        json!({
            "protocol": "SAML",
            "displayName": "new",
            "description": null,
            "issuerUri": "urn:idp",
            "ssoDebugEnabled": false,
        })
    );
}

#[test]
fn what_is_written_by_hand_says_nothing_more() {
    let mut project = Group { name: set("here"), ..Default::default() };
    let create = |project: &Group| projects::create_group(project);
    assert_eq!(sent(&create(&project)).1, json!({"name": "here"}));
    assert_eq!(create(&project).missing(), ["orgId"]);
    project.org_id = set("32b6e34b3d91647abb20e7b8");
    assert!(create(&project).missing().is_empty());
    project.with_default_alerts_settings = false.into();
    assert_eq!(sent(&create(&project)).1["withDefaultAlertsSettings"], json!(false));

    let patch = ClusterDescription20240805 { paused: set(true), ..Default::default() };
    let request = clusters::update_cluster("32b6e34b3d91647abb20e7b9", "orders", &patch);
    assert_eq!(sent(&request).1, json!({"paused": true}));
}
