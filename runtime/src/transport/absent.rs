//! A client without the feature `reqwest`, whose transport the caller must set.

use std::sync::Arc;

use super::Transport;
use crate::error::{Error, Kind};

/// The settings of a client's connections: there are none without the feature
/// `reqwest`.
#[derive(Clone, Default)]
pub(crate) struct Settings {}

impl Settings {
    /// Returns an error, because there is no transport.
    pub(crate) fn transport(self, _is_plain: bool) -> Result<Arc<dyn Transport>, Error> {
        let message = "the client has no transport: set one with `ClientBuilder::transport`, or \
            enable the feature `rustls-ring` or another TLS feature";
        Err(Error::new(Kind::Configuration, message))
    }
}
