//! One client on several Tokio runtimes, and outside of any.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atlas_admin_runtime::Client;
use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};

use super::api::{get, plain};
use super::server::{Reply, Server};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Starts a server that runs even while the runtimes of a test don't.
fn server() -> (Runtime, Server) {
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(|_, _| Reply::json(r#"{"id":"1"}"#)));
    (runtime, server)
}

#[test]
fn each_runtime_has_connections_of_its_own() {
    let (_driven, server) = server();
    let client = plain(&server);
    let call = |runtime: &Runtime| {
        let call = async { get().send(&client).await.unwrap()["id"].clone() };
        assert_eq!(runtime.block_on(call), "1");
    };
    let (first, second) = (runtime(), runtime());
    // Idle in between, with an open connection.
    for _ in 0..3 {
        call(&first);
        call(&second);
    }
    assert_eq!(server.connections(), 2);
    drop(first);
    call(&second);
    assert_eq!(server.connections(), 2);
    // Whether or not they get the ID of a runtime that is gone.
    for _ in 0..3 {
        call(&runtime());
    }
    assert_eq!(server.connections(), 5);
}

#[test]
fn without_a_runtime_it_says_what_is_missing() {
    let (_driven, server) = server();
    let error =
        get().send(&plain(&server)).now_or_never().expect("it waits").unwrap_err();
    assert!(error.to_string().contains("no Tokio runtime"), "{error}");
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    assert_eq!(server.arrived(), 0);
}

static OVERFLOWS: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn the_longest_times_do_not_overflow() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let message = info.to_string();
        OVERFLOWS.fetch_add(usize::from(message.contains("overflow")), Ordering::SeqCst);
        hook(info);
    }));
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = Client::builder()
        .base_url(&server.url)
        .connect_timeout(Duration::MAX)
        .pool_idle_timeout(Duration::MAX)
        .timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .build()
        .unwrap();
    for _ in 0..3 {
        get().send(&client).await.unwrap();
        // The tasks that maintain connections run meanwhile.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(OVERFLOWS.load(Ordering::SeqCst), 0);
    assert_eq!(server.connections(), 1);
}
