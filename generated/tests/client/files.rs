//! The API's types in files written by hand, and in logs.

use atlas_admin::codec::{Redacted, Strict};
use atlas_admin::types::{
    CloudDatabaseUser, CloudRegionConfig20240805, ClusterDescription20240805,
};

const CLUSTER: &str = "
name: prod
clusterType: REPLICASET
replicationSpecs:
- regionConfigs:
  - providerName: AWS
    regionName: US_EAST_1
    priority: 7
    electableSpecs: {instanceSize: M10, nodeCount: 3}
";

fn problems(yaml: &str) -> String {
    let read = serde_yaml::from_str::<Strict<ClusterDescription20240805>>(yaml);
    read.expect_err(yaml).to_string()
}

#[test]
fn a_file_without_mistakes_is_read() {
    let Strict(cluster): Strict<ClusterDescription20240805> =
        serde_yaml::from_str(CLUSTER).unwrap();
    let regions = cluster.replication_specs.unwrap().remove(0).region_configs.unwrap();
    assert!(matches!(regions[0], CloudRegionConfig20240805::Aws(_)));
    assert!(format!("{:?}", regions[0]).starts_with("CloudRegionConfig20240805::Aws("));
}

#[test]
fn a_mistake_is_named_with_its_path() {
    for (right, wrong, said) in [
        (
            "regionConfigs",
            "regionConfig",
            "replicationSpecs[0].regionConfig`, did you mean",
        ),
        (
            "nodeCount",
            "nodecount",
            "electableSpecs.nodecount`, did you mean `nodeCount`?",
        ),
        (
            "AWS",
            "AWZ",
            "unknown `providerName` at `replicationSpecs[0].regionConfigs[0]`",
        ),
        ("REPLICASET", "REPLSET", "unknown value at `clusterType`"),
    ] {
        let found = problems(&CLUSTER.replace(right, wrong));
        assert!(found.contains(said), "{found}");
    }
}

#[test]
fn a_password_is_left_out_and_an_id_is_not() {
    let user = r#"{"username": "ada", "password": "hunter2", "groupId": "32b6e34b3d91647abb20e7b8"}"#;
    let user: CloudDatabaseUser = serde_json::from_str(user).unwrap();
    for shown in [serde_json::to_string(&Redacted(&user)).unwrap(), format!("{user:?}")]
    {
        assert!(!shown.contains("hunter2") && shown.contains("redacted"), "{shown}");
        assert!(shown.contains("32b6e34b3d91647abb20e7b8"), "{shown}");
    }
}
