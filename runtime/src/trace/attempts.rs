//! The attempts of a call: its HTTP exchanges, whether due to a retry, a redirect, a
//! challenge or a refused token.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{StatusCode, Version};

use super::failure::{CANCELLED, error_type, is_failure};
use super::metrics::Measured;
use super::spans::AttemptSpan;
use super::{IS_ON, Telemetry};
use crate::error::Error;
use crate::operation::Operation;
use crate::transport::Request;

/// Counts the attempts of a call, and records their starts and ends. Clones share the
/// count.
#[derive(Clone)]
pub(crate) struct Attempts(Option<Arc<State>>);

struct State {
    subject: Subject,
    counts: Mutex<Counts>,
}

/// The target of the attempts.
pub(super) struct Subject {
    /// `None` for a request outside the API, such as a token request.
    pub(super) operation: Option<&'static Operation>,
    /// The path without the values of parameters.
    pub(super) template: Cow<'static, str>,
}

#[derive(Default)]
struct Counts {
    /// The number of the attempt according to the retry policy, from 1.
    attempt: u32,
    /// The number of requests sent.
    sent: u32,
    open: Option<Attempt>,
}

/// The numbers of an attempt.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    pub(super) attempt: u32,
    /// The number of requests of the same call sent before.
    pub(super) resend: u32,
}

/// An attempt that has not ended. Dropping it ends it.
struct Attempt {
    span: AttemptSpan,
    measured: Measured,
    outcome: Outcome,
}

/// The outcome of an attempt, as far as it is known.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) response: Option<(StatusCode, Version)>,
    pub(super) error: Option<Cow<'static, str>>,
}

impl Attempts {
    /// Starts counting for a call. Without an operation, `target` is the path, which
    /// then contains no values of parameters.
    pub(crate) fn new(operation: Option<&'static Operation>, target: &str) -> Self {
        Self(IS_ON.then(|| {
            let template = match operation {
                Some(operation) => Cow::Borrowed(operation.path),
                None => Cow::Owned(target.to_owned()),
            };
            let subject = Subject { operation, template };
            Arc::new(State { subject, counts: Mutex::default() })
        }))
    }

    /// Counts an attempt of the retry policy.
    pub(crate) fn begin(&self) {
        if let Some(state) = &self.0 {
            state.counts().attempt += 1;
        }
    }

    /// Starts an attempt, and ends the previous one.
    pub(crate) fn open(&self, telemetry: &Telemetry, request: &Request) -> AttemptSpan {
        let Some(state) = &self.0 else { return AttemptSpan::none() };
        self.end();
        let numbers = {
            let mut counts = state.counts();
            counts.sent += 1;
            Numbers { attempt: counts.attempt.max(1), resend: counts.sent - 1 }
        };
        let (subject, service) = (&state.subject, &telemetry.0);
        let span = AttemptSpan::new(service, subject, &request.method, numbers);
        let measured = Measured::new(service, subject, &request.method);
        let attempt =
            Attempt { span: span.clone(), measured, outcome: Outcome::default() };
        state.counts().open = Some(attempt);
        span
    }

    /// Records the status and HTTP version of the response.
    pub(crate) fn responded(
        &self,
        status: StatusCode,
        version: Version,
        is_authorized: bool,
    ) {
        self.edit(|attempt| {
            attempt.span.responded(status, version);
            attempt.outcome.response = Some((status, version));
            if is_failure(status, is_authorized) {
                attempt.fail(status.as_str().to_owned().into(), None);
            }
        });
    }

    /// Ends the attempt, and records its error, unless its status was recorded as an
    /// error before.
    pub(crate) fn settle(&self, error: Option<&Error>) {
        if let Some(error) = error {
            self.edit(|attempt| {
                attempt.span.error_body(error);
                if attempt.outcome.error.is_none() {
                    attempt.fail(error_type(error), Some(error));
                }
            });
        }
        self.end();
    }

    fn edit(&self, change: impl FnOnce(&mut Attempt)) {
        if let Some(state) = &self.0
            && let Some(attempt) = &mut state.counts().open
        {
            change(attempt);
        }
    }

    fn end(&self) {
        if let Some(state) = &self.0 {
            // Dropped without the lock, because subscribers run on the drop.
            let ended = state.counts().open.take();
            drop(ended);
        }
    }
}

impl Attempt {
    fn fail(&mut self, error_type: Cow<'static, str>, error: Option<&Error>) {
        self.span.failed(&error_type, error);
        self.outcome.error = Some(error_type);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Outcome { response, error } = &mut self.outcome;
        if response.is_none() && error.is_none() {
            self.span.cancelled();
            *error = Some(CANCELLED.into());
        }
        self.measured.record(&self.outcome);
    }
}

impl State {
    /// Locks the counts. The guard is never held across an await.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns an HTTP version in the spelling of the conventions.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(super) fn protocol_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}
