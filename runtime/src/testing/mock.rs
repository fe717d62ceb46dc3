//! The expectations of a test, and the received requests.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Method, Response};

use super::RecordedRequest;
use super::pattern::Pattern;
use super::reply::{self, Outcome, Reply};
use crate::auth::oauth;
use crate::transport::{Body, BoxFuture, Request, Transport, TransportError};

/// All expectations (here called rules), and all received requests.
#[derive(Default)]
pub struct Rules(Mutex<State>);

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    in_order: bool,
    requests: Vec<RecordedRequest>,
    /// Whether [`Rules::interfere`] discards requests.
    forgets: bool,
    /// Descriptions of the requests that matched no rule.
    unexpected: Vec<String>,
}

/// The replies to one kind of request.
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    replies: VecDeque<Reply>,
    /// Whether the last reply is never used up.
    pub(super) always: bool,
    given: usize,
}

impl Rule {
    pub(super) fn push(&mut self, reply: Reply) {
        self.replies.push_back(reply);
    }

    pub(super) fn repeat(&mut self, times: usize) {
        if let Some(last) = self.replies.pop_back() {
            self.replies.extend(std::iter::repeat_n(last, times));
        }
    }

    fn next(&mut self) -> Option<Reply> {
        self.given += 1;
        if self.always && self.replies.len() == 1 {
            return self.replies.front().cloned();
        }
        self.replies.pop_front()
    }

    /// Returns the number of replies that must still be requested.
    fn left(&self) -> usize {
        self.replies.len() - usize::from(self.always && !self.replies.is_empty())
    }
}

impl State {
    /// Returns the reply to a request.
    fn find(&mut self, request: &RecordedRequest) -> Option<Reply> {
        for rule in self.rules.iter_mut().filter(|rule| !rule.replies.is_empty()) {
            if rule.pattern.compare(request).is_ok() {
                return rule.next();
            }
            if self.in_order && rule.left() > 0 {
                return None;
            }
        }
        None
    }

    /// Returns the description of a request that matches no rule, with the reasons.
    fn explain(&self, request: &RecordedRequest) -> String {
        let mut text = format!("unexpected request\n  received: {request}");
        if self.rules.is_empty() {
            text.push_str("\n  expected: nothing");
        }
        let mut label = "expected:";
        for rule in &self.rules {
            let why = match rule.pattern.compare(request) {
                _ if rule.replies.is_empty() => {
                    format!("used up, all of its replies were given ({})", rule.given)
                }
                Err(why) => why,
                Ok(()) => "not yet next in order".to_owned(),
            };
            _ = write!(text, "\n  {label:9} {}: {why}", rule.pattern);
            label = "";
        }
        text
    }
}

impl Rules {
    pub(super) fn add(&self, pattern: Pattern) -> usize {
        let mut state = self.state();
        let replies = VecDeque::new();
        state.rules.push(Rule { pattern, replies, always: false, given: 0 });
        state.rules.len() - 1
    }

    pub(super) fn edit(&self, index: usize, change: impl FnOnce(&mut Rule)) {
        change(&mut self.state().rules[index]);
    }

    pub(super) fn in_order(&self) {
        self.state().in_order = true;
    }

    /// Returns the received requests, one for each attempt.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().requests.clone()
    }

    /// Returns the requests of one kind.
    pub fn requests_for(&self, pattern: &Pattern) -> Vec<RecordedRequest> {
        let state = self.state();
        let requests = state.requests.iter();
        requests.filter(|request| pattern.compare(request).is_ok()).cloned().collect()
    }

    /// Makes [`Rules::interfere`] discard requests: otherwise a server that runs for
    /// days would keep the bodies of all requests.
    pub fn forget_requests(&self) {
        self.state().forgets = true;
    }

    /// Returns the only request of its kind.
    ///
    /// # Panics
    ///
    /// Panics if no received request is of this kind, or several are, and shows the
    /// received requests.
    #[track_caller]
    pub fn single_request(&self, pattern: &Pattern) -> RecordedRequest {
        let mut found = self.requests_for(pattern);
        if let (Some(request), true) = (found.pop(), found.is_empty()) {
            return request;
        }
        let mut text =
            format!("not requested exactly once\n  expected: {pattern}\n  received: ");
        let requests = self.requests();
        let lines: Vec<String> = requests
            .iter()
            .map(|request| match pattern.compare(request) {
                Ok(()) => format!("{request}"),
                Err(why) => format!("{request} ({why})"),
            })
            .collect();
        text.push_str(&lines.join("\n            "));
        if requests.is_empty() {
            text.push_str("nothing");
        }
        panic!("{text}");
    }

    /// Returns the description of unexpected requests, or of replies that were not
    /// requested.
    pub(super) fn problem(&self) -> Option<String> {
        let state = self.state();
        if !state.unexpected.is_empty() {
            return Some(state.unexpected.join("\n"));
        }
        let left = state.rules.iter().filter(|rule| rule.left() > 0);
        let lines: Vec<String> = left
            .map(|rule| {
                let (given, left) = (rule.given, rule.left());
                format!(
                    "\n  {}: {given} of {} replies given",
                    rule.pattern,
                    given + left
                )
            })
            .collect();
        (!lines.is_empty()).then(|| format!("never requested{}", lines.concat()))
    }

    /// Records a request, unless requests are discarded. Returns the outcome of the
    /// first matching rule, if there is one.
    pub fn interfere(&self, request: &RecordedRequest) -> Option<Outcome> {
        let reply = {
            let mut state = self.state();
            if !state.forgets {
                state.requests.push(request.clone());
            }
            state.find(request)
        };
        reply.map(|reply| reply(request))
    }

    /// Records a request, and returns its outcome, or why no rule matches.
    fn reply(&self, request: RecordedRequest) -> Result<Outcome, String> {
        let reply = {
            let mut state = self.state();
            let reply = state.find(&request);
            if reply.is_none() {
                if let Some(granted) = token(&request) {
                    return Ok(granted);
                }
                let problem = state.explain(&request);
                state.unexpected.push(problem.clone());
                state.requests.push(request);
                return Err(problem);
            }
            state.requests.push(request.clone());
            reply
        };
        // Not under the lock, because it may call the test's code.
        Ok(reply.map_or(Outcome::Never, |reply| reply(&request)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Grants and revokes access tokens.
pub(super) fn token(request: &RecordedRequest) -> Option<Outcome> {
    if request.operation().is_some() || request.method() != Method::POST.as_str() {
        return None;
    }
    let body = match request.path() {
        oauth::TOKEN => {
            r#"{"access_token":"mock","expires_in":3600,"token_type":"Bearer"}"#
        }
        oauth::REVOKE => "",
        _ => return None,
    };
    Some(Outcome::Response(reply::response(200, Some("application/json"), body)))
}

impl Transport for Rules {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        reply::deliver(self.reply(RecordedRequest::new(request)), "as the test says")
    }
}
