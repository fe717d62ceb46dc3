//! A fake of the MongoDB Atlas Administration API on loopback, for tests of whole programs.
//!
//! [`FakeService`] knows every operation of the API in every version. Like the service, the fake
//! requires HTTP Digest or a bearer token, a versioned media type in `Accept` and `Content-Type`,
//! and a body that fits its type. It responds with stored resources, and generates resources that
//! no request can create from their types.
//!
//! ```no_run
//! use std::time::Duration;
//! use atlas_admin_fake::FakeService;
//!
//! # async fn test() -> std::io::Result<()> {
//! let atlas = FakeService::start().await?;
//! atlas.on_all().throttle(Duration::from_secs(1));
//! let program = std::process::Command::new("my-program").envs(atlas.env()).status()?;
//! assert!(program.success());
//! assert_eq!(atlas.requests()[0].path(), "/api/atlas/v2/groups");
//! # Ok(())
//! # }
//! ```
//!
//! | request | response |
//! |---|---|
//! | without credentials, with wrong ones | 401 and a challenge |
//! | to an unknown path, or for a missing resource | 404 |
//! | with a method that the path doesn't support | 405 |
//! | `Accept` names a date between two versions | the newest version that is not after it |
//! | `Accept` names no version (`application/json`, `*/*`) | the newest stable version |
//! | `Accept` names a date before the first version, or no known format | 406 |
//! | in a removed version, after [`FakeService::set_date`] | 410 |
//! | `Content-Type` of another version (`application/json` is accepted) | 415 |
//! | a body that doesn't fit its type | 400 |
//! | POST or PUT of a body that lacks a required property | 400 `VALIDATION_ERROR`, unless
//! [`FakeService::allow_missing`] |
//! | POST to a collection | stored; 409 where the resource exists |
//! | more than a [`RateLimit`] allows | 429 |
//!
//! Stored resources keep their identity: a resource created by POST is found by its id and by its
//! name, is listed and counted, and is deleted with its parent. An organization exists as soon as a
//! project names it. Secrets are returned once; a service account or an API key created through the
//! API is accepted from then on.
//!
//! The fake checks that the parents in a path exist, as soon as any resource of the parent's kind
//! exists. A test that stores no project can create clusters in any project. Once a project is
//! stored or created, the fake responds with 404 for all other projects.
//!
//! The same fake runs as a program, for clients in any language:
//! `cargo run -p atlas-admin-fake -- --help`.

// docs.rs builds with this set, to mark items that need a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use builder::Builder;
pub use expectation::FakeExpectation;
pub use rate_limit::{Bucket, EndpointSets, RateLimit, Scope};
pub use service::FakeService;

mod authenticator;
mod body;
mod builder;
mod credentials;
mod expectation;
mod negotiate;
mod place;
mod rate_limit;
mod render;
mod respond;
mod routes;
mod seed;
mod serve;
mod service;
mod special;
mod store;
#[cfg(feature = "tls")]
mod tls;
mod values;

/// The default service account of the fake: client ID and secret.
pub const SERVICE_ACCOUNT: (&str, &str) = ("mdb_sa_id_fake", "mdb_sa_sk_fake");

/// The default API key of the fake: public and private key.
pub const API_KEY: (&str, &str) = ("fakekey", "00000000-fake-0000-0000-000000000000");

/// The README, whose program is compiled as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
