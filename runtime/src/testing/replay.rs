//! Recordings as the responses of a test.

use std::fmt::{self, Write};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use url::form_urlencoded;

use super::mock::token;
use super::reply::{self, Outcome};
use super::{RecordedRequest, VirtualClock};
use crate::client::{Client, ClientBuilder};
use crate::codec::Json;
use crate::transport::{
    Body, BoxFuture, Request, Stage, Transport, TransportError, Url,
};

/// A transport that plays back a recording (HAR 1.2), made by a
/// [`Recorder`](crate::layer::Recorder), a proxy or a browser.
///
/// A request gets the response to the first recorded request with the same method, path
/// and query that has not been played yet. Attempts that failed fail again. The order of
/// query parameters and the request bodies may differ. Access tokens are granted without
/// a recording.
///
/// A request that is not in the recording ends the test with a panic that lists the
/// recorded requests. Dropping the transport checks that everything was requested: see
/// [`ReplayTransport::verify`].
///
/// ```
/// use atlas_admin_runtime::operation::Method;
/// use atlas_admin_runtime::testing::ReplayTransport;
/// use atlas_admin_runtime::{Request, Version};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let recording = br#"{"log": {"entries": [{
///     "request": {"method": "GET", "url": "https://cloud.mongodb.com/api/atlas/v2/groups?pageNum=1"},
///     "response": {"status": 200, "content": {"size": 14, "text": "{\"results\":[]}"}}
/// }]}}"#;
/// let atlas = ReplayTransport::from_slice(recording)?;
/// let client = atlas.client_builder().build().unwrap();
///
/// let list = Request::raw(Method::Get, "/groups?pageNum=1", Version::stable(2023, 1, 1));
/// let groups = list.send(&client).await.unwrap();
/// assert!(groups["results"].as_array().is_some_and(Vec::is_empty));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "dropping the transport ends the recording"]
pub struct ReplayTransport {
    tape: Arc<Tape>,
    clock: VirtualClock,
}

/// The recorded exchanges, and their state.
#[derive(Default)]
struct Tape(Mutex<State>);

#[derive(Default)]
struct State {
    exchanges: Vec<Exchange>,
    requests: Vec<RecordedRequest>,
    /// Descriptions of requests that are not in the recording.
    unexpected: Vec<String>,
    allows_unrequested: bool,
}

/// A recorded exchange.
struct Exchange {
    target: Target,
    outcome: Recorded,
    is_played: bool,
}

/// The properties that identify a request.
#[derive(PartialEq)]
struct Target {
    method: String,
    /// The path from `/api/atlas` on, because the recording may be that of a gateway.
    path: String,
    /// The query parameters, in alphabetical order.
    query: Vec<(String, String)>,
}

enum Recorded {
    Response(Response<Bytes>),
    Broken(Stage),
    /// The body of the response was not recorded.
    LeftOut,
}

impl ReplayTransport {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or is not a recording of this API.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let name = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        };
        std::fs::read(path).and_then(|text| Self::from_slice(&text)).map_err(name)
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a recording of this API.
    pub fn from_slice(text: &[u8]) -> io::Result<Self> {
        let fail = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let har = match Json::from_slice(text) {
            Ok(har) => har,
            Err(error) => return fail(format!("the recording is not JSON: {error}")),
        };
        let Some(entries) = har.pointer("/log/entries").and_then(Json::as_array) else {
            return fail(
                "the text is not a HAR recording: it has no log.entries".to_owned(),
            );
        };
        let exchanges: Vec<_> = entries.iter().filter_map(Exchange::read).collect();
        if exchanges.is_empty() {
            return fail("the recording has no request below /api/atlas".to_owned());
        }
        let state = State { exchanges, ..State::default() };
        Ok(Self { tape: Arc::new(Tape(Mutex::new(state))), clock: VirtualClock::new() })
    }

    /// Allows recorded requests that are never sent; by default, they end the test with
    /// a panic.
    pub fn allow_unrequested(self) -> Self {
        self.tape.state().allows_unrequested = true;
        self
    }

    /// Returns a builder for a client that gets the recorded responses. The client's
    /// waits take no time.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().transport(self.transport()).clock(self.clock())
    }

    /// Returns the transport, for a client that the program builds itself.
    pub fn transport(&self) -> impl Transport + Clone + use<> {
        self.tape.clone()
    }

    /// Returns the clock of the client.
    pub fn clock(&self) -> VirtualClock {
        self.clock.clone()
    }

    /// Returns the received requests, one for each attempt.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.tape.state().requests.clone()
    }

    /// Returns the recorded requests that have not been received: their methods, paths
    /// and queries.
    pub fn unrequested(&self) -> Vec<String> {
        self.tape.state().unrequested()
    }

    /// Checks that every recorded request was received, and no other.
    ///
    /// # Panics
    ///
    /// Panics if a recorded request was not received, or another one was, and shows
    /// them.
    #[track_caller]
    pub fn verify(&self) {
        let state = self.tape.state();
        if !state.unexpected.is_empty() {
            panic!("{}", state.unexpected.join("\n"));
        }
        let left = state.unrequested();
        if !left.is_empty() && !state.allows_unrequested {
            panic!("recorded and never requested\n  {}", left.join("\n  "));
        }
    }
}

impl Drop for ReplayTransport {
    fn drop(&mut self) {
        // A second panic would hide the first.
        if !std::thread::panicking() {
            self.verify();
        }
    }
}

impl fmt::Debug for ReplayTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayTransport")
            .field("unrequested", &self.unrequested())
            .finish_non_exhaustive()
    }
}

impl State {
    fn unrequested(&self) -> Vec<String> {
        let left = self.exchanges.iter().filter(|exchange| !exchange.is_played);
        left.map(|exchange| exchange.target.to_string()).collect()
    }

    /// Returns the description of a request that is not in the recording, with the
    /// recorded ones.
    fn explain(&self, request: &Target) -> String {
        let mut text =
            format!("a request that is not in the recording\n  received: {request}");
        for exchange in &self.exchanges {
            let target = &exchange.target;
            let what = match exchange.is_played {
                true => "played",
                false => "left",
            };
            let near = match target {
                _ if target == request => " (the same)",
                _ if target.method == request.method && target.path == request.path => {
                    " (another query)"
                }
                _ => "",
            };
            _ = write!(text, "\n  {what}: {target}{near}");
        }
        text
    }
}

impl Tape {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the outcome of a request, or its problem.
    fn play(&self, request: Request) -> Result<Outcome, String> {
        let target = Target::new(request.method.as_str(), &request.url);
        let request = RecordedRequest::new(request);
        let mut state = self.state();
        let mut left = state.exchanges.iter_mut().filter(|exchange| !exchange.is_played);
        let result = match left.find(|exchange| exchange.target == target) {
            Some(exchange) => {
                exchange.is_played = true;
                match &exchange.outcome {
                    Recorded::Response(response) => {
                        Ok(Outcome::Response(response.clone()))
                    }
                    Recorded::Broken(stage) => Ok(Outcome::Broken(*stage)),
                    Recorded::LeftOut => Err(format!(
                        "the recording omits the body of the response to {target}"
                    )),
                }
            }
            None => match token(&request) {
                Some(granted) => return Ok(granted),
                None => Err(state.explain(&target)),
            },
        };
        if let Err(problem) = &result {
            state.unexpected.push(problem.clone());
        }
        state.requests.push(request);
        result
    }
}

impl Transport for Tape {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        reply::deliver(self.play(request), "as it was recorded")
    }
}

impl Exchange {
    /// Reads an entry; `None` if the request is not one to the API.
    fn read(entry: &Json) -> Option<Self> {
        let method = entry.pointer("/request/method")?.as_str()?;
        let url = Url::parse(entry.pointer("/request/url")?.as_str()?).ok()?;
        let target = Target::new(method, &url);
        target.path.starts_with(ROOT).then(|| Self {
            target,
            outcome: outcome(entry),
            is_played: false,
        })
    }
}

/// The prefix of all paths of the API.
const ROOT: &str = "/api/atlas/";

impl Target {
    fn new(method: &str, url: &Url) -> Self {
        let path = url.path();
        let path = path.find(ROOT).map_or(path, |begin| &path[begin..]);
        let query = url.query().unwrap_or_default().as_bytes();
        let mut query: Vec<_> = form_urlencoded::parse(query).into_owned().collect();
        query.sort();
        Self { method: method.to_ascii_uppercase(), path: path.to_owned(), query }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (index, (name, value)) in self.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={value}")?;
        }
        Ok(())
    }
}

/// Reads the outcome of a recorded request.
fn outcome(entry: &Json) -> Recorded {
    let number = |pointer| entry.pointer(pointer).and_then(Json::as_u64);
    let text = |pointer| entry.pointer(pointer).and_then(Json::as_str);
    let status =
        number("/response/status").and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let Some(status) = status else {
        return Recorded::Broken(match text("/_stage") {
            Some("connect") => Stage::Connect,
            Some("refused") => Stage::Refused,
            Some("unprocessed") => Stage::Unprocessed,
            Some("malformed") => Stage::Malformed,
            _ => Stage::Exchange,
        });
    };
    let is_base64 = text("/response/content/encoding") == Some("base64");
    let body = match text("/response/content/text") {
        Some(body) if is_base64 => BASE64_STANDARD.decode(body).ok(),
        Some(body) => Some(body.as_bytes().to_vec()),
        // The missing page of a gateway doesn't matter.
        None if !status.is_success() => Some(Vec::new()),
        None if number("/response/content/size").unwrap_or_default() > 0 => None,
        None => Some(Vec::new()),
    };
    let Some(body) = body else { return Recorded::LeftOut };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let length = response.body().len();
    let headers = response.headers_mut();
    for header in
        entry.pointer("/response/headers").and_then(Json::as_array).into_iter().flatten()
    {
        let part = |name| header.get(name).and_then(Json::as_str).unwrap_or_default();
        let name = HeaderName::from_bytes(part("name").as_bytes());
        let value = HeaderValue::from_str(part("value"));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    // These describe the body as it was sent, but the recording has it decoded.
    for name in [CONTENT_ENCODING, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    if status != StatusCode::NO_CONTENT {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    Recorded::Response(response)
}
