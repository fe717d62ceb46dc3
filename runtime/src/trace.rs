//! Telemetry by OpenTelemetry's semantic conventions for HTTP clients: spans and events
//! (feature `tracing`) and metrics (feature `metrics`).
//!
//! A call has a span, and each of its HTTP exchanges (an attempt) has one too. The
//! guide documents names, fields, levels and targets. Telemetry contains names, numbers
//! and templates only: no values of parameters, no headers but the dates of a
//! deprecation, and bodies only redacted and at the level TRACE. Without the features,
//! all functions here do nothing, so other modules don't check for the features.

#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(dead_code, reason = "each of the features reads a part")
)]

use std::sync::Arc;

use http::HeaderMap;
use url::Url;

use crate::clock::Clock;

pub(crate) use attempts::Attempts;
pub(crate) use spans::{
    CallSpan, ambiguous, deprecated, request_body, retries, store_failed,
};
pub(crate) use waits::{Reason, waiting};

use metrics::Instruments;

mod attempts;
mod failure;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(not(feature = "metrics"))]
mod no_metrics;
#[cfg(not(feature = "tracing"))]
mod no_spans;
#[cfg(feature = "tracing")]
mod spans;
mod waits;
#[cfg(not(feature = "metrics"))]
use no_metrics as metrics;
#[cfg(not(feature = "tracing"))]
use no_spans as spans;

/// Whether any telemetry is enabled.
const IS_ON: bool = cfg!(any(feature = "tracing", feature = "metrics"));

/// A function that adds the headers of a trace context to a request.
pub(crate) type Propagator = Arc<dyn Fn(&mut HeaderMap) + Send + Sync>;

/// The part of a client that telemetry needs.
#[derive(Clone)]
pub(crate) struct Telemetry(Arc<Service>);

struct Service {
    /// The base URL, without a trailing slash.
    base: String,
    address: String,
    port: i64,
    clock: Arc<dyn Clock>,
    instruments: Instruments,
    propagator: Option<Propagator>,
}

impl Telemetry {
    pub(crate) fn new(
        base: &Url,
        clock: Arc<dyn Clock>,
        propagator: Option<Propagator>,
    ) -> Self {
        Self(Arc::new(Service {
            base: base.as_str().trim_end_matches('/').to_owned(),
            address: base.host_str().unwrap_or_default().to_owned(),
            port: base.port_or_known_default().unwrap_or_default().into(),
            clock,
            instruments: Instruments::new(),
            propagator,
        }))
    }

    /// Adds the headers of the current trace context to those of a request. The
    /// request's own headers are neither passed to the propagator nor replaced by it,
    /// because the credentials are among them.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        let Some(propagator) = &self.0.propagator else { return };
        let mut added = HeaderMap::new();
        propagator(&mut added);
        for (name, value) in &added {
            if !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
    }
}
