//! The handwritten half of `atlas-admin`, which contains all behavior.
//!
//! The generated crate is data: operations, types and their field tables. This crate
//! authenticates, sends, retries, pages and decodes.
//!
//! A generated function returns a [`Request`], and this crate does the rest:
//!
//! ```
//! use atlas_admin_runtime::codec::Json;
//! use atlas_admin_runtime::transport::{Body, BoxFuture, Request as Sent, TransportError};
//! use atlas_admin_runtime::{Client, Credentials, Request, Transport};
//! # use atlas_admin_runtime::{Operation, Version, operation::Method};
//! # static LIST_GROUPS: Operation = Operation {
//! #     id: "listGroups", name: "listGroups", tag: "Projects", method: Method::Get,
//! #     path: "/api/atlas/v2/groups", version: Version::stable(2023, 1, 1),
//! #     accept: "application/vnd.atlas.2023-01-01+json", content_type: None,
//! #     parameters: &[], success: &[200], roles: &[], deprecated: false, sunset: None,
//! #     docs: "",
//! #     wait: None,
//! # };
//!
//! /// Responds without a network, as in a test.
//! struct Fake;
//!
//! impl Transport for Fake {
//!     fn send(
//!         &self,
//!         request: Sent,
//!     ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
//!         assert_eq!(request.url.as_str(), "https://cloud.mongodb.com/api/atlas/v2/groups");
//!         assert_eq!(request.headers["authorization"], "Bearer token");
//!         let body = bytes::Bytes::from_static(br#"{"results": []}"#);
//!         Box::pin(async { Ok(http::Response::new(body.into())) })
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let client = Client::builder()
//!     .credentials(Credentials::access_token("token"))
//!     .transport(Fake)
//!     .build()?;
//! let groups = Request::<Json>::new(&LIST_GROUPS, &[]).send(&client).await?;
//! assert_eq!(groups.status(), 200);
//! assert!(groups["results"].as_array().is_some_and(Vec::is_empty));
//! # Ok::<(), atlas_admin_runtime::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// Items that need a feature show it on docs.rs, which builds with this flag.
#![cfg_attr(docsrs, feature(doc_cfg))]

// The macros of builders use this path in their documentation.
extern crate self as atlas_admin_runtime;

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod codec;
pub mod layer;
pub mod operation;
pub mod registry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;

mod additions;
mod auth;
#[doc(hidden)]
pub mod builder;
mod client;
mod clock;
mod connection;
mod credentials;
mod download;
mod error;
mod exchange;
mod failure;
mod file;
mod headers;
mod inflate;
mod media_type;
mod output;
mod pace;
mod page;
mod paging;
mod poll;
mod request;
mod response;
mod retry;
mod send;
#[doc(hidden)]
pub mod template;
mod text;
mod trace;
mod version;
mod wait;

pub use auth::{AccessToken, FileStore, MemoryStore, TokenStore};
pub use builder::IntoList;
#[cfg(feature = "profiles")]
pub use client::ProfileCredentials;
pub use client::{Client, ClientBuilder, EnvCredentials};
pub use clock::Clock;
pub use codec::{
    Date, DateTime, Extra, Json, Map, Nullable, UndeclaredValue, list, set,
};
pub use credentials::{
    CommandCredentials, Credentials, CredentialsChain, CredentialsProvider,
    FileCredentials,
};
pub use error::{ApiError, Code, Error};
pub use headers::RateLimit;
pub use layer::{Layer, Next};
pub use media_type::MediaType;
pub use operation::Operation;
pub use output::{Download, Output};
pub use page::{Items, Page, PagedRequest, Pages};
pub use poll::{Outcome, Poller};
pub use request::{IntoBody, Options, Request};
pub use response::Response;
pub use retry::{Repeat, RetryPolicy};
pub use send::ResponseFuture;
pub use transport::Transport;
pub use version::{ParseVersionError, Version};
pub use wait::{Progress, Waiter, WaitingRequest};

// Crates whose types are part of this crate's API.
#[cfg(feature = "chrono")]
pub use chrono;
#[cfg(feature = "time")]
pub use time;
pub use {bytes, http, indexmap, jiff, url};
