//! The client against scripted servers on loopback: faults, authentication, and the
//! bytes sent. Needs only Rust.

mod loopback {
    pub(crate) mod api;
    pub(crate) mod certificate;
    pub(crate) mod clock;
    pub(crate) mod listing;
    pub(crate) mod oracle;
    #[allow(dead_code, reason = "the examples use all of it")]
    pub(crate) mod server;

    mod absence;
    mod additions;
    #[cfg(feature = "http2")]
    mod alpn;
    mod bodies;
    mod building;
    mod cancel;
    mod causes;
    mod connections;
    mod digest;
    mod download;
    mod dry_run;
    mod faults;
    #[cfg(feature = "testing")]
    mod group;
    #[cfg(feature = "http2")]
    mod http2;
    mod introduction;
    mod layers;
    mod malformed;
    mod nonces;
    mod oauth;
    mod pacing;
    mod paging;
    #[cfg(feature = "testing")]
    mod playing;
    mod polling;
    mod processes;
    mod providers;
    mod proxy;
    mod public;
    mod raw;
    #[cfg(feature = "testing")]
    mod recording;
    mod retry;
    mod runtimes;
    mod streams;
    #[cfg(feature = "blocking")]
    mod sync;
    mod tls;
    mod waiting;
    mod watch;
}
