//! Telemetry as a program exports it: through the OpenTelemetry SDK, to memory. A
//! separate binary, because the interest of subscribers is cached per process.

#![allow(dead_code, reason = "what the other tests use is here as well")]

mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod oracle;
    pub(crate) mod server;
}

mod otel {
    mod bodies;
    mod export;
    mod measured;
    mod propagated;
    mod spans;
}
