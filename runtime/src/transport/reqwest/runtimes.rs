//! A client on several Tokio runtimes.
//!
//! A connection belongs to the runtime that opened it. While that runtime isn't driven,
//! all requests on the connection wait, even those of other runtimes. So each runtime
//! has separate connections, in a separate `reqwest` client.

use std::sync::{Arc, PoisonError, RwLock};

use ::reqwest::Client;
use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot;

use super::opening::Opening;
use super::settings::Maker;
use crate::transport::{Stage, TransportError};

/// A `reqwest` client, which is a pool of connections.
#[derive(Clone)]
pub(super) struct Pool {
    pub(super) client: Client,
    /// `None` if the client opens a connection for each request that finds none idle.
    pub(super) opening: Option<Arc<Opening>>,
}

/// The `reqwest` clients of a client.
pub(super) struct PerRuntime {
    maker: Maker,
    clients: RwLock<Clients>,
}

struct Clients {
    /// The pool for the first runtime, until a request comes from it.
    first: Option<Pool>,
    entries: Vec<Entry>,
}

/// The client of one runtime.
struct Entry {
    /// The ID of the runtime. A later runtime may have the ID of one that is gone.
    runtime: Id,
    pool: Pool,
    /// The sender of a channel that is closed once the runtime is gone, because a task
    /// of the runtime holds the receiver.
    alive: oneshot::Sender<()>,
}

impl Entry {
    fn is_of(&self, runtime: Id) -> bool {
        self.runtime == runtime && !self.alive.is_closed()
    }
}

impl PerRuntime {
    pub(super) fn new(maker: Maker, first: Pool) -> Self {
        let clients = Clients { first: Some(first), entries: Vec::new() };
        Self { maker, clients: RwLock::new(clients) }
    }

    /// Returns the client for the runtime of this thread.
    ///
    /// # Errors
    ///
    /// Returns an error if this thread runs no runtime.
    pub(super) fn get(&self) -> Result<Pool, TransportError> {
        let Ok(runtime) = Handle::try_current() else {
            let error = TransportError::new(
                Stage::Refused,
                "no Tokio runtime is running on this thread",
            );
            return Err(error.with_advice(
                "await the call in a Tokio runtime, or use the blocking client",
            ));
        };
        let id = runtime.id();
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        match clients.entries.iter().find(|entry| entry.is_of(id)) {
            Some(entry) => Ok(entry.pool.clone()),
            None => {
                drop(clients);
                self.add(&runtime)
            }
        }
    }

    /// Adds a client for a runtime, and drops those of runtimes that are gone.
    fn add(&self, runtime: &Handle) -> Result<Pool, TransportError> {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        let id = runtime.id();
        // Another thread of the runtime may have added one in the meantime.
        if let Some(entry) = clients.entries.iter().find(|entry| entry.is_of(id)) {
            return Ok(entry.pool.clone());
        }
        clients.entries.retain(|entry| !entry.alive.is_closed());
        let pool = match clients.first.take() {
            Some(first) => first,
            None => self
                .maker
                .make()
                .map_err(|error| TransportError::new(Stage::Connect, error))?,
        };
        let (alive, gone) = oneshot::channel::<()>();
        // The task ends with the runtime, or with the entry.
        runtime.spawn(async { _ = gone.await });
        clients.entries.push(Entry { runtime: id, pool: pool.clone(), alive });
        Ok(pool)
    }
}
