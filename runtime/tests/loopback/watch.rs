//! A transport that observes the nonces of requests in flight and of dropped requests,
//! which a server can't.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use atlas_admin_runtime::Transport;
use atlas_admin_runtime::transport::{Body, BoxFuture, Request, TransportError};
use bytes::Bytes;
use futures_core::Stream;
use http::{Response, StatusCode};

use super::oracle::parse;

/// Takes back every nonce that it issued, and fails if one is used incorrectly.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    made: usize,
    counts: HashMap<String, u32>,
    in_flight: HashSet<String>,
    lost: HashSet<String>,
    misused: Vec<String>,
}

impl Watch {
    /// Returns the number of issued nonces.
    pub(crate) fn made(&self) -> usize {
        self.0.lock().unwrap().made
    }

    /// Returns the number of nonces whose request was dropped.
    pub(crate) fn lost(&self) -> usize {
        self.0.lock().unwrap().lost.len()
    }

    /// Fails if a nonce was in two requests at once, used after it was lost, or
    /// miscounted.
    pub(crate) fn check(&self) {
        let seen = self.0.lock().unwrap();
        assert!(seen.misused.is_empty(), "{:?}", seen.misused);
    }

    fn challenge(&self) -> Response<Body> {
        let mut seen = self.0.lock().unwrap();
        seen.made += 1;
        let challenge =
            format!("Digest realm=\"r\", nonce=\"nonce-{}\", qop=\"auth\"", seen.made);
        let mut response = Response::new(Bytes::new().into());
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert("www-authenticate", challenge.parse().unwrap());
        response
    }

    fn take_off(&self, authorization: &str) -> Flight {
        let parameters = parse(authorization);
        let nonce = parameters["nonce"].clone();
        let count = u32::from_str_radix(&parameters["nc"], 16).unwrap();
        let mut seen = self.0.lock().unwrap();
        let expected = seen.counts.entry(nonce.clone()).or_default();
        *expected += 1;
        if *expected != count {
            seen.misused.push(format!("{nonce} counts {count}"));
        }
        if !seen.in_flight.insert(nonce.clone()) {
            seen.misused.push(format!("{nonce} is in two requests"));
        }
        if seen.lost.contains(&nonce) {
            seen.misused.push(format!("{nonce} was in a request that was dropped"));
        }
        Flight { watch: self.clone(), nonce, left: 2 }
    }
}

impl Transport for Watch {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let header = request.headers.get("authorization").cloned();
            let flight = header.map(|header| self.take_off(header.to_str().unwrap()));
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            Ok(match flight {
                Some(flight) => Response::new(Body::new(flight)),
                None => self.challenge(),
            })
        })
    }
}

/// A request with a nonce, from its start to the end of its response.
struct Flight {
    watch: Watch,
    nonce: String,
    /// The number of polls until its body is ready.
    left: u32,
}

impl Stream for Flight {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        match self.left {
            0 => return Poll::Ready(None),
            1 => {
                self.left = 0;
                return Poll::Ready(Some(Ok(Bytes::from_static(b"{}"))));
            }
            _ => self.left -= 1,
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut seen = self.watch.0.lock().unwrap();
        seen.in_flight.remove(&self.nonce);
        if self.left > 0 {
            seen.lost.insert(self.nonce.clone());
        }
    }
}
