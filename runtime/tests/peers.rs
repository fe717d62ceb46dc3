//! The client against third-party servers: Apache httpd with `mod_auth_digest`, with
//! `curl --digest` as its oracle, and the OAuth server `oidc-provider`.
//!
//! ```sh
//! apt-get install apache2 curl nodejs npm
//! cargo test -p atlas-admin-runtime --test peers -- --ignored
//! ```
//!
//! The tests start these programs on loopback and stop them again, and name those that
//! are missing. Only the npm package is downloaded, by `npm ci`.

#![allow(dead_code, reason = "what the other tests use is here as well")]
#![allow(
    clippy::disallowed_methods,
    reason = "programs take their time to start and end"
)]

mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod server;
}

mod peer {
    mod apache;
    mod oidc;
    mod process;
}
