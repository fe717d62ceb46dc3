//! What the feature `tracing` writes. A binary of its own, because the interest of a
//! subscriber is cached for a process: other tests would switch it off. And because the logger
//! of the crate `log` is the whole process's.

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
