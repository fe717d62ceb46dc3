//! What the response of a poll means.

use std::time::Duration;

use crate::codec::Json;
use crate::operation::{Method, Polled};
use crate::poll::{Outcome, Verdict};

/// How long after a change a state may still be the one from before.
const SETTLING: Duration = Duration::from_secs(30);

/// What is known of a resource that is waited for.
pub(super) struct Judge {
    polled: &'static Polled,
    /// Whether the call makes the resource, which may take a moment to be seen.
    is_made: bool,
    /// Whether the resource was there before the call, in a state that may still be seen.
    was_there: bool,
    /// Whether the resource was seen.
    is_seen: bool,
    /// Whether a state was seen that ends nothing.
    has_moved: bool,
}

impl Judge {
    /// Begins with the response to the call itself.
    pub(super) fn new(polled: &'static Polled, method: Method, response: &Json) -> Self {
        let is_change = matches!(method, Method::Patch | Method::Put);
        let mut judge = Self {
            polled,
            is_made: method == Method::Post && polled.each.is_none(),
            was_there: is_change || polled.each.is_some(),
            is_seen: false,
            has_moved: false,
        };
        judge.has_moved =
            judge.value(response).is_some_and(|value| !judge.is_end(value));
        judge
    }

    fn value<'r>(&self, resource: &'r Json) -> Option<&'r str> {
        resource.get(self.polled.property?)?.as_str()
    }

    fn is_end(&self, value: &str) -> bool {
        self.polled.done.contains(&value) || self.polled.failed.contains(&value)
    }

    /// Judges a response, which arrived some time after the one to the call.
    pub(super) fn look(&mut self, resource: &Json, elapsed: Duration) -> Outcome {
        if self.is_absent(resource) {
            return match self.absent() {
                Verdict::Done => Outcome::done(),
                Verdict::Pending => Outcome::pending("not there"),
                Verdict::Failed => Outcome::failed("not there"),
            };
        }
        self.is_seen = true;
        let Some(value) = self.value(resource) else { return false.into() };
        let state = format!("{}: {value}", self.polled.property.unwrap_or_default());
        let may_be_old = self.was_there && !self.has_moved && elapsed < SETTLING;
        if !self.is_end(value) {
            self.has_moved = true;
        } else if !may_be_old {
            return match self.polled.done.contains(&value) {
                true => Outcome::done(),
                false => Outcome::failed(state),
            };
        }
        Outcome::pending(state)
    }

    /// Whether a response says that the resource is not there.
    fn is_absent(&self, resource: &Json) -> bool {
        self.polled.empty && resource.as_object().is_some_and(|object| object.is_empty())
    }

    /// Judges that the resource is not there.
    pub(super) fn absent(&self) -> Verdict {
        // An item of a list that is gone since needs nothing any more.
        if self.polled.gone || self.polled.each.is_some() {
            Verdict::Done
        } else if self.is_made && !self.is_seen {
            Verdict::Pending
        } else {
            Verdict::Failed
        }
    }
}
