use std::io::Read;

use atlas_admin_runtime::blocking::Client;
use atlas_admin_runtime::{Download, Error, Options, Request, RetryPolicy};
use tokio::runtime::Builder;

use super::api::{LIST, LOGS, get, plain};
use super::listing::Listing;
use super::server::{Reply, Server};

/// Runs a test without async against a server on a separate thread.
fn against(script: fn(usize) -> Reply, test: impl FnOnce(&Client)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(move |number, _| script(number)));
    let client = {
        let _context = runtime.enter();
        plain(&server)
    };
    test(&Client::new(client).unwrap());
}

#[test]
fn requests_lists_and_downloads_work_without_async() {
    against(
        |number| match number {
            0 => Reply::new(503, &[], ""),
            // Without a type, because it is also downloaded.
            _ => Reply::new(200, &[], r#"{"id":"1","results":[1,2],"links":[]}"#),
        },
        |client| {
            assert_eq!(get().send_blocking(client).unwrap()["id"], "1");
            let request = Request::<Listing>::new(&LIST, &[]).paged();
            let items: Result<Vec<_>, _> = request.iter(client).collect();
            assert_eq!(items.unwrap(), [1, 2]);
            assert_eq!(request.iter_pages(client).count(), 1);
            let logs = Request::<Download>::new(&LOGS, &["1", "x"]);
            let mut download = logs.send_blocking(client).unwrap().into_value();
            assert!(client.block_on(download.chunk()).unwrap().is_some());
            let mut text = String::new();
            let download = logs.send_blocking(client).unwrap().into_value();
            // Seven bytes at a time: the rest of a chunk must be kept.
            let reader =
                std::io::BufReader::with_capacity(7, download.into_read(client));
            std::io::BufRead::lines(reader).for_each(|line| text += &line.unwrap());
            assert_eq!(text, r#"{"id":"1","results":[1,2],"links":[]}"#);
            let never = Options::new().retry(RetryPolicy::never());
            assert_eq!(request.iter_with(client, &never).count(), 2);
            let request = get();
            client.block_on(request.poll(client.client()).until(|_| true)).unwrap();
        },
    );
}

#[test]
fn a_reader_returns_the_error_that_ended_the_download() {
    against(
        |_| Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\nhalf").close(),
        |client| {
            let logs = Request::<Download>::new(&LOGS, &["1", "x"]);
            let download = logs.send_blocking(client).unwrap().into_value();
            let mut read = Vec::new();
            let error = download.into_read(client).read_to_end(&mut read).unwrap_err();
            assert_eq!(read, b"half");
            let error: Error = error.downcast().unwrap();
            assert!(error.is_retryable() && error.to_string().contains("after 4 bytes"));
        },
    );
}

#[tokio::test]
async fn a_blocking_call_inside_async_code_is_an_error() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = Client::new(plain(&server)).unwrap();
    let error = get().send_blocking(&client).unwrap_err();
    assert!(error.to_string().contains("async"), "{error}");
    // An error ends a list.
    let request = Request::<Listing>::new(&LIST, &[]).paged();
    let items: Vec<_> = request.iter(&client).take(3).collect();
    assert!(matches!(&items[..], [Err(_)]), "{items:?}");
    let pages: Vec<_> = request.iter_pages(&client).take(3).collect();
    assert!(matches!(&pages[..], [Err(_)]), "{pages:?}");
    assert_eq!(server.arrived(), 0);
    // Dropping it here must not panic either.
    drop(client);
}

#[test]
fn it_works_wherever_a_thread_may_block() {
    against(
        |_| Reply::json(r#"{"id":"1","results":[1,2],"links":[]}"#),
        |client| {
            let works = |client: &Client| {
                assert_eq!(get().send_blocking(client).unwrap()["id"], "1");
                let items: Result<Vec<_>, _> =
                    Request::<Listing>::new(&LIST, &[]).paged().iter(client).collect();
                assert_eq!(items.unwrap(), [1, 2]);
            };
            let mut builders =
                [Builder::new_multi_thread(), Builder::new_current_thread()];
            for builder in &mut builders {
                let runtime = builder.enable_all().build().unwrap();
                let entered = runtime.enter();
                works(client);
                drop(entered);
                let inside = client.clone();
                let spawned = runtime.spawn_blocking(move || works(&inside));
                runtime.block_on(spawned).unwrap();
                let inside = client.clone();
                // A thread started by a task, which is allowed to wait for it.
                let joined = async { std::thread::spawn(move || works(&inside)).join() };
                runtime.block_on(joined).unwrap();
            }
            let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
            let inside = client.clone();
            let task = async move { tokio::task::block_in_place(|| works(&inside)) };
            runtime.block_on(runtime.spawn(task)).unwrap();
        },
    );
}

#[test]
fn a_list_ends_with_its_first_error() {
    against(
        |number| match number {
            0 => Reply::json(r#"{"links":[{"rel":"next","href":"x"}],"results":[1,2]}"#),
            1 => Reply::new(404, &[], "{}"),
            _ => Reply::json(r#"{"results":[3],"links":[]}"#),
        },
        |client| {
            let mut items = Request::<Listing>::new(&LIST, &[]).paged().iter(client);
            let all: Vec<_> = items.by_ref().take(9).map(|item| item.ok()).collect();
            assert_eq!(all, [Some(1), Some(2), None]);
            assert!(items.next().is_none());
        },
    );
}
