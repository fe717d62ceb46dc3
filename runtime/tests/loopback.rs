//! The client against scripted servers on loopback: faults, authentication and what goes over
//! the json_name, byte by byte. Needs nothing but Rust.

mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod listing;
    pub(crate) mod oracle;
    #[allow(dead_code, reason = "the examples use all of it")]
    pub(crate) mod server;

    mod absence;
    #[cfg(feature = "http2")]
    mod alpn;
    mod bodies;
    mod building;
    mod cancel;
    mod causes;
    mod digest;
    mod download;
    mod faults;
    #[cfg(feature = "http2")]
    mod http2;
    mod introduction;
    mod malformed;
    mod nonces;
    mod oauth;
    mod pacing;
    mod paging;
    mod polling;
    mod processes;
    mod providers;
    mod proxy;
    mod retry;
    mod runtimes;
    #[cfg(feature = "blocking")]
    mod sync;
    mod tls;
    mod waiting;
    mod watch;
}
