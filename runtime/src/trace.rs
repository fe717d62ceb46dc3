//! What the feature `tracing` shows: a span for each request and each try, and events. All of
//! it is nothing without the feature, so that nothing else asks whether it is there.
//!
//! Names, numbers and templates only: no values of parameters, no bodies, no headers but the
//! dates of a deprecation.

#[cfg(feature = "tracing")]
mod on {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};
    use tracing::Instrument;
    use tracing::instrument::Instrumented;

    use crate::error::Error;
    use crate::headers;
    use crate::operation::Operation;

    pub(crate) fn request<F>(
        operation: &'static Operation,
        future: F,
    ) -> Instrumented<F> {
        future.instrument(tracing::info_span!(
            "atlas_request",
            operation = operation.name,
            version = %operation.version,
            method = operation.method.as_str(),
            path = operation.path,
        ))
    }

    pub(crate) fn attempt<F>(attempt: u32, future: F) -> Instrumented<F> {
        future.instrument(tracing::debug_span!(
            "attempt",
            attempt,
            status = tracing::field::Empty
        ))
    }

    pub(crate) fn answered(status: StatusCode) {
        tracing::Span::current().record("status", status.as_u16());
        tracing::debug!(status = status.as_u16(), "answered");
    }

    pub(crate) fn waits(attempt: u32, wait: Duration, error: &Error) {
        tracing::info!(attempt, ?wait, status = error.status(), "waiting");
    }

    pub(crate) fn store_failed(error: &std::io::Error) {
        tracing::warn!(%error, "the token store failed; going on without it");
    }

    pub(crate) fn ambiguous(warning: &str) {
        tracing::warn!("{warning}");
    }

    pub(crate) fn deprecated(operation: &'static Operation, headers: &HeaderMap) {
        let sunset = headers::date(headers, "sunset").map(|date| date.to_string());
        let sunset = sunset.or_else(|| Some(operation.sunset?.to_string()));
        tracing::warn!(
            operation = operation.name,
            version = %operation.version,
            sunset,
            "this version of the operation is deprecated",
        );
    }
}

#[cfg(feature = "tracing")]
pub(crate) use on::*;

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};

    use crate::error::Error;
    use crate::operation::Operation;

    pub(crate) fn request<F>(_: &'static Operation, future: F) -> F {
        future
    }

    pub(crate) fn attempt<F>(_: u32, future: F) -> F {
        future
    }

    pub(crate) fn answered(_: StatusCode) {}

    pub(crate) fn waits(_: u32, _: Duration, _: &Error) {}

    pub(crate) fn store_failed(_: &std::io::Error) {}

    pub(crate) fn ambiguous(_: &str) {}

    pub(crate) fn deprecated(_: &'static Operation, _: &HeaderMap) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
