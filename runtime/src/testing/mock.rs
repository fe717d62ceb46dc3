//! The expectations of a test, and the requests that came.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Method, Response};

use super::RecordedRequest;
use super::pattern::Pattern;
use super::reply::{self, Outcome, Reply};
use crate::auth::oauth;
use crate::transport::{Body, BoxFuture, Request, Transport, TransportError};

/// All rules, and all requests that came.
#[derive(Default)]
pub struct Rules(Mutex<State>);

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    in_order: bool,
    requests: Vec<RecordedRequest>,
    /// Whether [`Rules::interfere`] keeps no requests.
    forgets: bool,
    /// What no rule was meant for, in words.
    unexpected: Vec<String>,
}

/// Replies to one kind of request.
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

    /// Returns the number of replies that have to be requested.
    fn left(&self) -> usize {
        self.replies.len() - usize::from(self.always && !self.replies.is_empty())
    }
}

impl State {
    /// Returns the reply to a request.
    fn find(&mut self, asked: &RecordedRequest) -> Option<Reply> {
        for rule in self.rules.iter_mut().filter(|rule| !rule.replies.is_empty()) {
            if rule.pattern.compare(asked).is_ok() {
                return rule.next();
            }
            if self.in_order && rule.left() > 0 {
                return None;
            }
        }
        None
    }

    /// Says that no rule was meant for a request, and why.
    fn explain(&self, asked: &RecordedRequest) -> String {
        let mut text = format!("unexpected request\n  came:     {asked}");
        if self.rules.is_empty() {
            text.push_str("\n  expected: nothing");
        }
        let mut label = "expected:";
        for rule in &self.rules {
            let why = match rule.pattern.compare(asked) {
                _ if rule.replies.is_empty() => {
                    format!("used up, its replies were given ({})", rule.given)
                }
                Err(why) => why,
                Ok(()) => "not yet its turn".to_owned(),
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

    /// Returns the requests that came, one for each attempt.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().requests.clone()
    }

    /// Returns the requests of one kind.
    pub fn requests_for(&self, pattern: &Pattern) -> Vec<RecordedRequest> {
        let state = self.state();
        let asked = state.requests.iter();
        asked.filter(|asked| pattern.compare(asked).is_ok()).cloned().collect()
    }

    /// Makes [`Rules::interfere`] keep no requests: a server that runs for days would keep the
    /// bodies of all.
    pub fn forget_requests(&self) {
        self.state().forgets = true;
    }

    /// Returns the one request of its kind.
    ///
    /// # Panics
    ///
    /// If there is none or more than one, with the requests that came instead.
    #[track_caller]
    pub fn single_request(&self, pattern: &Pattern) -> RecordedRequest {
        let mut found = self.requests_for(pattern);
        if let (Some(asked), true) = (found.pop(), found.is_empty()) {
            return asked;
        }
        let mut text = format!("not asked once\n  expected: {pattern}\n  came:     ");
        let asked = self.requests();
        let lines: Vec<String> = asked
            .iter()
            .map(|asked| match pattern.compare(asked) {
                Ok(()) => format!("{asked}"),
                Err(why) => format!("{asked} ({why})"),
            })
            .collect();
        text.push_str(&lines.join("\n            "));
        if asked.is_empty() {
            text.push_str("nothing");
        }
        panic!("{text}");
    }

    /// Says what came that should not have, and what did not come that should have.
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
        (!lines.is_empty()).then(|| format!("never asked for{}", lines.concat()))
    }

    /// Keeps a request, unless it is told to forget them, and returns what a rule says becomes of
    /// it, where there is one.
    pub fn interfere(&self, asked: &RecordedRequest) -> Option<Outcome> {
        let reply = {
            let mut state = self.state();
            if !state.forgets {
                state.requests.push(asked.clone());
            }
            state.find(asked)
        };
        reply.map(|reply| reply(asked))
    }

    /// Notes a request and returns what becomes of it, or why there is no rule for it.
    fn reply(&self, asked: RecordedRequest) -> Result<Outcome, String> {
        let reply = {
            let mut state = self.state();
            let reply = state.find(&asked);
            if reply.is_none() {
                if let Some(granted) = token(&asked) {
                    return Ok(granted);
                }
                let problem = state.explain(&asked);
                state.unexpected.push(problem.clone());
                state.requests.push(asked);
                return Err(problem);
            }
            state.requests.push(asked.clone());
            reply
        };
        // Not under the lock: it may be the test's code.
        Ok(reply.map_or(Outcome::Never, |reply| reply(&asked)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Grants access tokens, and takes them back.
pub(super) fn token(asked: &RecordedRequest) -> Option<Outcome> {
    if asked.operation().is_some() || asked.method() != Method::POST.as_str() {
        return None;
    }
    let body = match asked.path() {
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
