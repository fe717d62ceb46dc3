//! Proposes corrections of the document from recordings, as an overlay for a person to review.
//!
//! The differences are those that the replay finds. A proposal copies only property names and
//! constant values of enums from a recording; all other words are this module's own.

use std::collections::{BTreeMap, BTreeSet};

use atlas_admin::ApiError;
use atlas_admin::codec::{Direction, Json};
use atlas_admin::registry::Entry;

use self::disclosure::Disclosure;
use self::evidence::{Evidence, Side, Source, Totals};
use self::schema::{Document, Found, Spot};
use self::shape::Shape;
use crate::exchange::{Absorbed, Outcome};
use crate::har::{Body, Recorded};
use crate::place::{self, Step, json_path};

mod actions;
pub mod disclosure;
pub mod evidence;
pub mod overlays;
pub mod schema;
pub mod shape;
mod text;

pub use actions::{Action, Change, Proposal};

/// Settings of a proposal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether an undeclared `null` becomes an action instead of a remark.
    pub nulls: bool,
}

/// Proposes corrections of a document, given exchanges and the outcomes of their replay in the same
/// order.
pub fn propose(
    exchanges: &[Recorded],
    outcomes: &[Outcome],
    document: &Document,
    options: Options,
) -> Proposal {
    let mut disclosure = Disclosure::new(document.names());
    for (recorded, outcome) in exchanges.iter().zip(outcomes) {
        disclosure.learn(recorded, outcome);
    }
    let mut findings = Findings::new(document, &disclosure);
    for (position, (recorded, outcome)) in exchanges.iter().zip(outcomes).enumerate() {
        if let Ok(entry) = outcome.entry
            && recorded.status != 0
        {
            let source = Source::new(recorded, position);
            findings.exchange(Exchange { entry, recorded, outcome, source: &source });
        }
    }
    actions::actions(findings, options)
}

/// A place in the document.
type At = Vec<Step>;

/// The values seen of an undeclared property, or of a property with values of another type.
#[derive(Debug, Default)]
struct Values {
    shape: Shape,
    evidence: Evidence,
}

/// A status that an operation lacks.
#[derive(Debug, Default)]
struct Status {
    /// The contents by media type; only for a success.
    contents: BTreeMap<String, serde_json::Value>,
    evidence: Evidence,
}

/// The findings, by the place in the document that lacks something.
struct Findings<'d> {
    document: &'d Document,
    disclosure: &'d Disclosure<'d>,
    totals: Totals,
    /// Undeclared properties, by the schema that owns the property and its name.
    properties: BTreeMap<(At, String), Values>,
    /// Undeclared values of enums, by the schema that lists the values.
    values: BTreeMap<At, BTreeMap<String, Evidence>>,
    nulls: BTreeMap<At, Evidence>,
    types: BTreeMap<At, Values>,
    /// Undeclared statuses, by the `responses` of the operation.
    statuses: BTreeMap<(At, u16), Status>,
    /// Bodies that are texts instead of JSON, by the content that declares them.
    texts: BTreeMap<At, Evidence>,
    /// The contents for which at least one body was JSON.
    json: BTreeSet<At>,
    remarks: BTreeMap<String, Evidence>,
}

/// An exchange of a known operation.
#[derive(Clone, Copy)]
struct Exchange<'r> {
    entry: &'static Entry,
    recorded: &'r Recorded,
    outcome: &'r Outcome,
    source: &'r Source,
}

/// A difference in a body, and its location.
struct Seen<'d, 'r> {
    root: Spot<'d>,
    body: &'r Json,
    steps: Vec<Step>,
    side: Side,
    source: &'r Source,
}

impl<'d> Findings<'d> {
    fn new(document: &'d Document, disclosure: &'d Disclosure<'d>) -> Self {
        Self {
            document,
            disclosure,
            totals: Totals::new(),
            properties: BTreeMap::new(),
            values: BTreeMap::new(),
            nulls: BTreeMap::new(),
            types: BTreeMap::new(),
            statuses: BTreeMap::new(),
            texts: BTreeMap::new(),
            json: BTreeSet::new(),
            remarks: BTreeMap::new(),
        }
    }

    fn exchange(&mut self, exchange: Exchange<'_>) {
        let Exchange { entry, recorded, outcome, .. } = exchange;
        let is_success = (200..300).contains(&recorded.status);
        let side = |direction| Side::new(entry, direction, recorded.status);
        *self.totals.entry(side(Direction::Response)).or_default() += 1;
        if is_success && outcome.request.is_some() {
            *self.totals.entry(side(Direction::Request)).or_default() += 1;
        }
        if outcome.response.is_some()
            && let Some(content) =
                self.document.content(entry, Direction::Response, recorded.status)
        {
            self.json.insert(content.at);
        }
        for found in &outcome.drift {
            // A refused request doesn't show what the service accepts.
            if is_success || found.direction == Direction::Response {
                self.absorbed(exchange, found);
            }
        }
    }

    fn absorbed(&mut self, exchange: Exchange<'_>, found: &Absorbed) {
        let Exchange { entry, recorded, source, outcome } = exchange;
        let side = Side::new(entry, found.direction, recorded.status);
        match found.kind {
            "status" => return self.status(exchange, &side),
            "text" => return self.text(exchange, &side),
            "body" if (200..300).contains(&recorded.status) => {
                return self.remark(
                    "a body where the document declares none",
                    &side,
                    source,
                );
            }
            "missing" => {
                let text =
                    "a required property was absent, which this crate reads as unset";
                return self.remark(text, &side, source);
            }
            "undeclared" | "unknown-value" | "unknown-tag" | "null" | "mismatch" => {}
            _ => return,
        }
        let body = match found.direction {
            Direction::Request => outcome.request.as_ref(),
            Direction::Response => outcome.response.as_ref(),
        };
        let root = self
            .document
            .content(entry, found.direction, recorded.status)
            .and_then(|content| content.child("schema"));
        let (Some(root), Some(body), Some(steps)) =
            (root, body, place::parse(&found.path))
        else {
            let text = "a difference in a body for which the document has no schema";
            return self.remark(text, &side, source);
        };
        let seen = Seen { root, body, steps, side, source };
        let is_placed = match found.kind {
            "undeclared" => self.undeclared(&seen),
            "unknown-value" => self.value(&seen),
            "unknown-tag" => self.tag(&seen),
            "null" => self.null(&seen),
            _ => self.mismatch(&seen),
        };
        if is_placed.is_none() {
            let text = "a difference at a place that the document does not describe";
            self.remark(text, &seen.side, source);
        }
    }

    fn remark(&mut self, text: &str, side: &Side, source: &Source) {
        self.remarks.entry(text.to_owned()).or_default().add(side, source);
    }

    fn find(&self, seen: &Seen<'d, '_>, steps: &[Step]) -> Option<Found<'d>> {
        self.document.find(seen.root.clone(), seen.body, steps)
    }

    fn undeclared(&mut self, seen: &Seen<'d, '_>) -> Option<()> {
        let (last, parent) = seen.steps.split_last()?;
        let Step::Name(name) = last else { return None };
        let value = place::find(seen.body, &seen.steps)?;
        let object = place::find(seen.body, parent)?;
        let holder = self.find(seen, parent)?;
        let spot = holder.spot.clone();
        if self.document.property(spot, Some(object), name).is_some() {
            // The crate is older than the corrections.
            return Some(());
        }
        let at = json_path(&holder.spot.at);
        let Some(owner) = self.document.owner(holder.spot, object, &mut Vec::new())
        else {
            let text = format!(
                "an undeclared property of an object that can be of several schemas, at {at}"
            );
            self.remark(&text, &seen.side, seen.source);
            return Some(());
        };
        let at = json_path(&owner.at);
        if holder.is_secret || !self.disclosure.is_name(name) {
            let text = format!(
                "an undeclared property whose name may be data and is not shown, at {at}: if \
                 it is the key of a map, declare `additionalProperties`"
            );
            self.remark(&text, &seen.side, seen.source);
            return Some(());
        }
        let found = self.properties.entry((owner.at, name.clone())).or_default();
        found.shape.add(value);
        found.evidence.add(&seen.side, seen.source);
        Some(())
    }

    fn value(&mut self, seen: &Seen<'d, '_>) -> Option<()> {
        let value = place::find(seen.body, &seen.steps)?.as_str()?;
        let found = self.find(seen, &seen.steps)?;
        let at = json_path(&found.spot.at);
        let mut lists = self.document.enums(found.spot);
        let declared = |list: &Spot<'d>| -> Vec<&'d str> {
            let values = list.node["enum"].as_array().into_iter().flatten();
            values.filter_map(serde_json::Value::as_str).collect()
        };
        if lists.iter().any(|list| declared(list).contains(&value)) {
            return Some(());
        }
        let problem = match lists.as_slice() {
            [list] => {
                let declared = declared(list);
                let is_constant =
                    self.disclosure.is_constant(value, &found.property, &declared);
                let is_shown = is_constant && !found.is_secret;
                (!is_shown)
                    .then_some("an undeclared value that may be data and is not shown")
            }
            [] => Some("an undeclared value where the document lists none"),
            _ => Some("an undeclared value of one of several lists"),
        };
        if let Some(problem) = problem {
            self.remark(&format!("{problem}, at {at}"), &seen.side, seen.source);
            return Some(());
        }
        let list = lists.swap_remove(0);
        let values = self.values.entry(list.at).or_default();
        values.entry(value.to_owned()).or_default().add(&seen.side, seen.source);
        Some(())
    }

    fn tag(&mut self, seen: &Seen<'d, '_>) -> Option<()> {
        let found = self.find(seen, &seen.steps)?;
        let at = json_path(&self.document.follow(found.spot).at);
        let text =
            format!("an object of none of the kinds that the document has at {at}");
        self.remark(&text, &seen.side, seen.source);
        Some(())
    }

    fn null(&mut self, seen: &Seen<'d, '_>) -> Option<()> {
        let found = self.find(seen, &seen.steps)?;
        if self.document.follow(found.spot.clone()).node["nullable"] != true {
            self.nulls.entry(found.spot.at).or_default().add(&seen.side, seen.source);
        }
        Some(())
    }

    fn mismatch(&mut self, seen: &Seen<'d, '_>) -> Option<()> {
        let value = place::find(seen.body, &seen.steps)?;
        let found = self.find(seen, &seen.steps)?;
        if !self.document.accepts(&found.spot, value) {
            let values = self.types.entry(found.spot.at).or_default();
            values.shape.add(value);
            values.evidence.add(&seen.side, seen.source);
        }
        Some(())
    }

    fn status(&mut self, exchange: Exchange<'_>, side: &Side) {
        let Exchange { entry, recorded, source, outcome } = exchange;
        let status = recorded.status;
        let responses =
            self.document.operation(entry).and_then(|spot| spot.child("responses"));
        let Some(responses) = responses else { return };
        let declared = responses.child(&status.to_string());
        let content = self.document.content(entry, Direction::Response, status);
        let is_success = (200..300).contains(&status);
        if !is_success {
            // Gateways respond with statuses of their own.
            let is_own = matches!(&recorded.response.body, Body::Bytes(bytes)
                if ApiError::parse(bytes) != ApiError::default());
            if !is_own || declared.is_some() {
                return;
            }
        }
        if declared.is_some() {
            // The crate is older than the corrections, unless the version is not there.
            if content.is_none() {
                let at = json_path(&responses.at);
                let text =
                    format!("status {status} in a version that lacks it, at {at}");
                self.remark(&text, side, source);
            }
            return;
        }
        let found = self.statuses.entry((responses.at, status)).or_default();
        found.evidence.add(side, source);
        if let (true, Some(content)) = (is_success, content)
            && let Some(Step::Name(media_type)) = content.at.last()
        {
            let mut node = content.node.clone();
            if let (None, Some(members)) = (&outcome.response, node.as_object_mut()) {
                members.remove("schema");
            }
            let known =
                found.contents.entry(media_type.clone()).or_insert_with(|| node.clone());
            if known.get("schema").is_none() {
                *known = node;
            }
        }
    }

    fn text(&mut self, exchange: Exchange<'_>, side: &Side) {
        let Exchange { entry, recorded, source, .. } = exchange;
        let content = self.document.content(entry, Direction::Response, recorded.status);
        let Some(content) = content else {
            let text = "a text for which the document has no schema";
            return self.remark(text, side, source);
        };
        let schema = content.child("schema").map(|schema| self.document.follow(schema));
        if schema.is_some_and(|schema| schema.node["type"] == "string") {
            // The crate takes the text for the string that is declared.
            return;
        }
        self.texts.entry(content.at).or_default().add(side, source);
    }
}
