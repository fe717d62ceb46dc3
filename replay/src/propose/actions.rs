//! Turns the findings into the actions of an overlay, and into remarks on findings that no action
//! corrects.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::evidence::{Evidence, Totals};
use super::{At, Findings, Options, Status, Values};
use crate::place::{Step, json_path};

/// Corrections of a document, with their reasons.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The corrections, in order.
    pub actions: Vec<Action>,
    /// The findings that a person has to judge, in order, one line each.
    pub remarks: Vec<String>,
    /// The places of each `null` that the document does not allow and no action corrects.
    pub nulls: Vec<String>,
}

/// One correction.
#[derive(Clone, Debug)]
pub struct Action {
    /// The JSONPath of the node that is changed.
    pub target: String,
    /// The evidence that the document is wrong.
    pub description: String,
    /// The change.
    pub change: Change,
}

/// The change of an action.
#[derive(Clone, Debug)]
pub enum Change {
    /// The value is merged into the target.
    Update(Value),
    /// The target is removed.
    Remove,
}

/// Actions with the places that they are sorted by, and remarks.
struct Collected<'t> {
    totals: &'t Totals,
    /// The places whose schema an action replaces. Another action within such a schema would be
    /// lost.
    replaced: Vec<At>,
    actions: Vec<(At, Action)>,
    remarks: Vec<String>,
    nulls: Vec<String>,
}

/// Returns the actions and the remarks for the findings.
pub(super) fn actions(findings: Findings<'_>, options: Options) -> Proposal {
    let totals = &findings.totals;
    let mut into = Collected {
        totals,
        replaced: Vec::new(),
        actions: Vec::new(),
        remarks: Vec::new(),
        nulls: Vec::new(),
    };
    types(&findings, &mut into);
    for ((owner, name), found) in &findings.properties {
        property(&findings, owner, name, found, &mut into);
    }
    for (list, values) in &findings.values {
        into.values(list, values);
    }
    for (at, evidence) in &findings.nulls {
        let node = findings.document.node(at);
        let is_reference = node.is_none_or(|node| node.get("$ref").is_some());
        into.null(at, evidence, options.nulls && !is_reference);
    }
    for ((responses, status), found) in &findings.statuses {
        let usual = findings.document.usual_response(*status);
        into.status(responses, *status, found, usual);
    }
    for (content, evidence) in &findings.texts {
        into.text(content, evidence, findings.json.contains(content));
    }
    for (text, evidence) in &findings.remarks {
        into.remark(text, evidence);
    }
    let Collected { mut actions, mut remarks, nulls, .. } = into;
    // Both actions of a pair are under one place, and stay in their order.
    actions.sort_by(|(a, _), (b, _)| a.cmp(b));
    remarks.sort();
    let actions = actions.into_iter().map(|(_, action)| action).collect();
    Proposal { actions, remarks, nulls }
}

/// Makes the actions for values of other types than the declared one.
fn types(findings: &Findings<'_>, into: &mut Collected<'_>) {
    for (at, Values { shape, evidence }) in &findings.types {
        let Some(node) = findings.document.node(at) else { continue };
        let place = json_path(at);
        if shape.is_number() && node["type"] == "integer" {
            let said = format!(
                "Not only whole numbers, and {} {}.",
                evidence.sender(),
                into.words(evidence)
            );
            let update = json!({"type": "number", "format": "double"});
            into.push(at, place, said, Change::Update(update));
            continue;
        }
        let Some((Step::Name(last), holder)) = at.split_last() else {
            into.remark(&format!("a value of another type, at {place}"), evidence);
            continue;
        };
        let is_property = holder.last() == Some(&Step::Name("properties".to_owned()));
        let name = if is_property { last } else { "" };
        let mut withheld = 0;
        let seen = shape.schema(name, findings.disclosure, &mut withheld);
        let said = format!(
            "A value of another type than the declared one, and {} {}.",
            evidence.sender(),
            into.words(evidence)
        );
        into.push(
            at,
            place,
            format!("{said} The next action declares both."),
            Change::Remove,
        );
        let both = json!({ last: { "oneOf": [node, seen] } });
        into.push(at, json_path(holder), said, Change::Update(both));
        into.replaced.push(at.clone());
        into.withheld(at, withheld);
    }
}

fn property(
    findings: &Findings<'_>,
    owner: &At,
    name: &str,
    found: &Values,
    into: &mut Collected<'_>,
) {
    let mut withheld = 0;
    let schema = found.shape.schema(name, findings.disclosure, &mut withheld);
    let words = into.words(&found.evidence);
    let sender = found.evidence.sender();
    let is_secret = has_secret(&schema);
    let secret = if is_secret { " Marked as a secret because of a name." } else { "" };
    let said = format!("{name} is not declared, and {sender} {words}.{secret}");
    let mut at = owner.clone();
    let is_there = findings
        .document
        .node(owner)
        .is_some_and(|node| node.get("properties").is_some());
    let mut update = json!({ name: schema });
    if is_there {
        at.push(Step::Name("properties".to_owned()));
    } else {
        update = json!({ "properties": update });
    }
    into.push(owner, json_path(&at), said, Change::Update(update));
    let mut place = owner.clone();
    place.extend(["properties", name].map(|name| Step::Name(name.to_owned())));
    into.withheld(&place, withheld);
}

/// Tells whether a schema marks a secret.
fn has_secret(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            schema["format"] == "password" || members.values().any(has_secret)
        }
        Value::Array(items) => items.iter().any(has_secret),
        _ => false,
    }
}

impl Collected<'_> {
    fn words(&self, evidence: &Evidence) -> String {
        evidence.words(self.totals)
    }

    fn push(&mut self, at: &At, target: String, description: String, change: Change) {
        if self.replaced.iter().any(|replaced| at.starts_with(replaced)) {
            let place = json_path(at);
            self.remarks.push(format!(
                "to be proposed again once the action for a place around {place} is applied: \
                 {description}"
            ));
            return;
        }
        self.actions.push((at.clone(), Action { target, description, change }));
    }

    fn remark(&mut self, text: &str, evidence: &Evidence) {
        let words = self.words(evidence);
        self.remarks.push(format!("{text}: {words}"));
    }

    /// Adds a remark with the number of names that look like data, within the schema that an
    /// action declares.
    fn withheld(&mut self, at: &At, names: usize) {
        if names > 0 {
            let at = json_path(at);
            let (names, are) = match names {
                1 => ("1 name".to_owned(), "is"),
                names => (format!("{names} names"), "are"),
            };
            self.remarks
                .push(format!("{names} that may be data {are} not shown, within {at}"));
        }
    }

    fn values(&mut self, list: &At, values: &BTreeMap<String, Evidence>) {
        let said: Vec<String> = values
            .iter()
            .map(|(value, evidence)| format!("{value} {}", self.words(evidence)))
            .collect();
        let are = if values.len() == 1 { "A value" } else { "Values" };
        let said = format!("{are} that the document lacks: {}.", said.join("; "));
        let update = json!({"enum": values.keys().collect::<Vec<_>>()});
        self.push(list, json_path(list), said, Change::Update(update));
    }

    fn null(&mut self, at: &At, evidence: &Evidence, is_action: bool) {
        let place = json_path(at);
        let words = self.words(evidence);
        if is_action {
            let said =
                format!("null is not allowed, and {} {words}.", evidence.sender());
            let update = json!({"nullable": true});
            return self.push(at, place, said, Change::Update(update));
        }
        self.nulls.push(format!("{place}: {words}"));
    }

    fn status(
        &mut self,
        responses: &At,
        status: u16,
        found: &Status,
        usual: Option<&str>,
    ) {
        let is_success = (200..300).contains(&status);
        let response = match usual {
            _ if is_success => {
                let mut response = json!({"description": ""});
                if !found.contents.is_empty() {
                    response["content"] =
                        Value::Object(Map::from_iter(found.contents.clone()));
                }
                response
            }
            Some(target) => json!({ "$ref": target }),
            None => {
                let at = json_path(responses);
                let text = format!("status {status}, which the document lacks, at {at}");
                return self.remark(&text, &found.evidence);
            }
        };
        let words = self.words(&found.evidence);
        let said = format!(
            "Status {status} is not declared, and the service responds with it {words}."
        );
        let update = json!({ status.to_string(): response });
        self.push(responses, json_path(responses), said, Change::Update(update));
    }

    fn text(&mut self, content: &At, evidence: &Evidence, is_json_too: bool) {
        let place = json_path(content);
        let words = self.words(evidence);
        if is_json_too {
            self.remarks.push(format!(
                "a text where other responses have JSON, which no schema expresses, at \
                 {place}: {words}"
            ));
            return;
        }
        let said =
            format!("The body is a text and no JSON of the declared type, {words}.");
        let schema: At =
            content.iter().cloned().chain([Step::Name("schema".to_owned())]).collect();
        let removal = format!("{said} The next action declares a string.");
        self.push(content, json_path(&schema), removal, Change::Remove);
        let update = json!({"schema": {"type": "string"}});
        self.push(content, place, said, Change::Update(update));
    }
}
