//! The innermost layer of an attempt: it sends credentials to the base URL only.

use std::sync::Arc;

use http::Response;
use http::header::AUTHORIZATION;

use super::{Base, TURNED_AWAY};
use crate::transport::{Body, BoxFuture, Request, Stage, Transport, TransportError};

/// A transport that refuses requests with credentials that a layer has redirected away
/// from the base URL.
pub(crate) struct Guard {
    pub(crate) base: Base,
    pub(crate) transport: Arc<dyn Transport>,
}

impl Transport for Guard {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let has_credentials = request.headers.contains_key(AUTHORIZATION);
        if has_credentials && !self.base.covers(&request.url) {
            let error = TransportError::new(Stage::Refused, TURNED_AWAY).with_advice(
                "credentials are only sent to the base URL: set it to the URL that may receive them",
            );
            return Box::pin(std::future::ready(Err(error)));
        }
        self.transport.send(request)
    }
}
