//! The contract test: every request function, with all its parameters and a full body, against a
//! mock server by others.
//!
//! Prism checks path, query, headers, body and security against the vendored document, and responds
//! as the document declares. The calls are generated (`calls/`), so that a new operation is called
//! as soon as it is generated; the values are made from the document's schemas
//! (`atlas-admin-samples`).
//!
//! ```sh
//! apt-get install nodejs npm
//! cargo test -p atlas-admin --all-features --test contract -- --ignored --nocapture
//! ```
//!
//! The test installs the npm package that `prism/package-lock.json` names, starts the server on
//! loopback and stops it; it fails with a message where Node is missing.

mod calls;
mod document;
mod prism;
mod sample;

#[path = "../../../runtime/tests/peer/process.rs"]
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::rc::Rc;

use atlas_admin::codec::{Direction, Json, Mismatch};
use atlas_admin::registry::{Entry, Payload, entries};
use atlas_admin::types::Group;
use atlas_admin::{
    Client, Credentials, Error, Output, Request, Response, projects, set,
};
use atlas_admin_samples::Samples;

use prism::Prism;
use sample::Sample;

/// The status line and headers of a response.
#[derive(Debug)]
struct Head {
    media_type: String,
    operation: String,
    violations: String,
}

/// Sends a request as its caller would, and returns the outcome.
type Send = Box<dyn Fn(&Client) -> Sending>;
type Sending = Pin<Box<dyn Future<Output = Result<Head, Error>>>>;

/// A call of a request function.
struct Call {
    id: &'static str,
    version: &'static str,
    accept: &'static str,
    /// The target of the request.
    target: String,
    send: Send,
    /// The same request with an untyped response.
    bare: Request<Json>,
    /// The problems of the request before it is sent.
    problems: Vec<String>,
}

/// All calls.
pub(crate) struct Contract {
    samples: Samples,
    calls: Vec<Call>,
}

impl Contract {
    /// Adds a call of an operation in a version, with the media type of its response.
    pub(crate) fn add<T, R>(
        &mut self,
        id: &'static str,
        version: &'static str,
        accept: &'static str,
        call: impl FnOnce(&Sample<'_>) -> R,
    ) where
        T: Output + 'static,
        R: Into<Request<T>>,
    {
        let sample = Sample::of(&self.samples, id, version);
        let request: Rc<Request<T>> = Rc::new(call(&sample).into());
        let target = request.path_and_query();
        let bare = Request::clone(&request).with_output();
        let problems = sample.problems(&bare, accept);
        let send: Send = Box::new(move |client| {
            let (request, client) = (Rc::clone(&request), client.clone());
            Box::pin(async move {
                request.send(&client).await.map(|response| head(&response))
            })
        });
        self.calls.push(Call { id, version, accept, target, send, bare, problems });
    }
}

fn head<T>(response: &Response<T>) -> Head {
    let text = |name| {
        let value = response.headers().get(name).map(|value| value.as_bytes());
        String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
    };
    Head {
        media_type: text("content-type"),
        operation: text(document::OPERATION),
        violations: text("sl-violations"),
    }
}

impl Call {
    /// Sends the request and returns the problems of the request and its response, in words.
    async fn check(&self, client: &Client, entry: &Entry) -> Vec<String> {
        let mut wrong = self.problems.clone();
        let head = match (self.send)(client).await {
            Ok(head) => head,
            Err(error) => {
                let body = String::from_utf8_lossy(error.body()).into_owned();
                let said = error.headers().get("sl-violations");
                wrong.push(format!(
                    "{}: {error}\n  violations: {said:?}\n  body: {body}",
                    self.target
                ));
                return wrong;
            }
        };
        wrong.extend(violations(&head.violations));
        if head.operation != self.id {
            wrong.push(format!("Prism took it for {:?}", head.operation));
        }
        if self.accept == entry.operation.accept && is_json(entry) {
            if head.media_type != self.accept {
                wrong.push(format!("responded with {:?}", head.media_type));
            }
            wrong.extend(self.drift(client, entry).await);
        }
        wrong
    }

    /// Sends the request again, and returns the differences between the response and its type.
    ///
    /// Prism generates responses without regard to discriminators: it omits them or makes them up,
    /// and mixes properties of several variants. Differences that follow from that are no mistakes
    /// of the types.
    async fn drift(&self, client: &Client, entry: &Entry) -> Vec<String> {
        let response = match self.bare.send(client).await {
            Ok(response) => response,
            Err(error) => return vec![error.to_string()],
        };
        let make = entry.responses.iter().find_map(|(status, payload)| match payload {
            Payload::Json(make) if *status == response.status() => Some(make),
            _ => None,
        });
        let Some(make) = make else {
            return vec![format!("responded with {}", response.status())];
        };
        let drift = match sample::drift(
            &response.to_string(),
            &mut *make(),
            Direction::Response,
        ) {
            Ok(drift) => drift,
            Err(error) => return vec![error.to_string()],
        };
        let is_wrong = |drift: &&Mismatch| {
            !matches!(
                drift,
                Mismatch::UnknownDiscriminator { .. }
                    | Mismatch::Undeclared { .. }
                    | Mismatch::Missing { .. }
            )
        };
        let wrong = drift.iter().filter(is_wrong);
        wrong.map(|drift| format!("the response: {drift:?}")).collect()
    }
}

/// Returns Prism's complaints about the request. The header also lists where Prism's own response
/// violates the document, and may be cut off after the complaints about the request.
fn violations(header: &str) -> impl Iterator<Item = String> + '_ {
    let each = header.split(r#"{"location":["#).skip(1);
    let of_request = each.filter(|violation| violation.starts_with(r#""request""#));
    // All parameters are sent, including deprecated ones, of which Prism warns.
    let is_wrong = |violation: &&str| !violation.contains(r#""code":"deprecated""#);
    of_request.filter(is_wrong).map(|violation| format!("violation: {violation}"))
}

/// Tells whether the response is JSON.
fn is_json(entry: &Entry) -> bool {
    entry.responses.iter().any(|(_, payload)| matches!(payload, Payload::Json(_)))
}

#[tokio::test]
#[ignore = "needs nodejs and npm"]
async fn every_call_keeps_to_the_document() {
    let samples = Samples::uncorrected();
    let prism = Prism::start(&document::by_version(samples.tree()));
    assert_is_strict(&prism).await;
    let mut contract = Contract { samples, calls: Vec::new() };
    calls::add(&mut contract);
    let declared: BTreeMap<(&str, String), &Entry> = entries()
        .map(|entry| ((entry.operation.id, entry.operation.version.to_string()), entry))
        .collect();
    let mut wrong = Vec::new();
    let mut sent = BTreeSet::new();
    for call in &contract.calls {
        let key = (call.id, call.version.to_owned());
        let client =
            prism.client(call.version, Some(Credentials::access_token("token")));
        let found = call.check(&client, declared[&key]).await;
        if !found.is_empty() {
            let found = found.join("\n  ");
            wrong.push(format!(
                "{} {} {}\n  {found}",
                call.id, call.version, call.accept
            ));
        }
        sent.insert(key);
    }
    println!(
        "{} operation-version pairs in {} calls; {} kept to the document and decoded",
        sent.len(),
        contract.calls.len(),
        contract.calls.len() - wrong.len(),
    );
    assert!(wrong.is_empty(), "{} calls:\n{}", wrong.len(), wrong.join("\n"));
    assert!(declared.keys().eq(&sent), "the registry has other pairs than were sent");
}

/// Asserts that Prism finds violations of the document, so that finding none means something.
async fn assert_is_strict(prism: &Prism) {
    let client = prism.client("2023-01-01", Some(Credentials::access_token("token")));
    let group = Group { org_id: set("no id"), ..Group::default() };
    let path = projects::v2023_01_01::get_group("no id");
    let query = projects::v2023_01_01::list_groups().items_per_page(0);
    let body = projects::v2023_01_01::create_group(&group);
    let refused = [
        ("path", path.send(&client).await.map(drop)),
        ("query", query.send(&client).await.map(drop)),
        ("body", body.send(&client).await.map(drop)),
    ];
    for (part, response) in refused {
        let error = response.expect_err(part);
        let said = error.headers().get("sl-violations").map(|said| said.as_bytes());
        let said = String::from_utf8_lossy(said.unwrap_or(error.body())).into_owned();
        assert!(said.contains(&format!("\"{part}\"")), "{part}: {error} {said}");
    }
    // Digest is declared too, but Prism sends no challenge for it; the peer tests cover it.
    let stranger = prism.client("2023-01-01", None);
    let refused = projects::v2023_01_01::list_groups().send(&stranger).await;
    assert!(refused.unwrap_err().is_unauthorized());
}
