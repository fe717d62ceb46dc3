//! The meaning of a poll's response.

use std::time::Duration;

use crate::codec::Json;
use crate::operation::{Method, Polled, Source};
use crate::poll::{Outcome, Verdict};

/// The time after a change in which a state may still be the earlier one.
const SETTLING: Duration = Duration::from_secs(30);

/// The observations about the resource of a wait.
pub(super) struct Judge {
    polled: &'static Polled,
    /// Whether the call creates the resource, which may take time to become visible.
    is_made: bool,
    /// Whether the resource existed before the call, in a state that may still be
    /// visible.
    was_there: bool,
    /// Whether the resource was seen.
    is_seen: bool,
    /// Whether a state was seen that doesn't end the wait.
    has_moved: bool,
}

/// The state of a resource.
struct State<'r> {
    name: &'static str,
    value: &'r str,
    is_flag: bool,
}

impl Judge {
    /// Creates a judge from the response to the call itself.
    pub(super) fn new(polled: &'static Polled, method: Method, response: &Json) -> Self {
        // A resource that the response names was created by the call, so it has no
        // earlier state.
        let is_named = |source: &Source| matches!(source, Source::Response(_));
        let is_named = polled.parameters.iter().any(is_named);
        let mut judge = Self {
            polled,
            is_made: method == Method::Post && polled.each.is_none(),
            was_there: !is_named && method != Method::Delete || polled.each.is_some(),
            is_seen: false,
            has_moved: false,
        };
        let state = judge.state(response);
        judge.has_moved =
            state.is_some_and(|state| judge.verdict(&state) == Verdict::Pending);
        judge
    }

    /// Returns the state of a resource; `None` if the resource has none.
    fn state<'r>(&self, resource: &'r Json) -> Option<State<'r>> {
        let is_set =
            |name: &&&'static str| resource.get(name) == Some(&Json::Bool(true));
        if let Some(flag) = self.polled.flags.iter().find(is_set) {
            return Some(State { name: flag, value: "true", is_flag: true });
        }
        self.polled.properties.iter().find_map(|name| {
            let value = resource.get(name)?.as_str()?;
            Some(State { name, value, is_flag: false })
        })
    }

    fn verdict(&self, state: &State<'_>) -> Verdict {
        let Polled { done, failed, gone, .. } = self.polled;
        if state.is_flag || failed.contains(&state.value) {
            Verdict::Failed
        } else if done.contains(&state.value) || done.is_empty() && !gone {
            Verdict::Done
        } else {
            Verdict::Pending
        }
    }

    /// Judges a response that arrived `elapsed` after the response to the call.
    pub(super) fn look(&mut self, resource: &Json, elapsed: Duration) -> Outcome {
        if self.is_absent(resource) {
            return match self.absent() {
                Verdict::Done => Outcome::done(),
                Verdict::Pending => Outcome::pending("not found"),
                Verdict::Failed => Outcome::failed("not found"),
            };
        }
        self.is_seen = true;
        let Some(state) = self.state(resource) else { return false.into() };
        let may_be_old = self.was_there && !self.has_moved && elapsed < SETTLING;
        let text = format!("{}: {}", state.name, state.value);
        match self.verdict(&state) {
            Verdict::Pending => self.has_moved = true,
            _ if may_be_old => {}
            Verdict::Done => return Outcome::done(),
            Verdict::Failed => return Outcome::failed(text),
        }
        Outcome::pending(text)
    }

    /// Returns true if a response means that the resource doesn't exist.
    fn is_absent(&self, resource: &Json) -> bool {
        self.polled.empty && resource.as_object().is_some_and(|object| object.is_empty())
    }

    /// Returns the verdict if the resource doesn't exist.
    pub(super) fn absent(&self) -> Verdict {
        // An item of a list that has been deleted since is done.
        if self.polled.gone || self.polled.each.is_some() {
            Verdict::Done
        } else if self.is_made && !self.is_seen {
            Verdict::Pending
        } else {
            Verdict::Failed
        }
    }
}
