use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::transport::BoxFuture;
use atlas_admin_runtime::{Client, Clock, Download, Request, Version};
use flate2::{Compression, write::GzEncoder};
use futures_util::TryStreamExt;
use tokio::io::AsyncReadExt;

use super::api::{LOGS, hurried, plain};
use super::server::{Reply, Server};

/// Starts like gzip and is not gzip: nothing may decompress it.
const PAYLOAD: &[u8] = b"\x1f\x8b\x08 as it is";

fn logs() -> Request<Download> {
    Request::new(&LOGS, &["1", "mongodb"])
}

fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("atlas-{name}-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn payload() -> Server {
    Server::start(|_, _| {
        Reply::new(
            200,
            &[("content-encoding", "gzip"), ("content-type", LOGS.accept)],
            PAYLOAD,
        )
    })
    .await
}

#[tokio::test]
async fn a_payload_arrives_unchanged_through_every_interface() {
    let server = payload().await;
    let client = plain(&server);
    let send = async || logs().send(&client).await.unwrap().into_value();
    let chunks: Vec<_> = send().await.try_collect().await.unwrap();
    assert_eq!(chunks.concat(), PAYLOAD);
    let mut read = Vec::new();
    let mut download = send().await;
    assert_eq!(download.size(), Some(PAYLOAD.len() as u64));
    // One byte at a time: the rest of a chunk must be kept.
    while let Ok(byte) = download.read_u8().await {
        read.push(byte);
    }
    assert_eq!(read, PAYLOAD);
    let seen = &server.seen()[0];
    assert_eq!(seen.target, "/api/atlas/v2/groups/1/logs/mongodb.gz");
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
    assert_eq!(seen.header("accept"), Some(LOGS.accept));
}

#[tokio::test]
async fn a_file_is_complete_or_unchanged() {
    let folder = folder("whole");
    let path = folder.join("mongodb.gz");
    std::fs::write(&path, "older").unwrap();

    let cut = Server::start(|_, _| {
        Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\nhalf").close()
    })
    .await;
    let download = logs().send(&plain(&cut)).await.unwrap().into_value();
    let error = download.save_to(&path).await.unwrap_err();
    assert!(
        error.is_retryable() && error.to_string().contains("after 4 bytes"),
        "{error}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    assert_eq!(names(&folder), ["mongodb.gz"]);

    let server = payload().await;
    let progress = Arc::new(Mutex::new(Vec::new()));
    let seen = progress.clone();
    let download = logs().send(&plain(&server)).await.unwrap().into_value();
    let size = download
        .on_progress(move |received, size| seen.lock().unwrap().push((received, size)))
        .save_to(&path)
        .await
        .unwrap();
    let whole = PAYLOAD.len() as u64;
    assert_eq!((size, std::fs::read(&path).unwrap()), (whole, PAYLOAD.to_vec()));
    assert_eq!(progress.lock().unwrap().last(), Some(&(whole, Some(whole))));
    assert_eq!(names(&folder), ["mongodb.gz"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_download_that_stalls_or_is_dropped_leaves_nothing() {
    let folder = folder("still");
    let path = folder.join("mongodb.gz");
    let server = Server::start(|_, _| {
        Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\nhalf").hang()
    })
    .await;
    let client = hurried(&server);
    let download = logs().send(&client).await.unwrap().into_value();
    let error = download.save_to(&path).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(names(&folder).is_empty());

    let download = logs().send(&client).await.unwrap().into_value();
    let saving = download.save_to(&path);
    tokio::time::timeout(Duration::from_millis(50), saving).await.unwrap_err();
    assert!(names(&folder).is_empty());
    std::fs::remove_dir_all(folder).unwrap();
}

/// A clock that counts the started waits, none of which ends.
#[derive(Clone, Debug, Default)]
struct Begun(Arc<AtomicUsize>);

impl Clock for Begun {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn each_chunk_has_the_whole_time() {
    let server = Server::start(|_, _| {
        let head = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
        Reply::raw(head).trickle(b"1\r\nx\r\n".to_vec())
    })
    .await;
    let clock = Begun::default();
    let builder = Client::builder().base_url(&server.url).clock(clock.clone());
    let client = builder.build().unwrap();
    let mut download = logs().send(&client).await.unwrap().into_value();
    let before = clock.0.load(Ordering::Relaxed);
    for _ in 0..5 {
        assert!(download.chunk().await.unwrap().is_some());
    }
    // One for each chunk that was waited for; some may already have arrived.
    let waits = clock.0.load(Ordering::Relaxed) - before;
    assert!(waits > 1, "{waits} waits for 5 chunks");
}

#[test]
fn a_download_that_is_dropped_while_its_file_is_made_leaves_nothing() {
    let folder = folder("made");
    // The only thread for files is busy until the test releases it.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let server = payload().await;
        let download = logs().send(&plain(&server)).await.unwrap().into_value();
        let (free, busy) = std::sync::mpsc::channel::<()>();
        let occupied = tokio::task::spawn_blocking(move || busy.recv());
        let mut saving = Box::pin(download.save_to(folder.join("mongodb.gz")));
        let mut context = Context::from_waker(Waker::noop());
        assert!(saving.as_mut().poll(&mut context).is_pending());
        drop(saving);
        free.send(()).unwrap();
        occupied.await.unwrap().unwrap();
        // All work that started before this has ended by then.
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    });
    assert!(names(&folder).is_empty(), "{:?}", names(&folder));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_named() {
    let server = payload().await;
    let download = logs().send(&plain(&server)).await.unwrap().into_value();
    let error = download.save_to("/nonexistent/folder/x").await.unwrap_err();
    assert!(error.to_string().contains("/nonexistent/folder/x"), "{error}");
    // Nor may it replace a folder.
    let folder = folder("taken");
    std::fs::create_dir(folder.join("mongodb.gz")).unwrap();
    let download = logs().send(&plain(&server)).await.unwrap().into_value();
    let error = download.save_to(folder.join("mongodb.gz")).await.unwrap_err();
    assert!(error.to_string().contains("mongodb.gz"), "{error}");
    assert_eq!(names(&folder), ["mongodb.gz"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_error_instead_of_a_payload_is_an_error() {
    let server = Server::start(|_, _| {
        Reply::new(404, &[], r#"{"detail":"No logs.","errorCode":"NO_LOGS"}"#)
    })
    .await;
    let error = logs().send(&plain(&server)).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.code(), "NO_LOGS");
}

#[tokio::test]
async fn a_payload_whose_connection_ended_before_it_is_an_error() {
    let folder = folder("ended");
    let path = folder.join("usage.csv");
    std::fs::write(&path, "older").unwrap();
    for head in ["", "content-encoding: gzip\r\n"] {
        let reply = format!("HTTP/1.1 200 X\r\n{head}\r\n");
        let server = Server::start(move |_, _| Reply::raw(&*reply).close()).await;
        let request = Request::<Download>::new(&CSV, &[]);
        let download = request.send(&plain(&server)).await.unwrap().into_value();
        let error = download.save_to(&path).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert!(error.to_string().contains("before the payload arrived"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"older");
    }
    // An empty payload whose length is stated is complete.
    let server = Server::start(|_, _| Reply::new(200, &[], "")).await;
    let request = Request::<Download>::new(&CSV, &[]);
    let download = request.send(&plain(&server)).await.unwrap().into_value();
    assert_eq!(download.save_to(&path).await.unwrap(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

static CSV: Operation = Operation {
    id: "getCsv",
    name: "getCsv",
    tag: "Invoices",
    method: Method::Get,
    path: "/api/atlas/v2/csv",
    version: Version::stable(2023, 1, 1),
    accept: "application/vnd.atlas.2023-01-01+csv",
    content_type: None,
    parameters: &[],
    success: &[200],
    roles: &[],
    deprecated: false,
    sunset: None,
    docs: "",
    wait: None,
};

#[tokio::test]
async fn what_is_not_the_payload_is_an_error_and_the_file_stays() {
    let folder = folder("other");
    let path = folder.join("usage.csv");
    std::fs::write(&path, "older").unwrap();
    for (head, part) in [
        (
            "200 X\r\ncontent-type: text/html; charset=utf-8",
            "\"text/html; charset=utf-8\"",
        ),
        ("200 X\r\ncontent-encoding: br", "compressed as \"br\""),
        ("204 X", "no payload"),
        ("206 X\r\ncontent-range: bytes 5-8/100", "part of the payload"),
        ("203 X", "does not declare this status"),
    ] {
        let server = Server::start(move |_, _| {
            let length =
                if head.starts_with("204") { "" } else { "content-length: 4\r\n" };
            let body = if length.is_empty() { "" } else { "else" };
            Reply::raw(format!("HTTP/1.1 {head}\r\n{length}\r\n{body}"))
        })
        .await;
        let request = Request::<Download>::new(&CSV, &[]);
        let error = request.send(&plain(&server)).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(error.is_decode() && !error.is_retryable(), "{error}");
        assert_eq!(error.status(), head[..3].parse().ok());
        assert_eq!(server.arrived(), 1);
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_payload_that_was_packed_in_transit_arrives_unpacked() {
    let payload = b"a,b\n1,2\n".repeat(10_000);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&payload).unwrap();
    let packed = packed.finish().unwrap();
    let server = Server::start(move |_, _| {
        let headers = [("content-encoding", "gzip"), ("content-type", "text/csv")];
        Reply::new(200, &headers, &packed)
    })
    .await;
    let request = Request::<Download>::new(&CSV, &[]);
    let download = request.send(&plain(&server)).await.unwrap().into_value();
    // The service states the size in transit only.
    assert_eq!(download.size(), None);
    let folder = folder("packed");
    let path = folder.join("usage.csv");
    assert_eq!(download.save_to(&path).await.unwrap(), payload.len() as u64);
    assert!(std::fs::read(&path).unwrap() == payload);
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_keeps_its_mode_and_a_new_one_is_private() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("modes");
    let path = folder.join("mongodb.gz");
    let mode = || path.metadata().unwrap().permissions().mode() & 0o7777;
    let server = payload().await;
    let client = plain(&server);
    let save = async || {
        let download = logs().send(&client).await.unwrap().into_value();
        download.save_to(&path).await.unwrap();
    };
    save().await;
    assert_eq!(mode(), 0o600);
    for (older, expected) in [(0o644, 0o644), (0o400, 0o400), (0o4755, 0o755)] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(older)).unwrap();
        save().await;
        assert_eq!(mode(), expected);
    }
    // A link is replaced: the mode of its target is not that of the payload.
    std::fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    save().await;
    assert_eq!(mode(), 0o600);
    std::fs::remove_dir_all(folder).unwrap();
}
