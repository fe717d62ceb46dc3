use super::*;

const DOCUMENT: &str = "\
openapi: 3.0.1
info: {title: t, version: '1'}
paths:
  /pears:
    get: {operationId: listPears, responses: {}}
components:
  schemas:
    Pear:
      type: object
      properties:
        key: {type: string, format: password}
        name: {type: string, enum: [A]}
";

const OVERLAY: &str = "\
overlay: 1.0.0
info: {title: t, version: '1'}
# About all.
actions:
  # About the first.
  - target: $.components.schemas.Pear.properties.name
    description: Seen.
    update: {enum: [A]}

  # About the second.
  - target: $.components.schemas.Pear.properties.name
    description: >-
      Seen:
      - often
    update:
      enum: [B]
  - target: $.components.schemas.Plum
    description: Seen.
    update: {type: string}
";

fn overlays(text: &str) -> Vec<(String, Vec<u8>)> {
    vec![("10.yaml".to_owned(), text.as_bytes().to_vec())]
}

fn overlay(target: &str, update: &str) -> Vec<(String, Vec<u8>)> {
    let head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n";
    overlays(&format!(
        "{head}  - target: $.components.schemas.{target}\n    description: Seen.\n    update: {update}\n"
    ))
}

fn aside(overlays: &Overlays) -> Result<Aside, String> {
    Aside::of_document(DOCUMENT.as_bytes(), overlays)
        .map_err(|failure| failure.to_string())
}

#[test]
fn what_upstream_says_now_and_what_is_gone_is_cut_out() {
    let overlays = overlays(OVERLAY);
    let aside = aside(&overlays).expect("no mark");
    let found: Vec<(usize, &str, bool)> =
        aside.actions().map(|(_, number, it)| (number, &*it.why, it.is_made)).collect();
    assert_eq!(
        found,
        [(1, "upstream says it now", true), (3, "the target matches nothing", false)]
    );
    let rest = aside.rest(&overlays).expect("overlays");
    let expected = "\
overlay: 1.0.0
info: {title: t, version: '1'}
# About all.
actions:
  # About the first.

  # About the second.
  - target: $.components.schemas.Pear.properties.name
    description: >-
      Seen:
      - often
    update:
      enum: [B]
";
    assert_eq!(String::from_utf8_lossy(&rest[0].1), expected);
    let whole = document::read(
        DOCUMENT.as_bytes(),
        &[("10.yaml", &rest[0].1)],
        UnmatchedAction::Error,
    );
    assert!(whole.is_ok());
}

#[test]
fn an_overlay_with_nothing_left_goes() {
    let overlays = overlay("Plum", "{type: string}");
    let aside = aside(&overlays).expect("no mark");
    assert!(aside.rest(&overlays).expect("overlays").is_empty());
}

#[test]
fn an_overlay_in_another_layout_is_written_anew() {
    let text = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions: [\
                {target: $.components.schemas.Plum, description: d, update: {type: string}},\
                {target: $.components.schemas.Pear, description: d, update: {x: 1}}]\n";
    let overlays = overlays(text);
    let rest = aside(&overlays).expect("no mark").rest(&overlays).expect("overlays");
    let tree = document::parse(&rest[0].1).expect("YAML");
    assert_eq!(tree["actions"].as_array().map(Vec::len), Some(1));
    assert_eq!(tree["actions"][0]["target"], "$.components.schemas.Pear");
}

#[test]
fn a_mark_that_matches_nothing_stops_the_update() {
    for update in [
        "{format: password}",
        "{x-sdk-identity: true}",
        "{x-sdk-kept: true}",
        "{x-sdk-tomorrow: true}",
        "{properties: {token: {type: string, format: password}}}",
    ] {
        let said = aside(&overlay("Plum.properties.token", update)).err().expect(update);
        assert!(said.contains("matches nothing, and it marks"), "{said}");
        assert!(said.contains("10.yaml, action 1, target $.components"), "{said}");
        assert!(said.ends_with("nothing was written"), "{said}");
    }
}

#[test]
fn a_mark_that_upstream_makes_is_set_aside() {
    let made = aside(&overlay("Pear.properties.key", "{format: password}"));
    let made = made.expect("made upstream");
    assert!(made.actions().all(|(_, _, reason)| reason.is_made) && !made.is_empty());
}

#[test]
fn an_error_about_a_wait_is_known_by_its_operation() {
    let at = atlas_admin_generator::pointer::Pointer::root();
    let at = at.child("paths").child("/pears/{id}").child("get").child(WAIT);
    let said = Diagnostic::error("there is no `state`", &at);
    let action =
        |target: &str| serde_json::json!({ "target": target, "update": { WAIT: {} } });
    assert!(is_wait_at(&action("$.paths['/pears/{id}'].get"), &said));
    assert!(!is_wait_at(&action("$.paths['/pears'].get"), &said));
    assert!(!is_wait_at(&action("$.paths['/pears/{id}'].post"), &said));
    let other = Diagnostic::error("no", &at.child("done"));
    assert!(is_wait_at(&action("$.paths['/pears/{id}'].get"), &other));
}
