//! Requests: plain values with an operation, its parameters and its body.
//!
//! Building a request does no IO and can't fail. Problems are kept, and returned when
//! the request is sent or its body is read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::additions;
use crate::additions::Query;
use crate::codec::{self, EncodeError, Json, RequestBody};
use crate::error::{Error, Kind};
use crate::operation::{Location, Method, Operation};
use crate::template::Template;

pub use body::IntoBody;
pub use options::Options;

mod body;
mod curl;
mod options;
mod raw;

/// A request for an operation whose response is a `T`.
///
/// A request function of `atlas-admin` returns a request, and [`Request::send`] sends
/// it. [`PagedRequest::stream`](crate::PagedRequest::stream),
/// [`Request::send_and_wait`] and [`Request::poll`] send it as often as necessary. The request of this example is made by hand, with [`Request::raw`]:
///
/// ```no_run
/// use atlas_admin_runtime::operation::Method;
/// use atlas_admin_runtime::{Client, Error, Json, Request, Version};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let path = "/api/atlas/v2/groups?itemsPerPage=10";
/// let request = Request::<Json>::raw(Method::Get, path, Version::stable(2023, 1, 1));
/// let projects = request.send(&client).await?;
/// println!("{projects:?}");
/// # Ok(())
/// # }
/// ```
///
/// Setters return the request, so that several can follow each other before `send`. A request
/// can be sent any number of times.
///
/// `Debug` prints the operation and the path, never a body or a header.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<T> {
    parts: Arc<Parts>,
    output: PhantomData<fn() -> T>,
}

/// The parts of a request that are independent of the type of its response.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) operation: &'static Operation,
    path: String,
    query: Query,
    headers: HeaderMap,
    body: Option<Arc<RequestBody>>,
    /// Whether the request is sent without credentials, because the operation is public.
    pub(crate) is_anonymous: bool,
    /// The method and path of a [raw request](Request::raw).
    raw: Option<Arc<str>>,
    /// The problems that keep the request from being sent, until their part is set
    /// again.
    problems: Vec<(Part, Error)>,
}

/// A part of a request that can have a problem.
#[derive(Clone, PartialEq)]
enum Part {
    Path,
    Query(Cow<'static, str>),
    Header(Cow<'static, str>),
    Body,
}

impl<T> Request<T> {
    /// Creates a request with the values of the path parameters, in the order of the
    /// template.
    ///
    /// Each value is percent-encoded (RFC 3986 section 2.1), so that it stays within
    /// its segment. If no encoding achieves that (for an empty value, or `.` or `..` as
    /// a whole segment), sending returns an error.
    pub fn new(operation: &'static Operation, path: &[&str]) -> Self {
        Self::of(Parts::new(operation, path))
    }

    /// Creates a request with the values of the path parameters and a body.
    pub fn with_body(
        operation: &'static Operation,
        path: &[&str],
        body: &dyn codec::Value,
    ) -> Self {
        Self::with(operation, path, &[], Some(body))
    }

    /// Creates a request with the values of the path parameters, the named values of
    /// other required parameters, and a body if there is one.
    pub fn with(
        operation: &'static Operation,
        path: &[&str],
        parameters: &[(&'static str, &dyn codec::Value)],
        body: Option<&dyn codec::Value>,
    ) -> Self {
        Self::of(Parts::with(operation, path, parameters, body))
    }

    /// Creates a request with a body in another format than JSON, which is sent
    /// unchanged.
    #[doc(hidden)]
    pub fn with_bytes(
        operation: &'static Operation,
        path: &[&str],
        parameters: &[(&'static str, &dyn codec::Value)],
        body: &[u8],
    ) -> Self {
        let mut parts = Parts::with(operation, path, parameters, None);
        parts.body = Some(Arc::new(RequestBody::bytes(Bytes::copy_from_slice(body))));
        Self::of(parts)
    }

    /// Marks the operation as public: the request is sent without credentials.
    #[doc(hidden)]
    pub fn anonymous(mut self) -> Self {
        self.parts_mut().is_anonymous = true;
        self
    }

    fn of(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), output: PhantomData }
    }

    fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.parts)
    }

    /// Sets a query parameter by name, and replaces an earlier value; `null` removes it.
    /// For parameters without a setter, because they are undocumented or not in this
    /// version.
    ///
    /// A list repeats the parameter (OpenAPI 3.0 `style: form`, `explode: true`),
    /// unless the document declares that its items are joined. An item of a joined list
    /// can't contain the separator, and sending the request fails for an item that
    /// does.
    ///
    /// ```
    /// # use atlas_admin_runtime::Request;
    /// # fn example(request: Request<()>) -> Request<()> {
    /// request.query("includeCount", true).query("status", ["OPEN", "CLOSED"])
    /// # }
    /// ```
    pub fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        self.parts_mut().set_query(name.into(), &value.into());
        self
    }

    /// Sets a header by name, and replaces an earlier value; `null` removes it.
    ///
    /// The items of a list are joined by commas (OpenAPI 3.0 `style: simple`).
    ///
    /// Headers that the SDK sets itself can't be set here, and sending the request fails
    /// for them: `Accept`, `Content-Type`, `Authorization`, `Host`, `User-Agent`, and
    /// those of the connection.
    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) -> Self {
        self.parts_mut().set_header(name.into(), &value.into());
        self
    }

    /// Sets a query parameter to a typed value.
    #[doc(hidden)]
    pub fn set_query(mut self, name: &'static str, value: &dyn codec::Value) -> Self {
        self.parts_mut().set_query(name.into(), value);
        self
    }

    /// Sets a header parameter to a typed value.
    #[doc(hidden)]
    pub fn set_header(mut self, name: &'static str, value: &dyn codec::Value) -> Self {
        self.parts_mut().set_header(name.into(), value);
        self
    }

    /// Sets the body, and replaces an earlier one: a typed value, or free-form JSON. The
    /// body is encoded at once; [`Request::body_bytes`] and sending return an error if
    /// it can't be encoded.
    pub fn body(mut self, body: &impl IntoBody) -> Self {
        let encoded = body.encode(self.method());
        self.parts_mut().set_body(encoded);
        self
    }

    /// Changes the expected type of the response: to a type of your own, or to
    /// [`codec::Json`] for JSON without a declared structure.
    pub fn with_output<U>(self) -> Request<U> {
        Request { parts: self.parts, output: PhantomData }
    }

    /// Returns the operation.
    pub fn operation(&self) -> &'static Operation {
        self.parts.operation
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> Method {
        self.parts.operation.method
    }

    /// Returns the path and the query string as they are sent:
    /// `/api/atlas/v2/groups?itemsPerPage=50`.
    pub fn path_and_query(&self) -> String {
        self.parts.path_and_query()
    }

    /// Returns the media type in the `Accept` header.
    pub fn accept(&self) -> &'static str {
        self.parts.operation.accept
    }

    /// Returns the headers of the request, without those of authentication and of the
    /// transport.
    pub fn headers(&self) -> HeaderMap {
        self.parts.headers()
    }

    /// Returns the body as it is sent; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Returns why the request can't be sent: for example, a path parameter is empty, or
    /// the body contains a secret that the service masked.
    pub fn body_bytes(&self) -> Result<Option<&[u8]>, Error> {
        let body = self.parts.sendable()?;
        Ok(body.map(|body| &body[..]))
    }

    /// Returns the JSON paths of unset properties that the document requires in the body
    /// of this POST or PUT: `replicationSpecs[0].regionConfigs[1].regionName`.
    ///
    /// Such a request can be sent nonetheless: the document requires some properties
    /// that the service does not. Read-only properties are not included. Empty for a
    /// body that can't be sent.
    pub fn missing(&self) -> Vec<String> {
        self.parts.body.as_deref().map(RequestBody::missing).unwrap_or_default()
    }

    /// Returns the JSON paths of received properties that the request omits: read-only,
    /// undeclared and masked ones. Empty for a body that can't be sent.
    pub fn left_out(&self) -> Vec<String> {
        self.parts.body.as_deref().map(RequestBody::left_out).unwrap_or_default()
    }

    /// Returns a `curl` command that sends the request to `https://cloud.mongodb.com`,
    /// with an access token from the shell variable `ATLAS_TOKEN`. In the body,
    /// `<redacted>` replaces secret fields, and undeclared strings, which may be
    /// secrets.
    ///
    /// # Errors
    ///
    /// Returns why the request can't be sent.
    pub fn to_curl(&self) -> Result<String, Error> {
        self.parts.sendable().map(|_| self.parts.to_curl())
    }

    pub(crate) fn parts(&self) -> &Arc<Parts> {
        &self.parts
    }
}

impl Parts {
    pub(crate) fn new(operation: &'static Operation, values: &[&str]) -> Self {
        let (path, problem) = Template(operation.path).fill(values);
        let mut parts = Self {
            operation,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            is_anonymous: false,
            raw: None,
            problems: Vec::new(),
        };
        if let Some(message) = problem {
            parts.fail(Part::Path, message);
        }
        parts
    }

    fn with(
        operation: &'static Operation,
        path: &[&str],
        parameters: &[(&'static str, &dyn codec::Value)],
        body: Option<&dyn codec::Value>,
    ) -> Self {
        let mut parts = Self::new(operation, path);
        for (name, value) in parameters {
            let declared =
                operation.parameters.iter().find(|declared| declared.name == *name);
            match declared.map(|declared| declared.location) {
                Some(Location::Header) => parts.set_header((*name).into(), *value),
                _ => parts.set_query((*name).into(), *value),
            }
        }
        if let Some(body) = body {
            parts.set_body(codec::encode_request(body, operation.method));
        }
        parts
    }

    fn set_query(&mut self, name: Cow<'static, str>, value: &dyn codec::Value) {
        let part = Part::Query(name.clone());
        self.forget_problem(&part);
        let separator = self.separator(&name);
        if let Err(message) =
            additions::set_query(&mut self.query, name, value, separator)
        {
            self.fail(part, message);
        }
    }

    /// Returns the separator of a list's items in a query parameter, if the operation
    /// declares one.
    fn separator(&self, name: &str) -> Option<&'static str> {
        let mut declared = self.operation.parameters.iter();
        declared.find(|it| it.location == Location::Query && it.name == name)?.joined
    }

    fn set_header(&mut self, name: Cow<'static, str>, value: &dyn codec::Value) {
        let set = additions::set_header(&mut self.headers, &name, value);
        let part = Part::Header(name);
        self.forget_problem(&part);
        if let Err(message) = set {
            self.fail(part, message);
        }
    }

    fn set_body(&mut self, encoded: Result<RequestBody, EncodeError>) {
        self.forget_problem(&Part::Body);
        self.body = encoded
            .map(Arc::new)
            .map_err(|error| {
                let message = format!("the body can't be sent: {error}");
                let error = Error::with_source(Kind::Request, message, error);
                self.problems.push((Part::Body, self.with_request(error)));
            })
            .ok();
    }

    /// Creates a request for a path and query from the service.
    pub(crate) fn at(operation: &'static Operation, path_and_query: &str) -> Self {
        Self { path: path_and_query.to_owned(), ..Self::new(operation, &[]) }
    }

    /// Creates a request that observes the effect of this one. The new request has
    /// those query and header parameters of this one that its operation declares too,
    /// because they state the caller's preferences.
    pub(crate) fn followed_by(
        &self,
        operation: &'static Operation,
        values: &[&str],
    ) -> Self {
        let mut parts = Self::new(operation, values);
        for parameter in operation.parameters {
            let name = parameter.name;
            match parameter.location {
                Location::Path => {}
                Location::Query => {
                    let same = self.query.iter().filter(|(other, _)| other == name);
                    parts.query.extend(same.cloned());
                }
                Location::Header => {
                    let name = HeaderName::from_bytes(name.as_bytes()).ok();
                    let value = name.and_then(|it| Some((self.headers.get(&it)?, it)));
                    parts.headers.extend(value.map(|(value, it)| (it, value.clone())));
                }
            }
        }
        parts
    }

    /// Returns the values of the path parameters, by their names. Empty if one of the
    /// values can't be sent.
    pub(crate) fn path_values(&self) -> Vec<(&'static str, String)> {
        Template(self.operation.path).capture(&self.path).unwrap_or_default()
    }

    fn fail(&mut self, part: Part, message: String) {
        let error = self.with_request(Error::new(Kind::Request, message));
        self.problems.push((part, error));
    }

    /// Adds the request to an error.
    pub(crate) fn with_request(&self, error: Error) -> Error {
        error.of_request(self.operation, self.raw.as_ref())
    }

    fn forget_problem(&mut self, part: &Part) {
        self.problems.retain(|(other, _)| other != part);
    }

    /// Returns the body, or why the request can't be sent.
    pub(crate) fn sendable(&self) -> Result<Option<&Bytes>, Error> {
        match self.problems.first() {
            Some((_, problem)) => Err(problem.clone()),
            None => Ok(self.body.as_deref().map(RequestBody::text)),
        }
    }

    /// Returns the body with the positions of its secrets.
    pub(crate) fn encoded(&self) -> Option<Arc<RequestBody>> {
        self.body.clone()
    }

    pub(crate) fn path_and_query(&self) -> String {
        let mut target = self.path.clone();
        additions::push_query(&mut target, &self.query);
        target
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        // For the headers added here and later, so that the map grows only once.
        headers.reserve(6);
        let operation = self.operation;
        headers.insert(http::header::ACCEPT, HeaderValue::from_static(operation.accept));
        let content_type = match (&self.body, operation.method) {
            (Some(_), _) => Some(operation.content_type.unwrap_or("application/json")),
            // Atlas's introduction sends it with GET as well, and asks to send its
            // requests as shown (Get Started with the Atlas Administration API).
            (None, Method::Get) => Some("application/json"),
            (None, _) => None,
        };
        if let Some(content_type) = content_type {
            headers.insert(http::header::CONTENT_TYPE, self.with_boundary(content_type));
        }
        headers
    }

    /// Returns a content type. For a multipart type, adds the boundary with which the
    /// body starts (RFC 2046 section 5.1.1).
    fn with_boundary(&self, content_type: &'static str) -> HeaderValue {
        let plain = HeaderValue::from_static(content_type);
        if !content_type.starts_with("multipart/") {
            return plain;
        }
        let text = self.body.as_deref().map(|body| &body.text()[..]);
        let line = text.and_then(|text| text.split(|byte| *byte == b'\r').next());
        let boundary = line.and_then(|line| line.strip_prefix(b"--"));
        let boundary = boundary.and_then(|it| std::str::from_utf8(it).ok());
        let full = boundary
            .map(|boundary| format!("{content_type}; boundary=\"{boundary}\""))
            .and_then(|full| HeaderValue::try_from(full).ok());
        full.unwrap_or(plain)
    }

    /// Returns the encoded value of the first path parameter: the project or
    /// organization of the request. Empty if the path has no parameter.
    pub(crate) fn scope(&self) -> &str {
        Template(self.operation.path).first_value(&self.path).unwrap_or_default()
    }

    /// Returns the requested page; `None` if the request names none.
    pub(crate) fn page(&self) -> Option<&str> {
        let number = self.operation.page_number();
        let (_, texts) = self.query.iter().find(|(name, _)| *name == number)?;
        texts.first().map(String::as_str)
    }

    /// Sets the requested page.
    pub(crate) fn set_page(&mut self, page: u64) {
        let number = self.operation.page_number();
        self.query.retain(|(name, _)| *name != number);
        self.query.push((number.into(), vec![page.to_string()]));
    }
}

// Implemented by hand, because derives would require the same of `T`.
impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), output: PhantomData }
    }
}

impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("version", &format_args!("{}", self.operation.version))
            .field("method", &format_args!("{}", self.operation.method.as_str()))
            .field("target", &self.path_and_query())
            .finish_non_exhaustive()
    }
}
