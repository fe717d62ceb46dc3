//! One client on several Tokio runtimes.
//!
//! A connection lives on the runtime that opened it: while that one is not driven, a request on
//! the connection waits, whichever runtime it comes from. So each runtime has connections of its
//! own, in a `reqwest` client of its own.

use std::sync::{PoisonError, RwLock};

use ::reqwest::Client;
use tokio::runtime::{Handle, Id};
use tokio::sync::oneshot;

use super::settings::Maker;
use crate::transport::{Stage, TransportError};

/// The `reqwest` clients of one client of this crate.
pub(super) struct PerRuntime {
    maker: Maker,
    clients: RwLock<Clients>,
}

struct Clients {
    /// The client of the runtime that comes first, until it comes.
    first: Option<Client>,
    entries: Vec<Entry>,
}

/// The client of one runtime.
struct Entry {
    /// That of a runtime that is gone may be given to another.
    runtime: Id,
    client: Client,
    /// Closed once the runtime is gone, and with it the task that has the other end.
    alive: oneshot::Sender<()>,
}

impl Entry {
    fn is_of(&self, runtime: Id) -> bool {
        self.runtime == runtime && !self.alive.is_closed()
    }
}

impl PerRuntime {
    pub(super) fn new(maker: Maker, first: Client) -> Self {
        let clients = Clients { first: Some(first), entries: Vec::new() };
        Self { maker, clients: RwLock::new(clients) }
    }

    /// Returns the client of the runtime that this thread runs in.
    ///
    /// # Errors
    ///
    /// Returns that there is none.
    pub(super) fn get(&self) -> Result<Client, TransportError> {
        let Ok(runtime) = Handle::try_current() else {
            let error = TransportError::new(
                Stage::Refused,
                "no Tokio runtime is running on this thread",
            );
            return Err(error.with_advice(
                "await it in a Tokio runtime, or use the blocking client",
            ));
        };
        let id = runtime.id();
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        match clients.entries.iter().find(|entry| entry.is_of(id)) {
            Some(entry) => Ok(entry.client.clone()),
            None => {
                drop(clients);
                self.add(&runtime)
            }
        }
    }

    /// Adds a client for a runtime, and drops those of runtimes that are gone.
    fn add(&self, runtime: &Handle) -> Result<Client, TransportError> {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        let id = runtime.id();
        // Another thread of the runtime may have been here first.
        if let Some(entry) = clients.entries.iter().find(|entry| entry.is_of(id)) {
            return Ok(entry.client.clone());
        }
        clients.entries.retain(|entry| !entry.alive.is_closed());
        let client = match clients.first.take() {
            Some(first) => first,
            None => self
                .maker
                .make()
                .map_err(|error| TransportError::new(Stage::Connect, error))?,
        };
        let (alive, gone) = oneshot::channel::<()>();
        // Ends with the runtime, or with the entry.
        runtime.spawn(async { _ = gone.await });
        clients.entries.push(Entry { runtime: id, client: client.clone(), alive });
        Ok(client)
    }
}
