//! Outcomes: the meaning of a response for a wait.

use std::fmt;

/// The meaning of a response for a wait: pending, done, or permanently failed.
///
/// A `bool` converts to an outcome: `true` is done, `false` is pending. The errors of a
/// failed wait, and of a wait that exceeded its time limit, name the state.
///
/// ```
/// use atlas_admin_runtime::Outcome;
///
/// fn outcome(state: &str) -> Outcome {
///     match state {
///         "IDLE" => Outcome::done(),
///         "FAILED" => Outcome::failed(state),
///         _ => Outcome::pending(state),
///     }
/// }
/// assert_eq!(Outcome::from(true), Outcome::done());
/// # outcome("IDLE");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an outcome is what the closure of a wait returns"]
pub struct Outcome {
    pub(crate) verdict: Verdict,
    /// The observed state.
    pub(crate) state: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pending,
    Done,
    Failed,
}

impl Outcome {
    /// Returns the outcome that ends the wait with this response.
    pub fn done() -> Self {
        Self { verdict: Verdict::Done, state: None }
    }

    /// Returns the outcome that continues the wait, with the observed state.
    ///
    /// If there is no state to name, return `false` instead.
    pub fn pending(state: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Pending, state: Some(state.to_string()) }
    }

    /// Returns the outcome that ends the wait with an error, with the observed state.
    pub fn failed(state: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Failed, state: Some(state.to_string()) }
    }
}

impl From<bool> for Outcome {
    fn from(is_done: bool) -> Self {
        let verdict = if is_done { Verdict::Done } else { Verdict::Pending };
        Self { verdict, state: None }
    }
}
