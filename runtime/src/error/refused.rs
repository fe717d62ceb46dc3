//! Errors of layers.

use std::sync::Arc;

use super::{Error, Kind};

impl Error {
    /// Creates the error of a [`Layer`](crate::Layer) that refuses a call. The message
    /// says why; the error adds the operation.
    ///
    /// The error is not retryable, and states that nothing was executed, unless the
    /// layer has [run](crate::Next::run) the call before.
    ///
    /// ```
    /// use atlas_admin_runtime::Error;
    ///
    /// let error = Error::refused("no changes on Fridays");
    /// assert!(error.is_refused() && !error.is_retryable());
    /// assert_eq!(error.to_string(), "no changes on Fridays");
    /// ```
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Sets the cause, which [`Error::cause`] then returns.
    #[must_use]
    pub fn caused_by(
        self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.edit(|error| error.source = Some(Arc::new(source)))
    }

    /// Returns true if a [`Layer`](crate::Layer) has refused the call.
    pub fn is_refused(&self) -> bool {
        self.kind() == Kind::Refused
    }
}
