//! Polling of the operation that shows the state.

use std::sync::Arc;

use super::judge::Judge;
use super::{CallResponse, Progress, Report, unknown};
use crate::codec::Json;
use crate::error::{Error, Kind};
use crate::operation::{Each, Operation, Polled, Source, Wait};
use crate::page::Items;
use crate::poll::{Outcome, Verdict, Watch, failed};
use crate::request::Parts;
use crate::text;

/// The status of a response whose work continues (RFC 9110 section 15.3.3).
pub(super) const ACCEPTED: u16 = 202;

/// A wait after the response to its call.
pub(super) struct Run<'a> {
    pub(super) request: Arc<Parts>,
    pub(super) wait: &'static Wait,
    pub(super) response: CallResponse,
    pub(super) watch: Watch,
    pub(super) report: Option<Report<'a>>,
}

impl Run<'_> {
    /// Waits, and returns the resource at the end.
    pub(super) async fn finish(mut self) -> Result<Option<Json>, Error> {
        if let Some((operation, path)) = self.operation_resource() {
            match self.follow(operation, &path).await? {
                Some(resource) => return Ok(Some(resource)),
                // The operation resource has ended, and the state of the target resource
                // shows the rest.
                None if self.wait.poll.is_none() => return Ok(None),
                None => {}
            }
        }
        let Some(polled) = &self.wait.poll else {
            return match self.response.status {
                ACCEPTED => Err(unknown(self.request.operation)),
                // The work was complete with the response.
                _ => Ok(Some(self.response.body)),
            };
        };
        match &polled.each {
            None => {
                let parts =
                    self.parts(polled.operation, polled.parameters, &Json::Null)?;
                self.poll(polled, parts).await
            }
            Some(each) => {
                for item in self.list(each).await? {
                    let parts =
                        self.parts(polled.operation, polled.parameters, &item)?;
                    self.poll(polled, parts).await?;
                }
                Ok(None)
            }
        }
    }

    /// Polls a resource until its end.
    async fn poll(
        &mut self,
        polled: &'static Polled,
        parts: Parts,
    ) -> Result<Option<Json>, Error> {
        let method = self.request.operation.method;
        let mut judge = Judge::new(polled, method, &self.response.body);
        let parts = Arc::new(parts);
        loop {
            match self.watch.send::<Json>(&parts).await {
                Err(error) if error.is_not_found() => match judge.absent() {
                    Verdict::Done => return Ok(None),
                    Verdict::Pending => self.watch.passes(error),
                    Verdict::Failed => return Err(error),
                },
                Err(error) => self.watch.pass(error)?,
                Ok(response) => {
                    let elapsed = self.watch.elapsed();
                    let Outcome { verdict, state } = judge.look(&response, elapsed);
                    match verdict {
                        Verdict::Done if polled.gone => return Ok(None),
                        Verdict::Done => return Ok(Some(response.into_value())),
                        Verdict::Failed => {
                            return Err(failed(state.as_deref()).of(polled.operation));
                        }
                        Verdict::Pending => self.watch.saw(state, response.headers()),
                    }
                }
            }
            self.pause(polled.operation).await?;
        }
    }

    /// Lists the items to poll.
    async fn list(&mut self, each: &Each) -> Result<Vec<Json>, Error> {
        let parts = Arc::new(self.parts(each.list, each.parameters, &Json::Null)?);
        loop {
            match collect(self.watch.items(&parts)).await {
                Ok(items) => return Ok(items),
                Err(error) => self.watch.pass(error)?,
            }
            self.pause(each.list).await?;
        }
    }

    /// Reports the progress, and waits until the next request is due.
    pub(super) async fn pause(
        &mut self,
        operation: &'static Operation,
    ) -> Result<(), Error> {
        if let Some(report) = &mut self.report {
            report(&Progress { watch: &self.watch });
        }
        self.watch.pause(operation).await
    }

    /// Creates a request with the values of its path parameters.
    fn parts(
        &self,
        operation: &'static Operation,
        sources: &[Source],
        item: &Json,
    ) -> Result<Parts, Error> {
        let known = self.request.path_values();
        let values: Result<Vec<String>, Error> = sources
            .iter()
            .map(|source| {
                let text = |object, names: &[&'static str]| {
                    let found = names.iter().find_map(|name| text(object, name));
                    (names.join(" or "), found)
                };
                let (name, found) = match source {
                    Source::Request(name) => {
                        let mut known = known.iter();
                        let found = known.find(|(other, _)| *other == *name);
                        ((*name).to_owned(), found.map(|(_, value)| value.clone()))
                    }
                    Source::Response(names) => text(&self.response.body, names),
                    Source::Item(names) => text(item, names),
                };
                found.ok_or_else(|| self.lacks(&name))
            })
            .collect();
        let values = values?;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        Ok(self.request.followed_by(operation, &values))
    }

    fn lacks(&self, name: &str) -> Error {
        let message = format!(
            "the wait can't start, because the response lacks the property {name}; the work of the call \
             continues"
        );
        Error::new(Kind::Decode, message).of(self.request.operation)
    }
}

/// Returns a property that can be part of a path.
fn text(object: &Json, name: &str) -> Option<String> {
    text::json(object.get(name)?).ok()
}

async fn collect(mut items: Items<Json>) -> Result<Vec<Json>, Error> {
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item?);
    }
    Ok(all)
}
