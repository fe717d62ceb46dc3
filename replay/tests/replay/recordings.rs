//! Recordings of the kinds that browsers, proxies and other tools write.

use atlas_admin_replay::exchange::{Outcome, What, replay};
use atlas_admin_replay::har::{Body, parse};
use atlas_admin_replay::report::Report;
use atlas_admin_replay::route::Routes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

const HOST: &str = "https://cloud.example.net/api/atlas/v2";
const CLUSTERS: &str = "application/vnd.atlas.2024-08-05+json";

/// An exchange that got an answer of this type with this content.
fn got(path: &str, media: &str, content: Json) -> Json {
    let mut content = content;
    content["mimeType"] = json!(media);
    json!({
        "request": {"method": "GET", "url": format!("{HOST}{path}"), "headers": []},
        "response": {"status": 200, "headers": [], "content": content},
    })
}

fn outcome(entry: &Json) -> Outcome {
    let har = json!({"log": {"version": "1.2", "entries": [entry]}});
    let exchanges = parse("own.har", har.to_string().as_bytes()).expect("a recording");
    replay(&exchanges[0], &Routes::new())
}

/// Returns the function and the version of the operation, or why there is none. Documents rename
/// operations, but not their functions.
fn operation(entry: &Json) -> String {
    match outcome(entry).entry {
        Ok(entry) => {
            let function = entry.function.path().rsplit("::").next().unwrap_or_default();
            format!("{function} {}", entry.operation.version)
        }
        Err(reason) => reason,
    }
}

fn kinds(outcome: &Outcome) -> Vec<(&str, &str)> {
    outcome.drift.iter().map(|found| (found.kind, found.path.as_str())).collect()
}

#[test]
fn paths_are_found_however_they_are_written() {
    let text = json!({"text": "{}"});
    for path in [
        "/groups/g1/clusters/a",
        "/groups/g1/clusters/a/",
        "/groups/g1/clusters/a?pretty=true&itemsPerPage=5#top",
        "/groups/g1/clusters/a%2Fb%20c",
        "/groups/g1/cl%75sters/%C3%A4",
    ] {
        let found = operation(&got(path, CLUSTERS, text.clone()));
        assert_eq!(found, "get_cluster 2024-08-05", "{path}");
    }
    // A literal segment wins over a parameter.
    let provider = "/groups/g1/clusters/provider/regions";
    let found =
        operation(&got(provider, "application/vnd.atlas.2023-01-01+json", text.clone()));
    assert_eq!(found, "list_cluster_provider_regions 2023-01-01");
    // Verbs behind a colon, percent-encoded or not.
    for path in ["/groups/g1:migrate", "/groups/g1%3Amigrate"] {
        let mut entry = got(path, "application/vnd.atlas.2024-05-30+json", text.clone());
        entry["request"]["method"] = json!("post");
        assert_eq!(operation(&entry), "migrate_group 2024-05-30", "{path}");
    }
}

#[test]
fn media_types_are_read_without_case_and_parameters() {
    let path = "/groups/g1/clusters/a";
    let loud = "Application/VND.Atlas.2023-02-01+JSON; charset=UTF-8";
    let found = operation(&got(path, loud, json!({"text": "{}"})));
    assert_eq!(found, "get_cluster 2023-02-01");
    // What was asked for says the version where the answer does not.
    let mut entry = got(path, "application/json", json!({"text": "{}"}));
    entry["request"]["headers"] = json!([{"name": "ACCEPT", "value": "text/html, application/vnd.atlas.2023-01-01+json;q=0.9"}]);
    assert_eq!(operation(&entry), "get_cluster 2023-01-01");
}

#[test]
fn what_is_not_of_the_api_is_unmatched_and_fails_nothing() {
    let text = json!({"text": "<html>"});
    let mut entry = got("/groups/g1/clusters/a", "text/html", text.clone());
    for url in
        ["https://example.com/", "data:text/plain,x", "wss://example.com/socket", ""]
    {
        entry["request"]["url"] = json!(url);
        let outcome = outcome(&entry);
        assert!(outcome.entry.is_err() && outcome.failures.is_empty(), "{url}");
    }
    let mut preflight = got("/groups/g1/clusters/a", "", json!({}));
    preflight["request"]["method"] = json!("OPTIONS");
    assert_eq!(operation(&preflight), "the path has no operation for OPTIONS");
    let future = "application/vnd.atlas.2099-01-01+json";
    let unknown =
        operation(&got("/groups/g1/clusters/a", future, json!({"text": "{}"})));
    assert_eq!(unknown, "the version 2099-01-01 is not declared");
    let wrapped =
        got("/groups/g1/clusters/a?envelope=true", CLUSTERS, json!({"text": "{}"}));
    assert_eq!(operation(&wrapped), "the answer is in an envelope");
}

#[test]
fn contents_are_unpacked() {
    let path = "/groups/g1/clusters/a";
    let body = br#"{"name":"a","diskWarmingMode":"SOMETIMES"}"#;
    let plain = json!({"text": STANDARD.encode(body), "encoding": "base64"});
    let outcome_of = |entry: &Json| {
        let outcome = outcome(entry);
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
        assert_eq!(kinds(&outcome), [("unknown-value", "diskWarmingMode")]);
    };
    outcome_of(&got(path, CLUSTERS, plain));

    let mut packed =
        flate2::read::GzEncoder::new(&body[..], flate2::Compression::fast());
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut packed, &mut bytes).expect("gzip");
    let content = json!({"text": STANDARD.encode(&bytes), "encoding": "base64"});
    let mut entry = got(path, CLUSTERS, content);
    entry["response"]["headers"] =
        json!([{"name": "Content-Encoding", "value": "gzip"}]);
    outcome_of(&entry);

    // Cut short in transit.
    let cut = STANDARD.encode(&bytes[..bytes.len() / 2]);
    entry["response"]["content"]["text"] = json!(cut);
    let failures = outcome(&entry).failures;
    assert!(
        matches!(&failures[..], [f] if matches!(&f.what, What::Broken(why) if why.contains("inflated")))
    );

    let broken = got(path, CLUSTERS, json!({"text": "@", "encoding": "base64"}));
    let outcome = outcome(&broken);
    assert!(!outcome.is_decoded && outcome.failures.len() == 1);
}

#[test]
fn files_that_are_meant_to_be_packed_stay_so() {
    let path = "/groups/g1/clusters/host.example.net/logs/mongodb.gz";
    let media = "application/vnd.atlas.2023-02-01+gzip";
    let bytes = STANDARD.encode(b"\x1f\x8b\x08\x00nothing that could be inflated");
    let outcome =
        outcome(&got(path, media, json!({"text": bytes, "encoding": "base64"})));
    assert!(outcome.entry.is_ok() && outcome.failures.is_empty());
    let csv = "application/vnd.atlas.2023-01-01+csv";
    let csv = got("/orgs/o1/invoices/i1/csv", csv, json!({"text": "a,b\n1,2\n"}));
    assert!(operation(&csv).ends_with(" 2023-01-01"), "{}", operation(&csv));
    assert!(self::outcome(&csv).failures.is_empty());
}

#[test]
fn missing_parts_are_no_failure_and_broken_bodies_are() {
    let path = "/groups/g1/clusters/a";
    // Chrome leaves contents out that it has evicted.
    assert_eq!(
        kinds(&outcome(&got(path, CLUSTERS, json!({"size": 5})))),
        [("unrecorded", "")]
    );
    assert_eq!(
        kinds(&outcome(&got(path, CLUSTERS, json!({"text": null})))),
        [("empty", "")]
    );
    assert_eq!(
        kinds(&outcome(&got(path, CLUSTERS, json!({"text": " \n"})))),
        [("empty", "")]
    );
    // Blocked by the browser.
    let bare = json!({"request": {"method": "GET", "url": format!("{HOST}/groups")}});
    let blocked = outcome(&bare);
    assert!(blocked.failures.is_empty());
    for text in ["<html>", "{\"name\":"] {
        let outcome = outcome(&got(path, CLUSTERS, json!({"text": text})));
        assert!(!outcome.is_decoded && outcome.failures.len() == 1, "{text}");
    }
    // What is no object is kept, and no field holds it.
    for (text, kind) in [("[7, 8]", "mismatch"), ("7", "mismatch"), ("null", "null")] {
        let kept = outcome(&got(path, CLUSTERS, json!({"text": text})));
        assert!(kept.failures.is_empty(), "{:?}", kept.failures);
        assert_eq!(kinds(&kept), [(kind, "")]);
        assert_eq!(kept.leaves.typed, 0);
    }
    // A proxy's error page is what a caller gets as bytes, whatever it claims to be.
    for media in ["text/html", "application/json", ""] {
        let mut page = got(path, media, json!({"text": "<html>"}));
        page["response"]["status"] = json!(500);
        let page = outcome(&page);
        assert!(page.failures.is_empty(), "{:?}", page.failures);
        assert_eq!(kinds(&page).last(), Some(&("body", "")));
    }
    // An error of the service is one whatever the type says.
    let mut error =
        got(path, "text/plain", json!({"text": r#"{"error": 500, "a": 1}"#}));
    error["response"]["status"] = json!(500);
    assert!(!kinds(&outcome(&error)).contains(&("body", "")));
    // A form, where JSON is declared.
    let mut form = sent(&json!({}));
    form["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a"}]});
    assert_eq!(kinds(&outcome(&form)), [("unrecorded", "")]);
}

#[test]
fn what_is_no_recording_is_said_to_be_none() {
    let problem = |text: &str| parse("own.har", text.as_bytes()).expect_err("a problem");
    assert!(problem("").starts_with("own.har is not JSON"));
    assert_eq!(problem("{}"), "own.har is no recording: it has no log.entries");
    assert_eq!(
        problem(r#"{"log": {"entries": [{"request": {"method": "GET"}}]}}"#),
        "own.har is no recording: in log.entries[0], the request has no url"
    );
    // One that can't be read takes nothing from the others.
    let whole = got("/groups/g1/clusters/a", CLUSTERS, json!({"text": "{}"}));
    for broken in [json!({"request": {"method": "GET"}}), json!({}), json!(null)] {
        let har = json!({"log": {"entries": [broken, whole]}});
        let read = parse("own.har", har.to_string().as_bytes()).expect("a recording");
        let [broken, whole] =
            [0, 1].map(|index| replay(&read[index], &Routes::new()).entry);
        let reason = broken.expect_err("no operation");
        assert!(reason.starts_with("no exchange: the request has no"), "{reason}");
        assert!(whole.is_ok());
    }
    let marked = "\u{feff}{\"log\": {\"entries\": []}}";
    assert!(parse("own.har", marked.as_bytes()).is_ok_and(|found| found.is_empty()));
}

/// An exchange that sent this to create a cluster.
fn sent(body: &Json) -> Json {
    json!({
        "request": {
            "method": "POST",
            "url": format!("{HOST}/groups/g1/clusters"),
            "headers": [{"name": "Content-Type", "value": CLUSTERS}],
            "postData": {"mimeType": CLUSTERS, "text": body.to_string()},
        },
        "response": {"status": 201, "headers": [], "content": {"mimeType": CLUSTERS, "text": "{}"}},
    })
}

#[test]
fn request_bodies_are_sent_as_they_were_recorded() {
    let body = json!({
        "name": "a",
        "clusterType": "REPLICASET",
        "paused": false,
        "labels": [],
        // Set by the service only, and not declared: a client of another make sent them.
        "stateName": "IDLE",
        "notDeclared": {"x": [1]},
        "replicationSpecs": [{"id": "x", "regionConfigs": [
            {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7},
            {"providerName": "TOMORROW", "regionName": "MOON_1", "priority": 6},
        ]}],
    });
    let exchange = sent(&body);
    let har = json!({"log": {"entries": [exchange]}});
    let read = parse("own.har", har.to_string().as_bytes()).expect("a recording");
    assert!(matches!(&read[0].request.body, Body::Bytes(_)));
    let outcome = outcome(&exchange);
    assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures);
    let kinds = kinds(&outcome);
    assert!(kinds.contains(&("undeclared", "notDeclared")), "{kinds:?}");
    assert!(
        kinds.iter().any(|(kind, path)| {
            *kind == "unknown-tag" && *path == "replicationSpecs[0].regionConfigs[1]"
        }),
        "{kinds:?}"
    );
}

#[test]
fn nulls_in_lists_come_back() {
    let body = json!({
        "name": "a",
        "labels": [null, {"key": "k", "value": "v"}],
        "replicationSpecs": [{"regionConfigs": null}, null],
    });
    let text = json!({"text": body.to_string()});
    let kept = outcome(&got("/groups/g1/clusters/a", CLUSTERS, text));
    assert!(kept.failures.is_empty(), "{:#?}", kept.failures);
    // A map of records: what is null in one is as optional as in any other.
    let body = json!({"replicationSpec": {"EU": {"priority": null}, "US": null}});
    let text = json!({"text": body.to_string()});
    let older = "application/vnd.atlas.2023-01-01+json";
    let kept = outcome(&got("/groups/g1/clusters/a", older, text));
    assert!(kept.failures.is_empty(), "{:#?}", kept.failures);
}

#[test]
fn the_report_says_the_same_to_people_and_machines() {
    let entries = [
        got(
            "/groups/g1/clusters/a",
            CLUSTERS,
            json!({"text": r#"{"name":"a","more":1}"#}),
        ),
        got("/groups/g1/clusters/a", CLUSTERS, json!({"text": "<html>"})),
        got("/nothing", CLUSTERS, json!({"text": "{}"})),
    ];
    let har = json!({"log": {"entries": entries}});
    let exchanges = parse("own.har", har.to_string().as_bytes()).expect("a recording");
    let routes = Routes::new();
    let outcomes: Vec<Outcome> =
        exchanges.iter().map(|recorded| replay(recorded, &routes)).collect();
    let id = outcomes[0].entry.as_ref().expect("an operation").operation.id;
    let report = Report::new(&exchanges, outcomes);
    let text = report.to_string();
    assert_eq!(
        text.lines().last(),
        Some("3 exchanges: 1 decoded, 1 round-tripped, 1 unmatched, 1 failed")
    );
    let undeclared = format!("undeclared: {id} 2024-08-05: more (1)");
    assert!(text.contains(&undeclared), "{text}");
    assert!(text.contains("1 of 2 leaf values are in typed fields (50.00 %)"), "{text}");
    let json = report.to_json();
    let counts = ["exchanges", "decoded", "roundTripped", "unmatched", "failed"];
    assert_eq!(counts.map(|key| json[key].as_u64()), [3, 1, 1, 1, 1].map(Some));
    let results = ["passed", "failed", "unmatched"];
    for (entry, result) in
        json["entries"].as_array().expect("entries").iter().zip(results)
    {
        assert_eq!(entry["result"], result);
    }
    assert_eq!(json["entries"][0]["drift"][0]["path"], "more");
    assert_eq!(report.failed(), 1);
}
