//! Recordings of the service's responses, without secrets and personal data: HAR 1.2.
//!
//! Source: <http://www.softwareishard.com/blog/har-12-spec/>.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Response;
use http::header::WWW_AUTHENTICATE;

use crate::clock::{Clock, SystemClock};
use crate::registry::Entry;
use crate::transport::{Body, BoxFuture, Request, Transport, TransportError};
use crate::version::Version;

use entry::Exchange;
use file::HarFile;
use pseudonym::Pseudonyms;
use tee::Tee;

mod entry;
mod file;
mod json;
mod pseudonym;
mod tee;
mod url;

/// The largest body that is recorded, in bytes, both as it arrives and after
/// decompression.
const BODY_LIMIT: usize = 1 << 20;

/// A recorder of every attempt, to a file (HAR 1.2), with personal data replaced by
/// pseudonyms. A recording can be shown to others, attached to an issue, and [played
/// back](crate::testing) in tests.
///
/// - Credentials, cookies and token requests are not recorded. A header is recorded
///   only if it is known to contain neither secrets nor personal data.
/// - Of a JSON body, the recording keeps property names, numbers, dates, and the values
///   of enums. Secret fields become `<redacted>`. Every other string becomes a pseudonym
///   of its kind (an ID, an e-mail address, an IP address, a URL, a text). So do the
///   values in paths and queries.
/// - The same text has the same pseudonym everywhere in a file, and another one in any
///   other file.
/// - With the [`types`](Recorder::types) of the operations, from the registry of the
///   crate `atlas-admin`, secrets and enums are those that the document declares.
///   Without them, secrets are detected by typical names (`password`, `…Token`), and
///   enums by capital letters.
/// - Other bodies, and those above a [limit](Recorder::body_limit), are omitted.
///   Responses stream through; the body of a response that is not read to its end is
///   omitted.
///
/// Review a recording before you publish it: names of undeclared properties are kept.
///
/// Each exchange is written when its response has been read, on the thread that reads
/// it, to a temporary file next to the named one. [`finish`](Recorder::finish) renames
/// the temporary file to the named one, and so does dropping the last clone.
/// [`flush`](Recorder::flush) replaces the named file with a copy in the meantime.
///
/// ```
/// use atlas_admin_runtime::Client;
/// use atlas_admin_runtime::layer::Recorder;
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::create("what-atlas-sends.har")?;
/// let client = Client::builder().attempt_layer(recorder.layer()).build()?;
/// // …
/// recorder.finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    types: Arc<Types>,
    body_limit: usize,
}

/// The shared part of a recorder's clones.
struct Shared {
    pseudonyms: Pseudonyms,
    file: Mutex<HarFile>,
}

/// The types of bodies by operation and version, and the templates of paths.
#[derive(Default)]
struct Types {
    entries: HashMap<(&'static str, Version), &'static Entry>,
    templates: Vec<&'static str>,
}

impl Recorder {
    /// Creates a recorder. The file at `path` is not changed yet.
    ///
    /// # Errors
    ///
    /// Returns an error if no temporary file can be created next to `path`.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let shared = Shared {
            pseudonyms: Pseudonyms::new(),
            file: Mutex::new(HarFile::create(path.into())?),
        };
        Ok(Self {
            shared: Arc::new(shared),
            types: Arc::default(),
            body_limit: BODY_LIMIT,
        })
    }

    /// Sets the types of the bodies: `atlas_admin::registry::entries()`.
    #[must_use]
    pub fn types(mut self, entries: impl IntoIterator<Item = &'static Entry>) -> Self {
        let mut types = Types::default();
        for entry in entries {
            let operation = entry.operation;
            types.entries.insert((operation.id, operation.version), entry);
            types.templates.push(operation.path);
        }
        types.templates.sort_unstable();
        types.templates.dedup();
        // Templates with fewer parameters come first, so that the first match is the
        // most specific.
        types.templates.sort_by_key(|template| template.matches('{').count());
        self.types = Arc::new(types);
        self
    }

    /// Sets the largest body that is recorded, in bytes: 1 MiB by default. Each
    /// response that is being read takes up to this much memory.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Returns the layer for
    /// [`ClientBuilder::attempt_layer`](crate::ClientBuilder::attempt_layer). Several clients can
    /// record to one file.
    pub fn layer(
        &self,
    ) -> impl Fn(Arc<dyn Transport>) -> Recording + Send + Sync + 'static + use<> {
        let recorder = self.clone();
        move |next| Recording { recorder: recorder.clone(), next }
    }

    /// Replaces the file with a copy of the recording so far.
    ///
    /// # Errors
    ///
    /// Returns an error if an earlier exchange, or now the file, could not be written.
    pub fn flush(&self) -> io::Result<()> {
        self.shared.file().flush()
    }

    /// Replaces the file with the recording. Nothing is recorded afterwards.
    ///
    /// # Errors
    ///
    /// Those of [`Recorder::flush`].
    pub fn finish(&self) -> io::Result<()> {
        self.shared.file().finish()
    }

    /// Writes an exchange.
    fn record(&self, exchange: Exchange) {
        let entry =
            exchange.into_har(&self.shared.pseudonyms, &self.types, self.body_limit);
        self.shared.file().append(&entry);
    }
}

impl Shared {
    fn file(&self) -> MutexGuard<'_, HarFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Types {
    fn entry(&self, request: &Request) -> Option<&'static Entry> {
        let operation = request.operation?;
        self.entries.get(&(operation.id, operation.version)).copied()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// A transport that records every exchange. Returned by [`Recorder::layer`].
pub struct Recording {
    recorder: Recorder,
    next: Arc<dyn Transport>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}

impl Transport for Recording {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.recorder.shared.pseudonyms.learn(&request.headers);
        // Token requests, and the challenges of Digest.
        if request.operation.is_none() {
            return self.next.send(request);
        }
        let mut exchange = Exchange::begin(request.clone(), SystemClock.now());
        let begun = SystemClock.monotonic();
        let sent = self.next.send(request);
        Box::pin(async move {
            let result = sent.await;
            exchange.wait = SystemClock.monotonic().saturating_sub(begun);
            let response = match result {
                Ok(response) => response,
                Err(error) => {
                    exchange.stage = Some(error.stage());
                    self.recorder.record(exchange);
                    return Err(error);
                }
            };
            if response.headers().contains_key(WWW_AUTHENTICATE) {
                return Ok(response);
            }
            let (parts, body) = response.into_parts();
            exchange.status = parts.status.as_u16();
            exchange.response_headers = parts.headers.clone();
            let tee = Tee::new(body, exchange, self.recorder.clone());
            Ok(Response::from_parts(parts, Body::new(tee)))
        })
    }
}
