//! Metrics, through the OpenTelemetry API.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use opentelemetry::metrics::Histogram;
use opentelemetry::{InstrumentationScope, KeyValue, global};

use super::attempts::{Outcome, Subject, protocol_version};
use super::{Reason, Service};
use crate::clock::Clock;
use crate::operation::Operation;

/// The bounds in seconds that the conventions recommend for the duration of a request.
const REQUEST_BOUNDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The bounds in seconds for waits: a rate limit is per minute, and a call may take 5
/// minutes.
const WAIT_BOUNDS: [f64; 12] =
    [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

#[derive(Clone)]
pub(super) struct Instruments {
    request: Histogram<f64>,
    wait: Histogram<f64>,
}

impl Instruments {
    /// Creates the instruments of the global meter provider at this time.
    pub(super) fn new() -> Self {
        let scope = InstrumentationScope::builder("atlas-admin")
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let meter = global::meter_with_scope(scope);
        let request = meter
            .f64_histogram("http.client.request.duration")
            .with_unit("s")
            .with_description("Duration of HTTP client requests.")
            .with_boundaries(REQUEST_BOUNDS.to_vec());
        let wait = meter
            .f64_histogram("atlas.client.wait.duration")
            .with_unit("s")
            .with_description("Time that a call waited before it sent a request.")
            .with_boundaries(WAIT_BOUNDS.to_vec());
        Self { request: request.build(), wait: wait.build() }
    }

    pub(super) fn waited(
        &self,
        reason: Reason,
        operation: Option<&'static Operation>,
        waited: Duration,
    ) {
        let mut attributes = vec![KeyValue::new("atlas.wait.reason", reason.as_str())];
        if let Some(operation) = operation {
            let method = operation.method.as_str();
            attributes.push(KeyValue::new("http.request.method", method));
            attributes.push(KeyValue::new("url.template", operation.path));
        }
        self.wait.record(waited.as_secs_f64(), &attributes);
    }
}

/// An attempt whose duration is measured.
pub(super) struct Measured {
    instruments: Instruments,
    clock: Arc<dyn Clock>,
    /// The start of the attempt, on the monotonic clock.
    begun: Duration,
    attributes: Vec<KeyValue>,
}

impl Measured {
    pub(super) fn new(service: &Service, subject: &Subject, method: &Method) -> Self {
        let attributes = vec![
            KeyValue::new("http.request.method", method.as_str().to_owned()),
            KeyValue::new("server.address", service.address.clone()),
            KeyValue::new("server.port", service.port),
            KeyValue::new("url.template", subject.template.clone()),
        ];
        let (instruments, clock) =
            (service.instruments.clone(), Arc::clone(&service.clock));
        let begun = clock.monotonic();
        Self { instruments, clock, begun, attributes }
    }

    pub(super) fn record(&mut self, outcome: &Outcome) {
        let attributes = &mut self.attributes;
        if let Some((status, version)) = outcome.response {
            let status = i64::from(status.as_u16());
            attributes.push(KeyValue::new("http.response.status_code", status));
            let version = protocol_version(version);
            attributes.push(KeyValue::new("network.protocol.version", version));
        }
        if let Some(error) = &outcome.error {
            attributes.push(KeyValue::new("error.type", error.clone()));
        }
        let elapsed = self.clock.monotonic().saturating_sub(self.begun);
        self.instruments.request.record(elapsed.as_secs_f64(), attributes);
    }
}
