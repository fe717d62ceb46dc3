//! The end of the layers of an attempt: credentials leave for the base URL and nowhere else.

use std::sync::Arc;

use http::Response;
use http::header::AUTHORIZATION;

use super::{Base, TURNED_AWAY};
use crate::transport::{Body, BoxFuture, Request, Stage, Transport, TransportError};

/// Refuses requests with credentials that a layer has turned away from the base URL.
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
                "credentials go to the base URL only: set it to where they may go",
            );
            return Box::pin(std::future::ready(Err(error)));
        }
        self.transport.send(request)
    }
}
