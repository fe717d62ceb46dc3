//! No metrics, because the feature `metrics` is disabled.

use http::Method;

use super::Service;
use super::attempts::{Outcome, Subject};

pub(super) struct Instruments;

pub(super) struct Measured;

impl Instruments {
    pub(super) fn new() -> Self {
        Self
    }

    #[cfg(feature = "tracing")]
    pub(super) fn waited(
        &self,
        _: super::Reason,
        _: Option<&'static crate::operation::Operation>,
        _: std::time::Duration,
    ) {
    }
}

impl Measured {
    pub(super) fn new(_: &Service, _: &Subject, _: &Method) -> Self {
        Self
    }

    pub(super) fn record(&mut self, _: &Outcome) {}
}
