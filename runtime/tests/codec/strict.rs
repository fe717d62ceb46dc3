//! Strict decoding of files written by people.

use atlas_admin_runtime::codec::{Map, Strict};

use super::sample::{Alert, Cluster, Provider, Region};

fn problems(yaml: &str) -> String {
    serde_yaml::from_str::<Strict<Cluster>>(yaml).expect_err(yaml).to_string()
}

#[test]
fn what_is_declared_is_read() {
    let yaml = "name: a\nprovider: AWS\nnote: null\nfree: {x: [1]}\ntags: {any: b}\n\
                replicationSpecs:\n- regionConfigs:\n  - {providerName: AWS, nodeCount: 3}\n";
    let Strict(cluster) = serde_yaml::from_str::<Strict<Cluster>>(yaml).unwrap();
    assert_eq!(cluster, serde_yaml::from_str::<Cluster>(yaml).unwrap());
    assert!(!cluster.extra.is_received());
    assert_eq!(cluster.specs.unwrap()[0].regions.as_deref().unwrap().len(), 1);
}

#[test]
fn a_typing_error_is_named_with_its_path_and_the_nearest_name() {
    for (yaml, expected) in [
        ("nmae: a", "unknown property `nmae`, did you mean `name`?"),
        (
            "replicationSpecs: [{regionConfig: []}]",
            "unknown property `replicationSpecs[0].regionConfig`, did you mean `regionConfigs`?",
        ),
        (
            "replicationSpecs: [{zoneName: a}, {zone_name: b}]",
            "unknown property `replicationSpecs[1].zone_name`, did you mean `zoneName`?",
        ),
        (
            "replicationSpecs: [{regionConfigs: [{providerName: AWS, nodeCont: 3}]}]",
            "unknown property `replicationSpecs[0].regionConfigs[0].nodeCont`, did you mean \
             `nodeCount`?",
        ),
        ("moonPhase: full", "unknown property `moonPhase`"),
        ("{name: a, nam: b}", "unknown property `nam`"),
        ("a b: 1", "unknown property `[\"a b\"]`"),
    ] {
        assert_eq!(problems(yaml), expected);
    }
}

#[test]
fn what_does_not_fit_is_named_and_never_shown() {
    for (yaml, expected) in [
        ("provider: s3cret", "unknown value at `provider`"),
        ("diskSizeGB: s3cret", "expected a number, found a string at `diskSizeGB`"),
        ("name: null", "null is not allowed at `name`"),
        (
            "replicationSpecs: [{regionConfigs: [{providerName: s3cret}]}]",
            "unknown `providerName` at `replicationSpecs[0].regionConfigs[0]`",
        ),
        (
            "replicationSpecs: [{regionConfigs: [{nodeCount: 3}]}]",
            "no `providerName` at `replicationSpecs[0].regionConfigs[0]`, which selects its type",
        ),
        ("[s3cret]", "expected an object, found a list"),
    ] {
        let found = problems(yaml);
        assert!(found.starts_with(expected), "{found}");
        assert!(!found.contains("s3cret"), "{found}");
    }
}

#[test]
fn all_mistakes_are_named() {
    let found = problems("nmae: a\nprovider: MOON\nlabels: [{kye: b}]");
    assert_eq!(
        found,
        "unknown property `nmae`, did you mean `name`?; unknown value at `provider`; \
         unknown property `labels[0].kye`, did you mean `key`?"
    );
}

#[test]
fn lists_maps_unions_and_enums_are_read_strictly_too() {
    assert!(serde_json::from_str::<Strict<Vec<Provider>>>(r#"["AWS"]"#).is_ok());
    assert!(serde_json::from_str::<Strict<Vec<Provider>>>(r#"["MOON"]"#).is_err());
    let maps = serde_json::from_str::<Strict<Map<Cluster>>>(r#"{"a b": {"nmae": 1}}"#);
    let found = maps.expect_err("a typo").to_string();
    assert!(found.contains("`[\"a b\"].nmae`, did you mean `name`?"), "{found}");
    assert!(serde_json::from_str::<Strict<Alert>>(r#"{"type": "BARE"}"#).is_ok());
    for text in [r#"{"type": "NEW"}"#, r#"{"type": "HOST", "hots": "a"}"#, "5"] {
        assert!(serde_json::from_str::<Strict<Alert>>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Strict<Region>>("null").is_err());
}
