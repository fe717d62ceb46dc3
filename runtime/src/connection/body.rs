//! Bodies read into memory, always within a limit.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::clock::{Clock, Stopwatch, Timer};
use crate::error::{Error, Inner, Kind};
use crate::failure::{Failure, Retryability};
use crate::inflate::{Problem, inflate, inflate_start};
use crate::transport::{Body, TransportError};

/// The largest part of an error's body that is read, in bytes. The error code may be at
/// the end.
const EXCERPT: usize = 16 << 20;

/// The time limit for an error's body: the status is the more important part.
const EXCERPT_LIMIT: Duration = Duration::from_secs(2);

/// The size in bytes from which decompressing a body takes long.
const LARGE: usize = 16 << 10;

/// The largest part of an unwanted body that is read to keep its connection, in bytes.
const DRAIN: usize = 64 << 10;

/// The time limit for an unwanted body that is read to keep its connection.
const DRAIN_LIMIT: Duration = Duration::from_millis(500);

/// The reason for which a body could not be read.
pub(crate) struct Unread {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    /// The bytes that arrived. They may repeat secrets of the request.
    pub(crate) body: Bytes,
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    pub(crate) retryability: Retryability,
}

impl Unread {
    pub(crate) fn new(kind: Kind, message: impl Into<String>, body: Bytes) -> Self {
        let (source, retryability) = (None, Retryability::Never);
        Self { kind, message: message.into(), body, source, retryability }
    }

    /// Marks the failure as temporary: the request is sent again, if that is safe.
    pub(crate) fn may_pass(self) -> Self {
        Self { retryability: Retryability::IfRepeatable(None), ..self }
    }

    /// Creates the failure. `response` is the one that the body belongs to; `None` if
    /// the response must not be in an error.
    pub(crate) fn failure(self, response: Option<(StatusCode, HeaderMap)>) -> Failure {
        let Self { kind, message, body, source, retryability } = self;
        let body = if response.is_some() { body } else { Bytes::new() };
        let (status, headers) = response.unzip();
        let headers = headers.unwrap_or_default();
        let inner =
            Inner { kind, message, status, headers, body, source, ..Inner::default() };
        Failure::new(Error::build(inner), retryability)
    }
}

/// Reads a whole body, and decompresses it if it was compressed in transit. The bytes,
/// and those in an error, may repeat secrets of the request.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limit: u64,
) -> Result<Bytes, Unread> {
    let (bytes, end) = collect(headers, &mut body, limit).await;
    match end {
        End::Whole => {}
        End::TooLarge => return Err(too_large(limit)),
        End::Broken(error) => {
            let message = "the response broke off before its end";
            let unread = Unread::new(Kind::Transport, message, bytes);
            return Err(Unread { source: Some(Arc::new(error)), ..unread.may_pass() });
        }
    }
    match encoding(headers).as_str() {
        "" | "identity" => Ok(bytes),
        "gzip" | "x-gzip" if bytes.is_empty() => Ok(bytes),
        "gzip" | "x-gzip" => {
            unpack(&bytes, limit).await.map_err(|problem| match problem {
                Problem::TooLarge => too_large(limit),
                Problem::Other => {
                    let message =
                        "the response is not gzip, although its headers state so";
                    Unread::new(Kind::Decode, message, bytes)
                }
                Problem::Broken => {
                    let message = "the response is not a complete gzip stream";
                    Unread::new(Kind::Transport, message, bytes).may_pass()
                }
            })
        }
        other => {
            let message =
                format!("the response is compressed as {other:?}, not as gzip");
            Err(Unread::new(Kind::Decode, message, bytes))
        }
    }
}

/// Decompresses a body. A large one is decompressed on a blocking thread, where it
/// delays no other task.
async fn unpack(packed: &Bytes, limit: u64) -> Result<Bytes, Problem> {
    if packed.len() < LARGE || Handle::try_current().is_err() {
        return inflate(packed, limit);
    }
    let packed = packed.clone();
    let inflated = spawn_blocking(move || inflate(&packed, limit)).await;
    // This fails only if the runtime shuts down meanwhile.
    inflated.unwrap_or(Err(Problem::Broken))
}

/// Reads the body of an error, or the part that arrives within `left` and two seconds.
pub(super) async fn excerpt(
    clock: &dyn Clock,
    headers: &HeaderMap,
    mut body: Body,
    left: Option<Duration>,
) -> Bytes {
    let limit = left.map_or(EXCERPT_LIMIT, |left| left.min(EXCERPT_LIMIT));
    let bytes = read_some(clock, &mut body, EXCERPT, limit).await;
    match encoding(headers).as_str() {
        "gzip" | "x-gzip" => match inflate_start(&bytes, EXCERPT as u64) {
            // It may be no gzip at all.
            start if start.is_empty() => bytes,
            start => start,
        },
        _ => bytes,
    }
}

/// Returns true if a response states the end of its body, so that a truncated body is
/// detected (RFC 9112 section 6.3, RFC 9113 section 8.1, RFC 1952 section 2.3.1).
/// `inflated` is the decompressed body, if it was read: gzip marks its own end, unless
/// nothing arrived.
pub(crate) fn is_framed(
    version: Version,
    status: StatusCode,
    headers: &HeaderMap,
    inflated: &[u8],
) -> bool {
    version >= Version::HTTP_2
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT)
        || headers.contains_key(CONTENT_LENGTH)
        || headers.contains_key(TRANSFER_ENCODING)
        || !inflated.is_empty()
            && matches!(encoding(headers).as_str(), "gzip" | "x-gzip")
}

/// Returns the content coding of a body, in lower case, because the names of codings are
/// case-insensitive (RFC 9110 section 8.4.1).
pub(crate) fn encoding(headers: &HeaderMap) -> String {
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    String::from_utf8_lossy(encoding.unwrap_or_default()).trim().to_ascii_lowercase()
}

/// Reads and drops a small body, so that the connection can be reused.
pub(super) async fn drain(clock: &dyn Clock, mut body: Body) {
    read_some(clock, &mut body, DRAIN, DRAIN_LIMIT).await;
}

/// Reads the part of a body that arrives within a time, up to a size in bytes.
async fn read_some(
    clock: &dyn Clock,
    body: &mut Body,
    size: usize,
    limit: Duration,
) -> Bytes {
    let mut bytes = BytesMut::new();
    let stopwatch = Stopwatch::default();
    let mut timer = Timer::new(clock, &stopwatch, Some(limit));
    while let Some(Some(Ok(chunk))) = timer.wait(pin!(body.chunk())).await {
        let room = size - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    bytes.freeze()
}

enum End {
    Whole,
    TooLarge,
    Broken(TransportError),
}

async fn collect(headers: &HeaderMap, body: &mut Body, limit: u64) -> (Bytes, End) {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length: Option<u64> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > limit) {
        return (Bytes::new(), End::TooLarge);
    }
    let first = match body.chunk().await {
        None => return (Bytes::new(), End::Whole),
        Some(Err(error)) => return (Bytes::new(), End::Broken(error)),
        Some(Ok(first)) => first,
    };
    let mut whole: Option<BytesMut> = None;
    loop {
        let read = whole.as_ref().map_or(first.len(), BytesMut::len);
        if read as u64 > limit {
            return (whole.map_or(first, BytesMut::freeze), End::TooLarge);
        }
        let end = match body.chunk().await {
            Some(Ok(chunk)) => {
                // Most responses are a single chunk, which is then never copied.
                let whole = whole.get_or_insert_with(|| BytesMut::from(&first[..]));
                if whole.len() == first.len() {
                    // The server's stated length is trusted up to this size at once.
                    let length = length.unwrap_or(0).min(16 << 20) as usize;
                    whole.reserve(length.saturating_sub(whole.len()));
                }
                whole.extend_from_slice(&chunk);
                continue;
            }
            Some(Err(error)) => End::Broken(error),
            None => End::Whole,
        };
        return (whole.map_or(first, BytesMut::freeze), end);
    }
}

fn too_large(limit: u64) -> Unread {
    let message = format!("the response is larger than {limit} bytes");
    Unread::new(Kind::TooLarge, message, Bytes::new())
}
