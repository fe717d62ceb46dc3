//! Operation resources: the progress of a long-running operation.
//!
//! A response 202 with a `Location` names the operation resource, which has a `status`,
//! and at its end an `error` or a `resultHref`. `retryAfterSeconds` states when to poll
//! again, and `expiresAt` how long the resource exists.

use std::sync::Arc;
use std::time::Duration;

use http::header::LOCATION;

use super::run::{ACCEPTED, Run};
use crate::codec::Json;
use crate::error::Error;
use crate::operation::Operation;
use crate::poll::failed;
use crate::request::Parts;

/// The status of an operation resource.
const STATUS: &str = "status";
const SUCCEEDED: &str = "SUCCEEDED";
const FAILED: [&str; 3] = ["FAILED", "CANCELED", "SUPERSEDED"];

impl Run<'_> {
    /// Returns the operation of the operation resource that the response names, and its
    /// path.
    pub(super) fn operation_resource(&self) -> Option<(&'static Operation, String)> {
        let declared = self.wait.long_running.as_ref().filter(|it| !it.legacy)?;
        let location = self.response.headers.get(LOCATION)?.to_str().ok()?;
        let is_accepted = self.response.status == ACCEPTED;
        let from = self.request.path_and_query();
        let path = self.watch.base().resolve(&from, location).filter(|_| is_accepted)?;
        Some((declared.resource, path))
    }

    /// Polls an operation resource until its end, and returns its result. Returns
    /// `None` if the resource names no result, or is gone before its end was seen.
    pub(super) async fn follow(
        &mut self,
        operation: &'static Operation,
        path: &str,
    ) -> Result<Option<Json>, Error> {
        let parts = Arc::new(Parts::at(operation, path));
        loop {
            match self.watch.send::<Json>(&parts).await {
                // Expired, so the state of the target resource decides.
                Err(error) if error.is_not_found() && self.wait.poll.is_some() => {
                    return Ok(None);
                }
                Err(error) => self.watch.pass(error)?,
                Ok(response) => {
                    let status = response.get(STATUS).and_then(Json::as_str);
                    let status = status.unwrap_or_default();
                    if status == SUCCEEDED {
                        return self.result(operation, path, &response).await;
                    }
                    let state = format!("{STATUS}: {status}");
                    if FAILED.contains(&status) {
                        let state = state + &reason(&response);
                        return Err(failed(Some(&state)).of(self.request.operation));
                    }
                    self.watch.saw(Some(state), response.headers());
                    let wait = response.get("retryAfterSeconds").and_then(Json::as_u64);
                    if let Some(seconds) = wait {
                        self.watch.note_requested_wait(Duration::from_secs(seconds));
                    }
                }
            }
            self.pause(operation).await?;
        }
    }

    /// Requests the result that an operation resource names.
    async fn result(
        &mut self,
        operation: &'static Operation,
        path: &str,
        resource: &Json,
    ) -> Result<Option<Json>, Error> {
        let href = resource.get("resultHref").and_then(Json::as_str);
        let path = href.and_then(|href| self.watch.base().resolve(path, href));
        let Some(path) = path else { return Ok(None) };
        let parts = Arc::new(Parts::at(operation, &path));
        loop {
            match self.watch.send::<Json>(&parts).await {
                Ok(response) => return Ok(Some(response.into_value())),
                Err(error) => self.watch.pass(error)?,
            }
            self.pause(operation).await?;
        }
    }
}

/// Returns the reason for which an operation resource has failed.
fn reason(resource: &Json) -> String {
    let Some(error) = resource.get("error") else { return String::new() };
    let text = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| error.get(name)?.as_str());
        texts.next().map(|text| format!(": {text}")).unwrap_or_default()
    };
    let advice = match error.get("retryable") {
        Some(Json::Bool(true)) => ", which may be retried",
        _ => "",
    };
    let code = text(&["errorCode", "code"]);
    format!("{advice}{code}{}", text(&["detail", "message", "reason"]))
}
