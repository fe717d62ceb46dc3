//! Values written by hand, and values read from a response, as a program handles them.

#![cfg(all(feature = "clusters", feature = "alert-configurations"))]

use atlas_admin::codec::decode;
use atlas_admin::types::{
    CloudRegionConfig20240805, ClusterDescription20240805, ClusterType,
    GroupAlertsConfig, HardwareSpec20240805, HostMetricThreshold, InstanceSize,
    RegionConfig20240805, ReplicationSpec20240805,
};
use atlas_admin::{clusters, list, set};
use serde_json::{Value as Json, json};

/// Returns a cluster with three regions over two providers.
fn cluster() -> ClusterDescription20240805 {
    let nodes = |count| HardwareSpec20240805 {
        instance_size: set(InstanceSize::M30),
        node_count: set(count),
        ..Default::default()
    };
    let aws = |region, priority, count| {
        CloudRegionConfig20240805::Aws(RegionConfig20240805 {
            region_name: set(region),
            priority: set(priority),
            electable_specs: set(nodes(count)),
            ..Default::default()
        })
    };
    ClusterDescription20240805 {
        name: set("orders"),
        cluster_type: set(ClusterType::Replicaset),
        replication_specs: list([ReplicationSpec20240805 {
            region_configs: list([
                aws("US_EAST_1", 7, 2),
                aws("EU_WEST_1", 6, 2),
                CloudRegionConfig20240805::Gcp(RegionConfig20240805 {
                    region_name: set("WESTERN_EUROPE"),
                    priority: set(5),
                    electable_specs: set(nodes(1)),
                    ..Default::default()
                }),
            ]),
            ..Default::default()
        }]),
        ..Default::default()
    }
}

#[test]
fn a_cluster_over_two_providers_sends_what_was_written() {
    let request = clusters::create_cluster("32b6e34b3d91647abb20e7b8", &cluster());
    let text = request.body_bytes().unwrap().unwrap();
    let sent: Json = serde_json::from_slice(text).unwrap();
    assert!(request.missing().is_empty() && request.left_out().is_empty());
    let region = |provider, name, priority, count| {
        json!({
            "providerName": provider,
            "regionName": name,
            "priority": priority,
            "electableSpecs": {"instanceSize": "M30", "nodeCount": count},
        })
    };
    assert_eq!(
        sent,
        json!({
            "name": "orders",
            "clusterType": "REPLICASET",
            "replicationSpecs": [{"regionConfigs": [
                region("AWS", "US_EAST_1", 7, 2),
                region("AWS", "EU_WEST_1", 6, 2),
                region("GCP", "WESTERN_EUROPE", 5, 1),
            ]}],
        })
    );
}

/// Describes what an alert configuration watches.
fn watched(config: &GroupAlertsConfig) -> String {
    match config {
        GroupAlertsConfig::HostMetric(host) => match &host.metric_threshold {
            Some(HostMetricThreshold::AssertRegular(limit)) => {
                format!("regular asserts above {:?}", limit.threshold)
            }
            Some(_) => "another metric of a host".to_owned(),
            None => "a host, without a threshold".to_owned(),
        },
        GroupAlertsConfig::ReplicaSet(set) => {
            set.event_type_name.as_ref().map_or("?", |name| name.as_str()).to_owned()
        }
        GroupAlertsConfig::Unknown(other) => {
            format!("new: {}", other.event_type_name.as_deref().unwrap_or("?"))
        }
        _ => "something else".to_owned(),
    }
}

fn config(json: Json) -> GroupAlertsConfig {
    let mut config = GroupAlertsConfig::default();
    decode(json.to_string().as_bytes(), &mut config).unwrap();
    config
}

#[test]
fn an_alert_configuration_is_matched_by_what_it_watches() {
    let host = config(json!({
        "eventTypeName": "OUTSIDE_METRIC_THRESHOLD",
        "metricThreshold": {"metricName": "ASSERT_REGULAR", "operator": "GREATER_THAN", "threshold": 5},
        "notifications": [{"typeName": "GROUP", "delayMin": 0}],
    }));
    assert_eq!(watched(&host), "regular asserts above Some(5.0)");
    let set = config(json!({"eventTypeName": "NO_PRIMARY", "notifications": []}));
    assert_eq!(watched(&set), "NO_PRIMARY");
    let new = config(json!({"eventTypeName": "NOT_YET_KNOWN", "enabled": true}));
    assert_eq!(watched(&new), "new: NOT_YET_KNOWN");
}

#[test]
fn what_all_alert_configurations_have_needs_no_match() {
    for event in ["OUTSIDE_METRIC_THRESHOLD", "NO_PRIMARY", "NOT_YET_KNOWN"] {
        let shared = config(json!({
            "id": "32b6e34b3d91647abb20e7b8",
            "eventTypeName": event,
            "enabled": true,
            "notifications": [{"typeName": "GROUP", "delayMin": 5}],
        }))
        .common();
        assert_eq!(shared.event_type_name.as_deref(), Some(event));
        assert_eq!(shared.id.as_deref(), Some("32b6e34b3d91647abb20e7b8"));
        assert_eq!(shared.enabled, Some(true));
    }
}
