//! A server over TLS that uses HTTP/2 or HTTP/1.1, as the client chooses (ALPN, RFC
//! 7301), and counts requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use http::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate::acceptor;

const BODY: &[u8] = br#"{"id":"1"}"#;

/// The fate of a request over HTTP/2, by the number of the request, from 0.
pub(crate) type Rule = fn(usize) -> Fate;

/// The fate of a request over HTTP/2.
pub(crate) enum Fate {
    /// A response after this time.
    Response(Duration),
    /// `REFUSED_STREAM`: the server has not processed the request (RFC 9113 section 8.7).
    Refused,
    /// `INTERNAL_ERROR`: the server may have processed the request.
    Reset,
    /// `GOAWAY` whose last stream is before this request (RFC 9113 section 6.8).
    GoAway,
    /// A body that is reset before its end.
    Cut,
    /// A response with a status only: 204.
    Empty,
    /// No more frames on this connection.
    Silence,
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) connections: AtomicUsize,
    /// The number of requests over HTTP/2.
    pub(crate) multiplexed: AtomicUsize,
    pub(crate) requests: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) counts: Arc<Counts>,
}

impl Server {
    pub(crate) fn counts(&self) -> [usize; 3] {
        let counts = &self.counts;
        [&counts.connections, &counts.multiplexed, &counts.requests]
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Starts a server that offers both versions of HTTP, with the fates of a rule.
    pub(crate) async fn start(rule: Rule) -> Self {
        Self::offering(&[b"h2", b"http/1.1"], rule).await
    }

    /// Starts a server that offers some protocols by ALPN, with the fates of a rule.
    pub(crate) async fn offering(protocols: &[&[u8]], rule: Rule) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let counts = Arc::<Counts>::default();
        let shared = counts.clone();
        let acceptor = acceptor(protocols);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counts) = (acceptor.clone(), shared.clone());
                tokio::spawn(
                    async move { _ = serve(stream, &acceptor, counts, rule).await },
                );
            }
        });
        Self { url, counts }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

async fn serve(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    counts: Arc<Counts>,
    rule: Rule,
) -> Outcome {
    stream.set_nodelay(true)?;
    counts.connections.fetch_add(1, Ordering::Relaxed);
    let stream = acceptor.accept(stream).await?;
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => {
            counts.multiplexed.fetch_add(1, Ordering::Relaxed);
            multiplexed(stream, counts, rule).await
        }
        _ => one_by_one(stream, &counts, rule).await,
    }
}

/// HTTP/1.1, without bodies.
async fn one_by_one(
    mut stream: TlsStream<TcpStream>,
    counts: &Counts,
    rule: Rule,
) -> Outcome {
    let mut head = Vec::new();
    while stream.read_buf(&mut head).await? > 0 {
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        head.clear();
        let number = counts.requests.fetch_add(1, Ordering::Relaxed);
        if let Fate::Response(delay) = rule(number) {
            tokio::time::sleep(delay).await;
        }
        let mut bytes =
            b"HTTP/1.1 200 X\r\nx-version: HTTP/1.1\r\ncontent-length: 10\r\n\r\n"
                .to_vec();
        bytes.extend(BODY);
        stream.write_all(&bytes).await?;
        stream.flush().await?;
    }
    Ok(())
}

async fn multiplexed(
    stream: TlsStream<TcpStream>,
    counts: Arc<Counts>,
    rule: Rule,
) -> Outcome {
    let next = rule(counts.requests.load(Ordering::Relaxed));
    if matches!(next, Fate::GoAway) {
        counts.requests.fetch_add(1, Ordering::Relaxed);
        return go_away(stream).await;
    }
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request?;
        let number = counts.requests.fetch_add(1, Ordering::Relaxed);
        let fate = rule(number);
        if matches!(fate, Fate::Silence) {
            std::future::pending::<()>().await;
        }
        tokio::spawn(async move {
            let mut body = request.into_body();
            while let Some(Ok(chunk)) = body.data().await {
                _ = body.flow_control().release_capacity(chunk.len());
            }
            _ = meet(fate, respond).await;
        });
    }
    Ok(())
}

/// Carries out the fate of a request.
async fn meet(fate: Fate, mut respond: SendResponse<Bytes>) -> Result<(), h2::Error> {
    let delay = match fate {
        Fate::Refused => {
            respond.send_reset(h2::Reason::REFUSED_STREAM);
            return Ok(());
        }
        Fate::Reset => {
            respond.send_reset(h2::Reason::INTERNAL_ERROR);
            return Ok(());
        }
        Fate::Empty => {
            let response = Response::builder().status(204).body(()).unwrap();
            respond.send_response(response, true)?;
            return Ok(());
        }
        Fate::Response(delay) => delay,
        _ => Duration::ZERO,
    };
    tokio::time::sleep(delay).await;
    let response = Response::builder().header("x-version", "HTTP/2.0").body(()).unwrap();
    let mut stream = respond.send_response(response, false)?;
    if matches!(fate, Fate::Cut) {
        stream.send_data(Bytes::from_static(&BODY[..5]), false)?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.send_reset(h2::Reason::INTERNAL_ERROR);
        return Ok(());
    }
    stream.send_data(Bytes::from_static(BODY), true)
}

/// Reads a request, and states that it is not processed, frame by frame: `h2` has no
/// function that omits a request that it has read.
async fn go_away(mut stream: TlsStream<TcpStream>) -> Outcome {
    const SETTINGS: u8 = 4;
    const GOAWAY: u8 = 7;
    stream.write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]).await?;
    stream.flush().await?;
    let mut read = Vec::new();
    // The preface and the client's settings come first, then a HEADERS frame.
    while !has_headers(&read) {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(&[0, 0, 8, GOAWAY, 0, 0, 0, 0, 0]).await?;
    stream.write_all(&[0; 8]).await?;
    stream.flush().await?;
    // A reset of the connection would overtake the frame.
    while stream.read_buf(&mut read).await? > 0 {}
    Ok(())
}

/// Returns true if a client has sent a HEADERS frame.
fn has_headers(read: &[u8]) -> bool {
    const PREFACE: usize = 24;
    let mut rest = read.get(PREFACE..).unwrap_or_default();
    while let [a, b, c, kind, ..] = *rest {
        if kind == 1 {
            return true;
        }
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    false
}
