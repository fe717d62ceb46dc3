//! The small handwritten half of `atlas-admin`: everything that behaves.
//!
//! The generated crate is data (operations, types and their field tables); this crate
//! authenticates, sends, retries, pages and decodes.

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod client;
pub mod clock;
pub mod codec;
pub mod error;
pub mod operation;
pub mod output;
pub mod page;
pub mod poll;
pub mod registry;
pub mod request;
pub mod response;
pub mod transport;
pub mod version;

mod auth;
mod builder;
mod credentials;
mod download;
mod exchange;
mod inflate;
mod retry;
mod trace;
mod wire;

pub use auth::{AccessToken, FileStore, MemoryStore, TokenStore};
pub use client::{Client, ClientBuilder};
pub use clock::Clock;
pub use credentials::Credentials;
pub use error::{ApiError, Error};
pub use operation::Operation;
pub use output::{Download, Output};
pub use page::Page;
pub use poll::Poll;
pub use request::{Options, Request};
pub use response::{RateLimit, Response};
pub use retry::RetryPolicy;
pub use transport::Transport;
pub use version::{Date, Version};
