//! The replay of one exchange.

use atlas_admin::codec::{
    Direction, Json, Mismatch, Value, decode_observed, encode, encode_request, take_text,
};
use atlas_admin::operation::Method;
use atlas_admin::registry::{Entry, Make, Payload};
use atlas_admin::{ApiError, MediaType};

use crate::compare::{self, Difference};
use crate::har::{Body, Message, Recorded};
use crate::leaves::Leaves;
use crate::route::{Match, Routes};

/// The outcome of the replay of an exchange.
#[derive(Debug)]
pub struct Outcome {
    /// The operation in its version, or the reason why none was found.
    pub entry: Result<&'static Entry, String>,
    /// Whether all bodies of the exchange can be decoded.
    pub is_decoded: bool,
    /// The failures.
    pub failures: Vec<Failure>,
    /// The differences that the types absorbed.
    pub drift: Vec<Absorbed>,
    /// The leaves of the exchange's JSON bodies.
    pub leaves: Leaves,
    /// The request body, if it is JSON of a declared type.
    pub request: Option<Json>,
    /// The response body, if it is JSON of a declared type.
    pub response: Option<Json>,
}

/// A failure of a replay.
#[derive(Debug)]
pub struct Failure {
    /// The side of the exchange.
    pub direction: Direction,
    /// The cause: a difference, or a body that can't be decoded or encoded.
    pub what: What,
}

/// The cause of a failure.
#[derive(Debug)]
pub enum What {
    /// The body differs from the received one when it is encoded again.
    Difference(Difference),
    /// The body can't be decoded, or can't be encoded again.
    Broken(String),
}

/// A difference that the types absorbed.
#[derive(Debug)]
pub struct Absorbed {
    /// The side of the exchange.
    pub direction: Direction,
    /// The kind, as a word for programs.
    pub kind: &'static str,
    /// The JSON path; empty for the body as a whole.
    pub path: String,
    /// The details of the difference, for people.
    pub detail: String,
}

/// Replays an exchange.
pub fn replay(recorded: &Recorded, routes: &Routes) -> Outcome {
    let mut outcome = Outcome {
        entry: Err(String::new()),
        is_decoded: true,
        failures: Vec::new(),
        drift: Vec::new(),
        leaves: Leaves::default(),
        request: None,
        response: None,
    };
    if let Some(problem) = &recorded.problem {
        outcome.entry = Err(format!("no exchange: {problem}"));
        return outcome;
    }
    let found = match routes.find(recorded) {
        _ if asks_for_envelope(&recorded.url) => {
            outcome.entry = Err("the answer is in an envelope".to_owned());
            return outcome;
        }
        Ok(Match { entry, is_near }) => {
            outcome.entry = Ok(entry);
            if is_near {
                let version = entry.operation.version;
                let detail = format!("no declared version is named; taken as {version}");
                outcome.absorb(Direction::Response, "version", detail);
            }
            entry
        }
        Err(reason) => {
            outcome.entry = Err(reason);
            return outcome;
        }
    };
    outcome.request(found, recorded);
    outcome.response(found, recorded);
    outcome
}

fn asks_for_envelope(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split(['&', '#']).any(|pair| pair == "envelope=true")
}

impl Outcome {
    fn request(&mut self, entry: &Entry, recorded: &Recorded) {
        match (entry.body, &recorded.request.body) {
            // A recording does not tell a body that was not sent from one that it leaves out.
            (_, Body::Empty) | (None, Body::Unrecorded) => {}
            (Some(make), _) => self.message(Direction::Request, make, &recorded.request),
            (None, _) => {
                let detail = "a body where none is declared".to_owned();
                self.absorb(Direction::Request, "body", detail);
            }
        }
    }

    fn response(&mut self, entry: &Entry, recorded: &Recorded) {
        let (status, message) = (recorded.status, &recorded.response);
        if status == 0 {
            return self.absorb(
                Direction::Response,
                "status",
                "no answer was recorded".to_owned(),
            );
        }
        if !(200..300).contains(&status) {
            return self.error(entry, status, message);
        }
        let declared = entry.responses.iter().find(|(known, _)| *known == status);
        if declared.is_none() {
            self.absorb(
                Direction::Response,
                "status",
                format!("{status} is not declared"),
            );
        }
        let stream = is_stream(&message.media_type);
        match declared.or(entry.responses.first()).map(|(_, payload)| payload) {
            _ if stream => self.bytes(Direction::Response, message),
            Some(Payload::Json(make)) => {
                self.message(Direction::Response, *make, message)
            }
            Some(Payload::Stream) => self.bytes(Direction::Response, message),
            Some(Payload::Empty) | None => {
                let is_bare = match &message.body {
                    Body::Empty => true,
                    Body::Bytes(bytes) => bytes.iter().all(u8::is_ascii_whitespace),
                    _ => false,
                };
                if !is_bare {
                    let detail = "a body where none is declared".to_owned();
                    self.absorb(Direction::Response, "body", detail);
                }
            }
        }
    }

    fn error(&mut self, entry: &Entry, status: u16, message: &Message) {
        if !entry.errors.contains(&status) {
            self.absorb(
                Direction::Response,
                "status",
                format!("{status} is not declared"),
            );
        }
        // Gateways respond in formats of their own; a caller gets the bytes.
        if let Body::Bytes(bytes) = &message.body
            && !bytes.trim_ascii().is_empty()
            && ApiError::parse(bytes) == ApiError::default()
        {
            let detail = "an error in a format of its own".to_owned();
            return self.absorb(Direction::Response, "body", detail);
        }
        self.bytes(Direction::Response, message);
    }

    /// Checks a body that is not JSON, which a caller gets unchanged.
    fn bytes(&mut self, direction: Direction, message: &Message) {
        match &message.body {
            Body::Unreadable(reason) => {
                self.fail(direction, What::Broken(reason.clone()))
            }
            Body::Unrecorded => {
                self.absorb(
                    direction,
                    "unrecorded",
                    "the recording has no body".to_owned(),
                );
            }
            Body::Empty | Body::Bytes(_) => {}
        }
    }

    fn message(&mut self, direction: Direction, make: Make, message: &Message) {
        let bytes = match &message.body {
            Body::Bytes(bytes) if !bytes.iter().all(u8::is_ascii_whitespace) => bytes,
            Body::Bytes(_) | Body::Empty => {
                let detail = "no body where one is declared".to_owned();
                return self.absorb(direction, "empty", detail);
            }
            _ => return self.bytes(direction, message),
        };
        let mut value = make();
        let mut drift = Vec::new();
        let mut observe = |found: Mismatch| drift.push(found);
        let result = decode_observed(bytes, &mut *value, direction, &mut observe);
        self.drift.extend(drift.into_iter().map(|found| absorbed(direction, found)));
        let received = match result.and_then(|()| Json::from_slice(bytes)) {
            Ok(received) => received,
            // A recording is complete.
            Err(_)
                if direction == Direction::Response
                    && take_text(bytes, &message.media_type, &mut *value) =>
            {
                let detail = "a text where JSON is declared".to_owned();
                return self.absorb(direction, "text", detail);
            }
            Err(error) => {
                if direction == Direction::Response && is_text(bytes, message) {
                    let detail = "a text where another type is declared".to_owned();
                    self.absorb(direction, "text", detail);
                }
                return self.fail(direction, What::Broken(error.to_string()));
            }
        };
        // A list is empty then.
        if received.is_null() {
            return;
        }
        self.leaves.add(&Leaves::of(&received, &*value));
        match encode(&*value) {
            Ok(written) => {
                let found = compare::texts(bytes, &written, &*value, make);
                self.compare(direction, found);
            }
            Err(error) => {
                let what = What::Broken(error.to_string());
                self.failures.push(Failure { direction, what });
            }
        }
        self.sent(direction, bytes, &*value, make);
        match direction {
            Direction::Request => self.request = Some(received),
            Direction::Response => self.response = Some(received),
        }
    }

    /// Checks that a request with this value sends the recorded JSON. A value from the service may
    /// lack the properties that `RequestBody::left_out` names, and no others.
    fn sent(
        &mut self,
        direction: Direction,
        received: &[u8],
        value: &dyn Value,
        make: Make,
    ) {
        let body = match encode_request(value, Method::Patch) {
            Ok(body) => body,
            Err(error) => {
                let reason = format!("it can't be sent: {error}");
                return self
                    .failures
                    .push(Failure { direction, what: What::Broken(reason) });
            }
        };
        let left_out = body.left_out();
        if direction == Direction::Request && !left_out.is_empty() {
            let reason = format!("it is the caller's, and is sent without {left_out:?}");
            self.failures.push(Failure { direction, what: What::Broken(reason) });
        }
        let mut found = compare::texts(received, body.text(), value, make);
        found.retain(|difference| {
            difference.found.is_some() || !left_out.contains(&difference.path)
        });
        self.compare(direction, found);
    }

    /// Adds differences as failures, one for each path.
    fn compare(&mut self, direction: Direction, differences: Vec<Difference>) {
        for difference in differences {
            let is_known = self.failures.iter().any(|known| {
                known.direction == direction
                    && matches!(&known.what, What::Difference(known) if known.path == difference.path)
            });
            if !is_known {
                self.failures
                    .push(Failure { direction, what: What::Difference(difference) });
            }
        }
    }

    fn fail(&mut self, direction: Direction, what: What) {
        self.is_decoded = false;
        self.failures.push(Failure { direction, what });
    }

    fn absorb(&mut self, direction: Direction, kind: &'static str, detail: String) {
        self.drift.push(Absorbed { direction, kind, path: String::new(), detail });
    }
}

/// Tells whether a body is a text that would be decoded if a string were declared. A body that
/// begins like a JSON object or list is no text, but incomplete JSON.
fn is_text(bytes: &[u8], message: &Message) -> bool {
    let first = bytes.trim_ascii_start().first();
    !matches!(first, Some(b'{' | b'['))
        && take_text(bytes, &message.media_type, &mut String::new())
}

/// Tells whether a media type is one of the API's in another format than JSON.
fn is_stream(media_type: &str) -> bool {
    MediaType::parse(media_type).is_some_and(|media_type| !media_type.is_json())
}

fn absorbed(direction: Direction, drift: Mismatch) -> Absorbed {
    let path = drift.path().to_owned();
    let (kind, detail) = match drift {
        Mismatch::UnknownValue { value, .. } => {
            ("unknown-value", format!("{value:?} is not among the declared values"))
        }
        Mismatch::UnknownDiscriminator { name, value: Some(value), .. } => {
            ("unknown-tag", format!("{name} is {value:?}, which is not declared"))
        }
        Mismatch::UnknownDiscriminator { name, value: None, .. } => {
            ("unknown-tag", format!("no {name}"))
        }
        Mismatch::Undeclared { .. } => ("undeclared", "not declared".to_owned()),
        Mismatch::Type { message, .. } => ("mismatch", message),
        Mismatch::Null { .. } => ("null", "null where it is not allowed".to_owned()),
        Mismatch::Missing { .. } => ("missing", "required and not there".to_owned()),
        Mismatch::Surrogate { .. } => ("surrogate", "half a character".to_owned()),
        _ => ("other", String::new()),
    };
    Absorbed { direction, kind, path, detail }
}
