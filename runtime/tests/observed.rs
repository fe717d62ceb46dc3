//! The output of the feature `tracing`. A separate binary, because the interest of a
//! subscriber is cached per process, so other tests would disable it, and because the
//! logger of the crate `log` is global.

#![cfg(feature = "tracing")]
#![allow(dead_code, reason = "what the other tests use is here as well")]

mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod oracle;
    pub(crate) mod server;
}

mod trace {
    mod output;
}
