//! Dry runs: reads are sent, writes are only recorded.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Response};

use super::{Layer, Next};
use crate::error::Error;
use crate::operation::Operation;
use crate::transport::{Body, BoxFuture, Request, Url, redacted_url};

/// A layer that sends no writes. Each write is refused with an error that shows the
/// request, and is [kept](DryRun::planned).
///
/// A write is any method but GET and HEAD. Secrets are redacted, and so are undeclared
/// text and the values of undeclared query parameters. Add this layer last, as the
/// innermost one, so that it sees the changes of the others.
///
/// ```
/// use atlas_admin_runtime::layer::{DryRun, PlannedRequest};
/// use atlas_admin_runtime::operation::Method;
/// use atlas_admin_runtime::{Client, Request, Version, json};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let dry_run = DryRun::new();
/// let client = Client::builder().layer(dry_run.clone()).build()?;
///
/// let create = Request::raw(Method::Post, "/groups", Version::stable(2023, 1, 1));
/// let create = create.body(&json!({"name": "prod", "size": 3}));
/// let error = create.send(&client).await.unwrap_err();
///
/// assert!(error.is_refused() && !error.may_have_been_executed());
/// let planned = PlannedRequest::of(&error).expect("a request that was not sent");
/// assert_eq!(
///     planned.to_string(),
///     "POST https://cloud.mongodb.com/api/atlas/v2/groups \
///      {\"name\":\"<redacted>\",\"size\":3}",
/// );
/// assert_eq!(dry_run.planned().len(), 1);
/// # Ok::<(), atlas_admin_runtime::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DryRun(Arc<Mutex<Vec<PlannedRequest>>>);

impl DryRun {
    /// Creates a layer that has refused nothing yet. Its clones share the kept requests.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the refused requests, in order.
    pub fn planned(&self) -> Vec<PlannedRequest> {
        self.lock().clone()
    }

    /// Returns the requests refused since the last call of this function, and removes
    /// them.
    pub fn take(&self) -> Vec<PlannedRequest> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PlannedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layer for DryRun {
    fn call<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<Response<Body>, Error>> {
        if matches!(request.method, Method::GET | Method::HEAD) {
            return next.run(request);
        }
        let body = request.redacted_body();
        let Request { operation, method, url, .. } = request;
        let planned = PlannedRequest { operation, method, url, body };
        self.lock().push(planned.clone());
        let error =
            Error::refused("not sent, because this is a dry run").caused_by(planned);
        Box::pin(std::future::ready(Err(error)))
    }
}

/// A request that a [`DryRun`] has not sent.
///
/// `Display` prints the method, the redacted URL and the redacted body. The error of a
/// refused write has the planned request as its cause, which [`PlannedRequest::of`]
/// returns.
#[derive(Clone)]
pub struct PlannedRequest {
    operation: Option<&'static Operation>,
    method: Method,
    url: Url,
    body: Option<String>,
}

impl PlannedRequest {
    /// Returns the request of an error; `None` if the error isn't a [`DryRun`]'s.
    pub fn of(error: &Error) -> Option<&Self> {
        error.cause()?.downcast_ref()
    }

    /// Returns the operation of the request.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    /// Returns the HTTP method: `POST`.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Returns the URL of the request, whose query may hold secrets.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the body, with secrets replaced by `<redacted>`; `None` if there is none.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }
}

impl fmt::Display for PlannedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, redacted_url(&self.url, self.operation))?;
        match &self.body {
            Some(body) => write!(f, " {body}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for PlannedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlannedRequest").field(&format_args!("{self}")).finish()
    }
}

impl std::error::Error for PlannedRequest {}
