//! Spans and events, for the feature `tracing`.
//!
//! Numbers are recorded as `i64`, because exporters for OpenTelemetry convert all other
//! types of numbers to text.

use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Version};
use tracing::field::Empty;
use tracing::instrument::Instrumented;
use tracing::{Instrument, Level, Span};

use super::attempts::{Numbers, Subject, protocol_version};
use super::failure::{CANCELLED, description, error_type, status};
use super::{Reason, Service, Telemetry};
use crate::codec::{RequestBody, redacted_text};
use crate::error::Error;
use crate::headers;
use crate::operation::Operation;
use crate::template::{Piece, Template};

/// The target of all spans, and of all events without bodies.
const TARGET: &str = "atlas_admin";

/// The target of the events with bodies.
const BODIES: &str = "atlas_admin::body";

/// The longest text of a body in an event, in bytes.
const BODY_LIMIT: usize = 64 << 10;

const STATUS_CODE: &str = "http.response.status_code";

/// The span of a call. Dropping it ends the span.
#[derive(Debug)]
pub(crate) struct CallSpan(Span);

impl CallSpan {
    pub(crate) fn none() -> Self {
        Self(Span::none())
    }

    pub(crate) fn new(telemetry: &Telemetry, operation: &'static Operation) -> Self {
        let service = &telemetry.0;
        Self(tracing::info_span!(
            target: TARGET,
            "atlas_call",
            "otel.name" = operation.name,
            "otel.kind" = "internal",
            "otel.status_code" = Empty,
            "otel.status_description" = Empty,
            "error.type" = Empty,
            "http.request.method" = operation.method.as_str(),
            "http.response.status_code" = Empty,
            "url.template" = operation.path,
            "server.address" = service.address,
            "server.port" = service.port,
            "atlas.operation" = operation.id,
            "atlas.version" = %operation.version,
            "atlas.attempts" = Empty,
        ))
    }

    /// Runs a future inside the span.
    pub(crate) fn follow<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    /// Returns a guard that detects a drop of the call.
    pub(crate) fn open(&self) -> Open {
        Open(self.0.clone())
    }

    /// Records the response of the last attempt.
    pub(crate) fn succeeded(&self, status: StatusCode, attempts: u32) {
        self.0.record(STATUS_CODE, i64::from(status.as_u16()));
        self.0.record("atlas.attempts", i64::from(attempts));
    }

    /// Records the error of the call.
    pub(crate) fn failed(&self, error: &Error) {
        if self.0.is_disabled() {
            return;
        }
        if let Some(status) = status(error) {
            self.0.record(STATUS_CODE, i64::from(status));
        }
        self.0.record("atlas.attempts", i64::from(error.attempts()));
        fail(&self.0, &error_type(error), Some(error));
    }

    /// Emits an event with the value decoded from the body.
    pub(crate) fn response_body(&self, size: usize, redacted: impl FnOnce() -> String) {
        if shows_bodies() {
            self.0.in_scope(|| {
                tracing::trace!(
                    target: BODIES,
                    size = as_i64(size),
                    body = shortened(&redacted()),
                    "response body",
                );
            });
        }
    }
}

/// A guard that records the call as cancelled if it is dropped before its end.
pub(crate) struct Open(Span);

impl Open {
    pub(crate) fn end(mut self) {
        self.0 = Span::none();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        cancel(&self.0);
    }
}

/// The span of an attempt.
#[derive(Clone)]
pub(crate) struct AttemptSpan(Span);

impl AttemptSpan {
    pub(super) fn none() -> Self {
        Self(Span::none())
    }

    pub(super) fn new(
        service: &Service,
        subject: &Subject,
        method: &Method,
        numbers: Numbers,
    ) -> Self {
        let template = &*subject.template;
        let operation = subject.operation;
        Self(tracing::info_span!(
            target: TARGET,
            "atlas_attempt",
            "otel.name" = %format_args!("{method} {template}"),
            "otel.kind" = "client",
            "otel.status_code" = Empty,
            "otel.status_description" = Empty,
            "error.type" = Empty,
            "http.request.method" = method.as_str(),
            "http.request.resend_count" =
                (numbers.resend > 0).then(|| i64::from(numbers.resend)),
            "http.response.status_code" = Empty,
            "network.protocol.version" = Empty,
            "server.address" = service.address,
            "server.port" = service.port,
            "url.full" = %format_args!("{}{}", service.base, without_values(template)),
            "url.template" = template,
            "atlas.operation" = operation.map(|operation| operation.id),
            "atlas.version" =
                operation.map(|operation| tracing::field::display(operation.version)),
            "atlas.attempt" = i64::from(numbers.attempt),
        ))
    }

    /// Runs a function inside the span.
    pub(crate) fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }

    /// Runs a future inside the span.
    pub(crate) fn follow<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    pub(super) fn responded(&self, status: StatusCode, version: Version) {
        let status = i64::from(status.as_u16());
        self.0.record(STATUS_CODE, status);
        self.0.record("network.protocol.version", protocol_version(version));
        self.enter(|| tracing::debug!(target: TARGET, status, "responded"));
    }

    pub(super) fn failed(&self, error_type: &str, error: Option<&Error>) {
        fail(&self.0, error_type, error);
    }

    /// Emits an event with the body of a response whose status is not a success. Errors
    /// print that body too.
    pub(super) fn error_body(&self, error: &Error) {
        let is_refusal = error.status().is_some_and(|status| status >= 400);
        if is_refusal && !error.body().is_empty() && shows_bodies() {
            self.enter(|| {
                let size = as_i64(error.body().len());
                let body = &*redacted_text(error.body());
                tracing::trace!(target: BODIES, size, body = shortened(body), "response body");
            });
        }
    }

    /// Records that the caller didn't wait for the response.
    pub(super) fn cancelled(&self) {
        cancel(&self.0);
    }
}

/// Records that the caller didn't wait for the end. The status remains unset, because
/// this is no failure: for example, a dropped stream cancels the page that it has
/// requested ahead.
fn cancel(span: &Span) {
    span.record("error.type", CANCELLED);
}

fn fail(span: &Span, error_type: &str, error: Option<&Error>) {
    span.record("error.type", error_type);
    span.record("otel.status_code", "ERROR");
    // After the code, because setting the code would replace the description.
    if let Some(description) = error.and_then(description) {
        span.record("otel.status_description", description);
    }
}

/// Returns a template with each parameter replaced by `REDACTED`, the conventions' word
/// for a part that must not be shown.
fn without_values(template: &str) -> String {
    let pieces = Template(template).pieces().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Parameter(_) => "REDACTED",
    });
    pieces.collect()
}

pub(crate) fn retries(attempt: u32, wait: Duration, error: &Error) {
    tracing::info!(
        target: TARGET,
        attempt = i64::from(attempt),
        ?wait,
        status = error.status().map(i64::from),
        "error.type" = &*error_type(error),
        "waiting",
    );
}

pub(super) fn waited(reason: Reason, waited: Duration) {
    let reason = reason.as_str();
    tracing::debug!(target: TARGET, ?waited, "atlas.wait.reason" = reason, "waited");
}

pub(crate) fn store_failed(error: &std::io::Error) {
    // Not named `error`, which some subscribers take for the failure of the span.
    let cause = error;
    tracing::warn!(target: TARGET, %cause, "the token store failed; going on without it");
}

pub(crate) fn ambiguous(warning: &str) {
    tracing::warn!(target: TARGET, "{warning}");
}

pub(crate) fn deprecated(operation: &'static Operation, headers: &HeaderMap) {
    let sunset = headers::date(headers, "sunset").map(|date| date.to_string());
    let sunset = sunset.or_else(|| Some(operation.sunset?.to_string()));
    tracing::warn!(
        target: TARGET,
        sunset,
        "atlas.operation" = operation.id,
        "atlas.version" = %operation.version,
        "this version of the operation is deprecated",
    );
}

/// Returns true if a subscriber wants events with bodies.
fn shows_bodies() -> bool {
    tracing::enabled!(target: BODIES, Level::TRACE)
}

/// Emits an event with the body of a request, without its secrets.
pub(crate) fn request_body(body: Option<&RequestBody>) {
    if let Some(body) = body
        && shows_bodies()
    {
        let size = as_i64(body.text().len());
        let body = &*body.redacted();
        tracing::trace!(target: BODIES, size, body = shortened(body), "request body");
    }
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(BODY_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn as_i64(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
