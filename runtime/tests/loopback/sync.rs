use std::io::Read;

use atlas_admin_runtime::blocking::Client;
use atlas_admin_runtime::{Download, Error, Options, Request, RetryPolicy};

use super::api::{LIST, LOGS, get, plain};
use super::listing::Listing;
use super::server::{Reply, Server};

/// Runs a test without async against a server that runs on a thread of its own.
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
            _ => Reply::json(r#"{"id":"1","results":[1,2]}"#),
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
            // Seven bytes at a time: what is left of a chunk has to be kept.
            let reader =
                std::io::BufReader::with_capacity(7, download.into_read(client));
            std::io::BufRead::lines(reader).for_each(|line| text += &line.unwrap());
            assert_eq!(text, r#"{"id":"1","results":[1,2]}"#);
            let never = Options::new().retry(RetryPolicy::never());
            assert_eq!(request.iter_with(client, &never).count(), 2);
            let request = get();
            client.block_on(request.poll(client.client()).until(|_| true)).unwrap();
        },
    );
}

#[test]
fn a_reader_tells_what_ended_the_download() {
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
    // Dropping it here must not panic either.
    drop(client);
}
