//! Expectations: the responses to one kind of request.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::mock::Rules;
use super::pattern::{Pattern, Test};
use super::reply::{self, Outcome, Reply};
use super::{ANY, RecordedRequest};
use crate::codec::{Json, Value};
use crate::operation::Operation;
use crate::transport::Stage;

/// The responses to one kind of request. Returned by
/// [`MockTransport::on`](super::MockTransport::on).
///
/// The conditions on the request come first, then the replies in order.
pub struct Expectation<'a, T> {
    rules: &'a Arc<Rules>,
    index: usize,
    operation: Option<&'static Operation>,
    output: std::marker::PhantomData<fn(T)>,
}

impl<'a, T> Expectation<'a, T> {
    pub(super) fn new(rules: &'a Arc<Rules>, pattern: Pattern) -> Self {
        let operation = pattern.operation;
        let index = rules.add(pattern);
        Self { rules, index, operation, output: std::marker::PhantomData }
    }

    /// Restricts the expectation to requests with exactly these query parameters and
    /// this body.
    #[must_use = "a rule without a reply does nothing"]
    pub fn exactly(self) -> Self {
        self.rules.edit(self.index, |rule| rule.pattern.make_exact());
        self
    }

    /// Restricts the expectation to requests that satisfy a predicate.
    #[must_use = "a rule without a reply does nothing"]
    pub fn when(
        self,
        predicate: impl Fn(&RecordedRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.test(Box::new(move |request| {
            if predicate(request) {
                Ok(())
            } else {
                Err("the predicate returned false".to_owned())
            }
        }))
    }

    /// Restricts the expectation to requests whose body satisfies a predicate.
    #[must_use = "a rule without a reply does nothing"]
    pub fn when_body<B: Value + Default>(
        self,
        predicate: impl Fn(&B) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.test(Box::new(move |request| match request.try_body() {
            Ok(body) if predicate(&body) => Ok(()),
            Ok(_) => Err("the predicate returned false for its body".to_owned()),
            Err(problem) => Err(problem),
        }))
    }

    /// Responds with JSON text or a payload, with the operation's declared status and
    /// media type.
    pub fn respond_bytes(self, body: impl Into<Bytes>) -> Self {
        let (operation, body) = (self.operation, body.into());
        self.respond_http_with(move |request| {
            reply::success(operation.or(request.operation()), body.clone())
        })
    }

    /// Responds with JSON that the type can't express: undeclared properties, or values
    /// that don't fit.
    pub fn respond_json(self, body: impl Into<Json>) -> Self {
        self.respond_bytes(body.into().to_string())
    }

    /// Responds with an error of the service: a status, an error code, and a detail for
    /// people.
    pub fn fail(self, status: u16, code: &str, detail: &str) -> Self {
        self.respond_http(reply::error(status, code, detail))
    }

    /// Responds with 429, and with the time after which the request may be repeated
    /// (`Retry-After`).
    pub fn throttle(self, wait: Duration) -> Self {
        self.respond_http(reply::throttled(wait))
    }

    /// Responds with an HTML page, like a gateway.
    pub fn html(self, status: u16, page: &str) -> Self {
        let page = page.to_owned();
        self.respond_http(reply::response(status, Some("text/html"), page))
    }

    /// Breaks the connection after the request may have arrived.
    pub fn break_connection(self) -> Self {
        self.reply(Arc::new(|_| Outcome::Broken(Stage::Exchange)))
    }

    /// Refuses the connection, so that the request is not sent.
    pub fn refuse_connection(self) -> Self {
        self.reply(Arc::new(|_| Outcome::Broken(Stage::Connect)))
    }

    /// Never responds, so that a time limit of the client ends the wait.
    pub fn hang(self) -> Self {
        self.reply(Arc::new(|_| Outcome::Never))
    }

    /// Responds with an HTTP response.
    pub fn respond_http(self, response: Response<Bytes>) -> Self {
        self.respond_http_with(move |_| response.clone())
    }

    /// Responds with an HTTP response created from the request.
    pub fn respond_http_with(
        self,
        make: impl Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.reply(Arc::new(move |request| Outcome::Response(make(request))))
    }

    /// Gives the last reply `times` times in total.
    pub fn times(self, times: usize) -> Self {
        self.rules.edit(self.index, |rule| rule.repeat(times));
        self
    }

    /// Gives the last reply as often as it is requested, which may be never.
    pub fn always(self) -> Self {
        self.rules.edit(self.index, |rule| rule.always = true);
        self
    }

    fn test(self, test: Test) -> Self {
        self.rules.edit(self.index, |rule| rule.pattern.test(test));
        self
    }

    pub(super) fn reply(self, reply: Reply) -> Self {
        self.rules.edit(self.index, |rule| rule.push(reply));
        self
    }
}

impl<T: Value> Expectation<'_, T> {
    /// Responds with a value, with the operation's declared status and media type. A
    /// page without links is the last one.
    ///
    /// # Panics
    ///
    /// Panics if JSON can't express the value.
    #[track_caller]
    pub fn respond(self, value: T) -> Self {
        self.respond_bytes(reply::encoded(&value))
    }

    /// Responds with a value created from the request.
    pub fn respond_with(
        self,
        make: impl Fn(&RecordedRequest) -> T + Send + Sync + 'static,
    ) -> Self {
        let operation = self.operation;
        self.respond_http_with(move |request| {
            let operation = operation.or(request.operation());
            reply::success(operation, reply::encoded(&make(request)))
        })
    }
}

impl<T> std::fmt::Debug for Expectation<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let operation = self.operation.map_or(ANY, |operation| operation.name);
        f.debug_tuple("Expectation").field(&operation).finish()
    }
}
