//! A fake of the MongoDB Atlas Administration API on loopback, for tests of whole programs.
//!
//! [`FakeService`] knows every operation of the API in every version, and takes requests as the
//! service does: HTTP Digest or a bearer token, a versioned media type in `Accept` and
//! `Content-Type`, a body that fits its type. It responds with what was stored; what nobody can
//! make through the API, it makes from its type.
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
//! | to an unknown path, or for what is not there | 404 |
//! | with a method that the path doesn't take | 405 |
//! | `Accept` names a date between two versions | the newest version that is not after it |
//! | `Accept` names no version (`application/json`, `*/*`) | the newest stable version |
//! | `Accept` names a date before the first version, or no known format | 406 |
//! | in a version that is over, after [`FakeService::set_date`] | 410 |
//! | `Content-Type` of another version (`application/json` is taken) | 415 |
//! | a body that does not fit its type | 400 |
//! | POST or PUT of a body that lacks what the document requires | 400 `VALIDATION_ERROR`, unless [`FakeService::allow_missing`] |
//! | POST to a collection | stored, 409 where it is there already |
//! | more than a [`RateLimit`] allows | 429 |
//!
//! What is stored keeps its identity: what POST makes is found by its id and by its name, is
//! listed and counted, and is gone with what it belongs to. An organization is there as soon as a
//! project names it. Secrets are returned once; a service account or an API key made through the
//! API is accepted from then on.
//!
//! What a path is below is looked up as soon as there is any of its kind: a test that stores no
//! project can make clusters in whichever it names; where one is stored or made, the fake
//! responds to the others with 404.
//!
//! The same fake runs as a program, for clients in any language:
//! `cargo run -p atlas-admin-fake -- --help`.

// What needs a feature says so on docs.rs, which builds with this set.
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

/// The service account that the fake knows, unless told another: client ID and secret.
pub const SERVICE_ACCOUNT: (&str, &str) = ("mdb_sa_id_fake", "mdb_sa_sk_fake");

/// The API key that the fake knows, unless told another: public and private key.
pub const API_KEY: (&str, &str) = ("fakekey", "00000000-fake-0000-0000-000000000000");

/// The README, whose program is compiled as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
