//! Corrections that recordings propose: what they hold, that they apply, and what they keep to
//! themselves.

mod command;
mod real;

use atlas_admin::registry;
use atlas_admin_generator::{Ledger, Options as Generation, UnmatchedAction, generate};
use atlas_admin_replay::exchange::replay;
use atlas_admin_replay::har::{Recorded, parse};
use atlas_admin_replay::propose::overlays::Source;
use atlas_admin_replay::propose::{Options, Proposal, propose};
use atlas_admin_replay::route::Routes;
use serde_json::{Value as Json, json};

const HOST: &str = "https://cloud.example.net/api/atlas/v2";
const CLUSTERS: &str = "application/vnd.atlas.2024-08-05+json";

/// Two operations of the API, with little of their types.
const DOCUMENT: &str = r##"
openapi: 3.0.1
info: {title: Own, version: "1"}
paths:
  /api/atlas/v2/groups/{groupId}/clusters:
    post:
      operationId: createGroupCluster
      tags: [Clusters]
      parameters:
        - {name: groupId, in: path, required: true, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/vnd.atlas.2024-08-05+json:
            schema: {$ref: "#/components/schemas/Cluster"}
      responses:
        "201":
          description: ""
          content:
            application/vnd.atlas.2024-08-05+json:
              schema: {$ref: "#/components/schemas/Cluster"}
  /api/atlas/v2/groups/{groupId}/clusters/{clusterName}:
    get:
      operationId: getGroupCluster
      tags: [Clusters]
      parameters:
        - {name: groupId, in: path, required: true, schema: {type: string}}
        - {name: clusterName, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: ""
          content:
            application/vnd.atlas.2024-08-05+json:
              schema: {$ref: "#/components/schemas/Cluster"}
        "404": {$ref: "#/components/responses/notFound"}
components:
  responses:
    notFound: {description: ""}
  schemas:
    Cluster:
      type: object
      properties:
        name: {type: string}
        createDate: {type: string, format: date-time}
        paused: {type: boolean}
        diskWarmingMode: {type: string, enum: [FULLY_WARMED, VISIBLE_EARLIER]}
        connectionStrings: {$ref: "#/components/schemas/Strings"}
        replicationSpecs:
          type: array
          items: {type: object, properties: {id: {type: string}}}
    Strings: {type: object, properties: {standard: {type: string}}}
"##;

fn source(overlays: &[&str]) -> Source {
    let numbered = overlays.iter().enumerate();
    Source {
        document: DOCUMENT.as_bytes().to_vec(),
        overlays: numbered
            .map(|(index, text)| (format!("{index}.yaml"), text.as_bytes().to_vec()))
            .collect(),
        unmatched: UnmatchedAction::Error,
    }
}

fn got(name: &str, status: u16, body: &str) -> Json {
    json!({
        "request": {"method": "GET", "url": format!("{HOST}/groups/g1/clusters/{name}")},
        "response": {"status": status, "content": {"mimeType": CLUSTERS, "text": body}},
    })
}

fn created(status: u16, sent: &Json, body: &Json) -> Json {
    json!({
        "request": {
            "method": "POST", "url": format!("{HOST}/groups/g1/clusters"),
            "postData": {"mimeType": CLUSTERS, "text": sent.to_string()},
        },
        "response": {
            "status": status, "content": {"mimeType": CLUSTERS, "text": body.to_string()},
        },
    })
}

fn recording(entries: &[Json]) -> Vec<Recorded> {
    let har = json!({"log": {"entries": entries}});
    parse("/home/ada/own.har", har.to_string().as_bytes()).expect("a recording")
}

fn proposal(exchanges: &[Recorded], overlays: &[&str], nulls: bool) -> Proposal {
    let routes = Routes::new();
    let outcomes: Vec<_> =
        exchanges.iter().map(|recorded| replay(recorded, &routes)).collect();
    let source = source(overlays);
    let document = source.read().expect("a document");
    let found = propose(exchanges, &outcomes, &document, Options { nulls });
    if !found.actions.is_empty() {
        source.check(&document, &found.to_string()).expect("a proposal that applies");
    }
    found
}

/// Generates a crate of the document with these corrections, and returns its text.
fn generated(overlays: &[&str]) -> String {
    let names: Vec<String> =
        (0..overlays.len()).map(|it| format!("{it}.yaml")).collect();
    let overlays: Vec<(&str, &[u8])> = names
        .iter()
        .zip(overlays)
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let ledger = Ledger::default();
    let output =
        generate(DOCUMENT.as_bytes(), &overlays, &ledger, &Generation::default());
    output.expect("a crate").files.into_values().collect()
}

/// Twice a cluster with all that the document lacks, in two operations.
fn rich() -> Vec<Recorded> {
    let cluster = |number: f64| {
        json!({
            "name": "a",
            "shinySince": "2026-01-02T03:04:05.6Z",
            "shinyOften": 4_000_000_000_u64,
            "shinyRatio": number,
            "shinyFlag": true,
            "shinyToken": "abc-123",
            "shinyAnything": if number > 1.0 { json!("text") } else { json!([1]) },
            "shinyParts": [{"createDate": "2026-01-02T03:04:05+00:00", "name": null}, {"name": "x"}],
            "diskWarmingMode": "HARDLY_WARMED",
            "connectionStrings": "mongodb://somewhere",
            "replicationSpecs": [{"shinyId": 1}, {"shinyId": 2}],
        })
    };
    recording(&[
        got("a", 200, &cluster(0.5).to_string()),
        created(202, &json!({"name": "a", "shinyFlag": false}), &cluster(2.0)),
        got("b", 200, r#"{"name":"b","tags":null}"#),
        got("c", 418, r#"{"error":418,"errorCode":"TEAPOT"}"#),
    ])
}

#[test]
fn a_proposal_declares_what_was_seen_and_proposes_nothing_again() {
    let exchanges = rich();
    let found = proposal(&exchanges, &[], false);
    let text = found.to_string();
    let fields = |text: &str| -> Vec<bool> {
        let wanted = [
            "shiny_since: Option<DateTime>",
            "shiny_often: Option<i64>",
            "shiny_ratio: Option<f64>",
            "shiny_flag: Option<bool>",
            "shiny_anything: Option<Json>",
            "shiny_id: Option<i64>",
            "HardlyWarmed",
            "shiny_parts: Option<Vec<",
        ];
        wanted.iter().map(|field| text.contains(field)).collect()
    };
    assert_eq!(fields(&generated(&[])), [false; 8]);
    assert_eq!(fields(&generated(&[&text])), [true; 8], "{text}");

    let again = proposal(&exchanges, &[&text], false);
    assert!(again.actions.is_empty(), "{again}");
    assert!(!again.to_string().contains("overlay:"));
}

/// Returns the `operationId` of the operation of a function, which documents may rename.
fn id(function: &str) -> &'static str {
    let entry = registry::entries().find(|entry| {
        entry.function.module.ends_with("::clusters")
            && entry.function.path() == function
    });
    entry.expect(function).operation.id
}

#[test]
fn each_action_says_what_proves_it() {
    let found = proposal(&rich(), &[], false);
    let of = |target: &str, part: &str| {
        let mut actions = found.actions.iter();
        let action = actions
            .find(|action| action.target == target && action.description.contains(part));
        action.unwrap_or_else(|| panic!("{target} {part}: {found}")).description.clone()
    };
    let properties = "$.components.schemas.Cluster.properties";
    let (create, get) = (id("create_cluster"), id("get_cluster"));
    assert_eq!(
        of(properties, "shinyFlag"),
        format!(
            "shinyFlag is not declared, and the service and its clients send it 3 times, in 1 \
             of 1 request of {create} 2024-08-05, 1 of 1 response of {create} 2024-08-05, 1 of 2 \
             responses of {get} 2024-08-05; first in own.har (entry 0)."
        )
    );
    assert!(of(properties, "shinyToken").ends_with("as a secret because of a name."));
    let items =
        "$.components.schemas.Cluster.properties.replicationSpecs.items.properties";
    assert!(of(items, "shinyId").contains(" 4 times, in 1 of 1 response"));
    assert_eq!(
        of("$.components.schemas.Cluster.properties.diskWarmingMode", ""),
        format!(
            "A value that the document lacks: HARDLY_WARMED 2 times, in 1 of 1 response of \
             {create} 2024-08-05, 1 of 2 responses of {get} 2024-08-05; first in own.har (entry \
             0)."
        )
    );
    let responses = "$.paths['/api/atlas/v2/groups/{groupId}/clusters'].post.responses";
    assert!(of(responses, "Status 202").contains("once, in 1 of 1 response"));
    // No operation has a response for this status.
    assert!(found.remarks.iter().any(|remark| remark.starts_with("status 418, which")));
    // In the order of the document, and the same for each run.
    let text = found.to_string();
    assert_eq!(text, proposal(&rich(), &[], false).to_string());
    let targets: Vec<&String> =
        found.actions.iter().map(|action| &action.target).collect();
    assert!(
        targets.first().is_some_and(|first| first.contains("Cluster")),
        "{targets:?}"
    );
    assert!(!text.contains("/home") && !text.contains("ada"), "{text}");
}

#[test]
fn types_are_those_of_all_values() {
    let found = proposal(&rich(), &[], false).to_string();
    let overlay: Json = serde_json::from_value(
        atlas_admin_generator::document::parse(found.as_bytes()).expect("YAML"),
    )
    .expect("JSON");
    let actions = overlay["actions"].as_array().expect("actions");
    let schema = |name: &str| {
        let mut schemas = actions.iter().filter_map(|action| action["update"].get(name));
        schemas.next().unwrap_or_else(|| panic!("{name}: {found}")).clone()
    };
    let time = json!({"type": "string", "format": "date-time"});
    let integer = json!({"type": "integer", "format": "int64"});
    assert_eq!(schema("shinySince"), time);
    assert_eq!(schema("shinyOften"), integer);
    assert_eq!(schema("shinyRatio"), json!({"type": "number", "format": "double"}));
    assert_eq!(schema("shinyFlag"), json!({"type": "boolean"}));
    assert_eq!(schema("shinyToken"), json!({"type": "string", "format": "password"}));
    assert_eq!(schema("shinyAnything"), json!({}));
    assert_eq!(schema("shinyId"), integer);
    let name = json!({"type": "string", "nullable": true});
    let part =
        json!({"type": "object", "properties": {"createDate": time, "name": name}});
    assert_eq!(schema("shinyParts"), json!({"type": "array", "items": part}));
    let strings = json!({"$ref": "#/components/schemas/Strings"});
    let either = json!({"oneOf": [strings, {"type": "string"}]});
    assert_eq!(schema("connectionStrings"), either);
}

#[test]
fn a_null_is_a_remark_unless_it_is_wanted() {
    let exchanges = recording(&[got("a", 200, r#"{"paused":null,"tags":null}"#)]);
    let found = proposal(&exchanges, &[], false);
    assert!(found.actions.is_empty(), "{found}");
    let place =
        "$.components.schemas.Cluster.properties.paused: once, in 1 of 1 response";
    assert!(found.nulls[0].starts_with(place), "{found}");
    let found = proposal(&exchanges, &[], true);
    assert!(found.to_string().contains("nullable: true"), "{found}");
    assert!(generated(&[&found.to_string()]).contains("paused: Nullable<bool>"));
    assert!(proposal(&exchanges, &[&found.to_string()], true).actions.is_empty());
}

#[test]
fn a_body_that_is_always_a_text_is_declared_as_one() {
    let text = got("a", 200, "-----BEGIN THING----- of ada");
    let found = proposal(&recording(&[text.clone(), text.clone()]), &[], false);
    assert_eq!(found.actions.len(), 2, "{found}");
    let said = found.to_string();
    assert!(said.contains("2 times, in 2 of 2 responses") && !said.contains("THING"));
    let again = proposal(&recording(std::slice::from_ref(&text)), &[&said], false);
    assert!(again.actions.is_empty(), "{again}");
    generated(&[&said]);
    // Of a body that is JSON at times, no schema says so; one that was cut short is no text.
    let found = proposal(&recording(&[text, got("a", 200, "{}")]), &[], false);
    assert!(found.actions.is_empty() && found.remarks[0].starts_with("a text where"));
    let found = proposal(&recording(&[got("a", 200, r#"{"name":"#)]), &[], false);
    assert!(found.actions.is_empty() && found.remarks.is_empty(), "{found}");
}

#[test]
fn secrets_and_personal_data_are_kept_out() {
    let secret = "hunter2-c0ffee";
    let body = json!({
        "name": "ada-prod",
        "5f1b2c3d4e5f60718293a4b5": 1,
        "ada@example.com": 2,
        "host-00.example.net": 3,
        "adaLovelace": 4,
        "owner": "adaLovelace",
        "diskWarmingMode": "ADA",
        "shinyPassword": secret,
        "shinyCredentials": {"phase": secret, "often": 1, "parts": [secret]},
        "shinyHosts": {"host-00.example.net:27017": "PRIMARY", "10.0.0.7": "SECONDARY"},
        "shinyQuotas": {"grace": 1, "hopper": 2},
        "shinyDates": {"createDate": "2026-01-02T03:04:05Z", "grace": 3},
        "shinyProgress": {"phase": "SECOND", "percent": 3, "shiny": {"deep": true, "tried": 1}},
        "shinyText": "Grace Hopper",
        "shinyLink": format!("https://ada:{secret}@example.com/"),
    });
    let exchanges = recording(&[
        got("ADA", 200, &body.to_string()),
        created(400, &json!({"graceRequest": secret}), &json!({"error": 400})),
    ]);
    let found = proposal(&exchanges, &[], false);
    let text = found.to_string();
    let personal = [
        "5f1b2c3d", "ada", "Ada", "ADA", "example.", "host-00", "10.0.0.7", "27017",
        "grace", "hopper", "Grace", "Hopper", secret, "PRIMARY", "own/", "2026",
    ];
    for word in personal {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let map =
        |schema: &str| format!("additionalProperties:\n            type: {schema}");
    let shown = [
        "shinyCredentials: properties: often: format: int64 type: integer parts: items: format: \
         password type: string type: array phase: format: password type: string",
        "shinyPassword:\n        format: password",
        "shinyText:\n        type: string",
        &map("string"),
        "2 names that may be data",
        "undeclared value that may be data",
        "percent: format: int64 type: integer phase: type: string shiny: properties: deep: type: \
         boolean tried:",
    ];
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in shown {
        assert!(flat(&text).contains(&flat(part)), "{part} in {text}");
    }
}
