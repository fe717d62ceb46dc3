//! A server that responds as a closure states, and records its requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// Returns a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The bytes of a response, and the fate of the connection.
pub(crate) struct Reply {
    bytes: Vec<u8>,
    then: Then,
    before: Option<Duration>,
}

enum Then {
    Keep,
    Close,
    /// Closes with a TCP reset.
    Reset,
    Hang,
    /// Sends the bytes again and again.
    Endless(Vec<u8>),
    /// Sends the bytes again and again, with a pause before each time.
    Trickle(Vec<u8>),
}

impl Reply {
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Keep, before: None }
    }

    pub(crate) fn new(
        status: u16,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Self {
        let body = body.as_ref();
        let mut head =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self::raw(bytes)
    }

    pub(crate) fn json(body: &str) -> Self {
        let kind = "application/vnd.atlas.2023-01-01+json";
        Self::new(200, &[("content-type", kind)], body)
    }

    pub(crate) fn close(mut self) -> Self {
        self.then = Then::Close;
        self
    }

    pub(crate) fn reset(mut self) -> Self {
        self.then = Then::Reset;
        self
    }

    pub(crate) fn hang(mut self) -> Self {
        self.then = Then::Hang;
        self
    }

    pub(crate) fn endless(mut self, chunk: Vec<u8>) -> Self {
        self.then = Then::Endless(chunk);
        self
    }

    pub(crate) fn trickle(mut self, chunk: Vec<u8>) -> Self {
        self.then = Then::Trickle(chunk);
        self
    }

    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.before = Some(wait);
        self
    }
}

type Script = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

/// A server on loopback. It stops with the runtime of its test.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    connections: AtomicUsize,
    arrived: AtomicUsize,
    /// `None` for a server that records nothing.
    seen: Option<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Starts a server. The script gets the number of the request, from 0, and the request.
    pub(crate) async fn start(
        script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::run(Arc::new(script), Some(Mutex::default())).await
    }

    /// Starts a server that records only the number of requests.
    pub(crate) async fn forgetful(
        script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::run(Arc::new(script), None).await
    }

    async fn run(script: Arc<Script>, seen: Option<Mutex<Vec<Seen>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Memory { seen, ..Memory::default() });
        let shared = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let seen = shared.clone();
                let script = script.clone();
                tokio::spawn(async move { _ = serve(stream, &*script, &seen).await });
            }
        });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.seen.as_ref().expect("this server forgets");
        seen.lock().unwrap().clone()
    }

    /// Returns the number of requests.
    pub(crate) fn arrived(&self) -> usize {
        self.seen.arrived.load(Ordering::SeqCst)
    }

    /// Waits until this many requests have arrived. Fails if that takes too long.
    pub(crate) async fn has(&self, requests: usize) {
        let arrive = async {
            while self.arrived() < requests {
                tokio::task::yield_now().await;
            }
        };
        let arrived = tokio::time::timeout(Duration::from_secs(20), arrive).await;
        arrived.unwrap_or_else(|_| panic!("{} of {requests} arrived", self.arrived()));
    }

    /// Returns the number of connections.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn count(&self, method: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method).count()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: &Script,
    memory: &Memory,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await? {
        let number = memory.arrived.fetch_add(1, Ordering::SeqCst);
        if let Some(seen) = &memory.seen {
            seen.lock().unwrap().push(request.clone());
        }
        let reply = script(number, &request);
        if let Some(wait) = reply.before {
            tokio::time::sleep(wait).await;
        }
        stream.write_all(&reply.bytes).await?;
        match reply.then {
            Then::Keep => {}
            Then::Close => return Ok(()),
            Then::Reset => {
                stream.set_zero_linger()?;
                return Ok(());
            }
            Then::Hang => std::future::pending().await,
            Then::Endless(chunk) => loop {
                stream.write_all(&chunk).await?;
            },
            Then::Trickle(chunk) => loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.write_all(&chunk).await?;
            },
        }
    }
    Ok(())
}

async fn read(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> std::io::Result<Option<Seen>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut start = lines.next().unwrap().split(' ');
    let (method, target) = (start.next().unwrap(), start.next().unwrap());
    let headers: Vec<_> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
    buffer.drain(..end + 4);
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = buffer.drain(..length).collect();
    Ok(Some(Seen {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body,
    }))
}
