//! No spans and no events, because the feature `tracing` is disabled.

use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Version};

use super::attempts::{Numbers, Subject};
use super::{Service, Telemetry};
use crate::codec::RequestBody;
use crate::error::Error;
use crate::operation::Operation;

#[derive(Debug)]
pub(crate) struct CallSpan;

impl CallSpan {
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn new(_: &Telemetry, _: &'static Operation) -> Self {
        Self
    }

    pub(crate) fn follow<F: Future>(&self, future: F) -> F {
        future
    }

    pub(crate) fn open(&self) -> Open {
        Open
    }

    pub(crate) fn succeeded(&self, _: StatusCode, _: u32) {}

    pub(crate) fn failed(&self, _: &Error) {}

    pub(crate) fn response_body(&self, _: usize, _: impl FnOnce() -> String) {}
}

pub(crate) struct Open;

impl Open {
    pub(crate) fn end(self) {}
}

#[derive(Clone)]
pub(crate) struct AttemptSpan;

impl AttemptSpan {
    pub(super) fn none() -> Self {
        Self
    }

    pub(super) fn new(_: &Service, _: &Subject, _: &Method, _: Numbers) -> Self {
        Self
    }

    pub(crate) fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    pub(crate) fn follow<F: Future>(&self, future: F) -> F {
        future
    }

    pub(super) fn responded(&self, _: StatusCode, _: Version) {}

    pub(super) fn failed(&self, _: &str, _: Option<&Error>) {}

    pub(super) fn error_body(&self, _: &Error) {}

    pub(super) fn cancelled(&self) {}
}

pub(crate) fn retries(_: u32, _: Duration, _: &Error) {}

#[cfg(feature = "metrics")]
pub(super) fn waited(_: super::Reason, _: Duration) {}

pub(crate) fn store_failed(_: &std::io::Error) {}

pub(crate) fn ambiguous(_: &str) {}

pub(crate) fn deprecated(_: &'static Operation, _: &HeaderMap) {}

pub(crate) fn request_body(_: Option<&RequestBody>) {}
