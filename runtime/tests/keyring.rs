//! Profiles with secrets in a keyring: GNOME's, on a separate D-Bus, filled by a
//! third-party program with the attributes that the Atlas CLI gives its items.
//!
//! ```sh
//! apt-get install dbus gnome-keyring libsecret-tools python3-secretstorage
//! cargo test -p atlas-admin-runtime --features keyring --test keyring -- --ignored
//! ```

#![cfg(all(target_os = "linux", feature = "keyring"))]
#![allow(
    clippy::disallowed_methods,
    reason = "programs take their time to start and end"
)]
#![allow(dead_code, reason = "what the other tests use is here as well")]

mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod server;
}

mod secrets {
    mod desktop;
    mod part;
    mod reads;
}
