//! Changes of operations and their versions.

use serde_json::{Value, json};

use super::super::json::value;
use super::{assert_changes, of_trees};

fn operation(versions: &[&str]) -> Value {
    let media = |version: &&str| {
        let schema = json!({ "type": "object" });
        (format!("application/vnd.atlas.{version}+json"), json!({ "schema": schema }))
    };
    let content: serde_json::Map<String, Value> = versions.iter().map(media).collect();
    json!({
        "operationId": "getPear",
        "tags": ["Pears"],
        "responses": { "200": { "description": "", "content": content } },
    })
}

fn document(operation: Option<&Value>) -> Value {
    let item = operation.map_or(json!({}), |it| json!({ "get": it }));
    json!({ "security": [{ "Basic": [] }], "paths": { "/pears": item } })
}

fn with(keyword: &str, value: Value) -> Value {
    let mut changed = operation(&["2023-01-01"]);
    changed[keyword] = value;
    document(Some(&changed))
}

#[test]
fn operations_come_and_go() {
    let both = operation(&["2023-01-01", "2024-08-05"]);
    let (without, with) = (document(None), document(Some(&both)));
    let added = ("endpoint-added", "added the endpoint", true);
    assert_changes(&without, &with, &[added, added]);
    let removed = ("endpoint-removed", "removed the endpoint", false);
    assert_changes(&with, &without, &[removed, removed]);
    let json = value(&of_trees(&without, &with));
    assert_eq!(
        json,
        json!([{
            "path": "/pears",
            "httpMethod": "GET",
            "operationId": "getPear",
            "tag": "Pears",
            "versions": [
                {
                    "version": "2023-01-01",
                    "stabilityLevel": "stable",
                    "changeType": "release",
                    "changes": [{
                        "change": "added the endpoint",
                        "changeCode": "endpoint-added",
                        "backwardCompatible": true,
                    }],
                },
                {
                    "version": "2024-08-05",
                    "stabilityLevel": "stable",
                    "changeType": "release",
                    "changes": [{
                        "change": "added the endpoint",
                        "changeCode": "endpoint-added",
                        "backwardCompatible": true,
                    }],
                },
            ],
        }])
    );
}

#[test]
fn versions_come_and_go() {
    let one = document(Some(&operation(&["2023-01-01"])));
    let two = document(Some(&operation(&["2023-01-01", "2024-08-05"])));
    let words = "added the version 2024-08-05, which replaces 2023-01-01";
    assert_changes(&one, &two, &[("endpoint-version-added", words, true)]);
    let json = value(&of_trees(&one, &two));
    let version = &json[0]["versions"][0];
    assert_eq!(version["version"], "2024-08-05");
    assert_eq!(version["changeType"], "release");
    assert_eq!(version["changes"][0]["replacesVersion"], "2023-01-01");
    let words = "removed the version 2024-08-05";
    assert_changes(&two, &one, &[("endpoint-version-removed", words, false)]);
}

#[test]
fn a_new_version_is_compared_with_the_one_that_it_replaces() {
    let old = operation(&["2023-01-01"]);
    let mut new = operation(&["2023-01-01", "2024-08-05"]);
    let media = "application/vnd.atlas.2024-08-05+json";
    let schema = json!({ "type": "object", "properties": { "size": {} } });
    new["responses"]["200"]["content"][media]["schema"] = schema;
    assert_changes(
        &document(Some(&old)),
        &document(Some(&new)),
        &[
            (
                "endpoint-version-added",
                "added the version 2024-08-05, which replaces 2023-01-01",
                true,
            ),
            (
                "response-optional-property-added",
                "added the optional property `size` of the response 200",
                true,
            ),
        ],
    );
}

#[test]
fn a_preview_is_no_version_that_a_new_one_replaces() {
    let old = document(Some(&operation(&["preview"])));
    let new = document(Some(&operation(&["2024-08-05", "preview"])));
    let words = "added the version 2024-08-05";
    assert_changes(&old, &new, &[("endpoint-version-added", words, true)]);
    let upcoming = document(Some(&operation(&["2043-01-01.upcoming", "preview"])));
    let json = value(&of_trees(&old, &upcoming));
    assert_eq!(json[0]["versions"][0]["stabilityLevel"], "upcoming");
}

#[test]
fn an_operation_is_deprecated_and_the_day_moves() {
    let sunset = |day: &str| with("x-sunset", json!(day));
    let plain = document(Some(&operation(&["2023-01-01"])));
    let (early, late) = (sunset("2026-01-01"), sunset("2027-01-01"));
    let deprecated = with("deprecated", json!(true));
    for (old, new, code, words, is_compatible) in [
        (
            &plain,
            &early,
            "endpoint-deprecated",
            "deprecated the endpoint, to be removed on 2026-01-01",
            true,
        ),
        (&plain, &deprecated, "endpoint-deprecated", "deprecated the endpoint", true),
        (
            &early,
            &plain,
            "endpoint-reactivated",
            "no longer deprecates the endpoint",
            true,
        ),
        (
            &early,
            &late,
            "endpoint-sunset-date-changed",
            "changed the day of removal from 2026-01-01 to 2027-01-01",
            true,
        ),
        (
            &late,
            &early,
            "endpoint-sunset-date-changed",
            "changed the day of removal from 2027-01-01 to 2026-01-01",
            false,
        ),
        (
            &deprecated,
            &late,
            "endpoint-sunset-date-changed",
            "changed the day of removal from none to 2027-01-01",
            true,
        ),
    ] {
        assert_changes(old, new, &[(code, words, is_compatible)]);
    }
    let json = value(&of_trees(&plain, &early));
    assert_eq!(json[0]["versions"][0]["changeType"], "deprecate");
}

#[test]
fn id_tag_and_credentials_change() {
    let plain = document(Some(&operation(&["2023-01-01"])));
    let id = with("operationId", json!("fetchPear"));
    let words = "changed the operation's id from `getPear` to `fetchPear`";
    assert_changes(&plain, &id, &[("api-operation-id-changed", words, true)]);
    assert_changes(
        &plain,
        &with("tags", json!(["Fruit"])),
        &[
            ("api-tag-removed", "removed the tag `Pears`", true),
            ("api-tag-added", "added the tag `Fruit`", true),
        ],
    );
    let two = with("security", json!([{ "Basic": [] }, { "Token": [] }]));
    let words = "removed the security scheme `Token`";
    assert_changes(&two, &plain, &[("api-security-removed", words, true)]);
    let words = "added the security scheme `Token`";
    assert_changes(&plain, &two, &[("api-security-added", words, true)]);
    let open = with("security", json!([]));
    let words = "added the security scheme `Basic`";
    assert_changes(&open, &plain, &[("api-security-added", words, false)]);
}
