//! A running fake.

use std::io;
use std::net::SocketAddr;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atlas_admin_runtime::codec::{Json, Value};
use atlas_admin_runtime::jiff::civil::Date;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::for_fake::{Pattern, Rules, expectation, to_json};
use atlas_admin_runtime::testing::{ANY, Expectation, RecordedRequest};
use atlas_admin_runtime::{Client, ClientBuilder, Credentials, Request};
use tokio::task::JoinHandle;

use crate::authenticator::Authenticator;
use crate::builder::Builder;
use crate::place::{self, Place};
use crate::rate_limit::{Bucket, Limiter, RateLimit};
use crate::routes::Routes;
use crate::seed;
use crate::store::Store;
use crate::values::Fill;

/// The detail of a refusal for a missing role.
const LACKS_ROLE: &str = "The caller lacks the role that this needs.";

/// A running fake of the service, which stops when dropped.
#[must_use = "dropping the fake ends it"]
pub struct FakeService {
    pub(crate) shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    pub(crate) account: (String, String),
    pub(crate) certificate: Option<String>,
    pub(crate) task: JoinHandle<()>,
}

/// State that all connections share.
pub(crate) struct Shared {
    pub(crate) scheme: &'static str,
    pub(crate) routes: Arc<Routes>,
    /// The date by which removed versions are refused; `None` accepts all versions.
    pub(crate) today: Mutex<Option<Date>>,
    pub(crate) authenticator: Mutex<Authenticator>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) limiter: Mutex<Limiter>,
    pub(crate) store: Mutex<Store>,
}

impl FakeService {
    /// Starts a fake of all operations that are compiled in, on a free port of loopback.
    ///
    /// # Errors
    ///
    /// Returns the system's error if no port can be used.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder with the settings of a fake.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the base URL.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Returns the certificate of the authority that signed the server's certificate, as PEM;
    /// `None` over HTTP.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Returns the environment variables for [`Client::from_env`], with the fake's URL and service
    /// account.
    pub fn env(&self) -> [(&'static str, String); 3] {
        let (id, secret) = self.account.clone();
        [
            ("MONGODB_ATLAS_BASE_URL", self.url()),
            ("MONGODB_ATLAS_CLIENT_ID", id),
            ("MONGODB_ATLAS_CLIENT_SECRET", secret),
        ]
    }

    /// Returns a builder for a client of the fake, with its service account.
    pub fn client_builder(&self) -> ClientBuilder {
        let (id, secret) = self.account.clone();
        let account = Credentials::service_account(id, secret);
        Client::builder().base_url(self.url()).credentials(account)
    }

    /// Accepts a POST or PUT whose body lacks a property that the document requires, as the service
    /// sometimes does: see [`Request::missing`].
    pub fn allow_missing(&self) {
        lock(&self.shared.store).allows_missing = true;
    }

    /// Sets the date: a version whose sunset is that day or earlier gets 410. Without a date, all
    /// versions are accepted.
    pub fn set_date(&self, date: Date) {
        *lock(&self.shared.today) = Some(date);
    }

    /// Sets the rate limit, with full buckets and counts of zero; `None` admits all requests.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        let shared = &self.shared;
        seed::rate_limits(&mut lock(&shared.store), &shared.routes, limit.as_ref());
        lock(&self.shared.limiter).set(limit);
    }

    /// Returns the counts of each bucket that was used.
    pub fn buckets(&self) -> Vec<Bucket> {
        lock(&self.shared.limiter).counts()
    }

    /// Stores projects of one organization, each with clusters: `project-0` with `cluster-0` and so
    /// on. Tens of thousands take a second or two. Projects and clusters with these names are
    /// replaced.
    pub fn seed(&self, projects: usize, clusters: usize) {
        let shared = &self.shared;
        seed::projects(&mut lock(&shared.store), &shared.routes, projects, clusters);
    }

    /// Stores a value at the path of a request. It is returned unchanged, without generated
    /// properties.
    ///
    /// # Panics
    ///
    /// Panics if the value can't be encoded as JSON.
    pub fn store<T: Value>(&self, request: &Request<T>, value: T) {
        let json = to_json(&value).unwrap_or_else(|error| panic!("{error}"));
        let target = request.path_and_query();
        let path = target.split('?').next().unwrap_or_default();
        let template = request.operation().path;
        let parameters = place::captured(template, path).unwrap_or_default();
        let place = Place::of(template, &parameters);
        let mut store = lock(&self.shared.store);
        store.ensure_named(&self.shared.routes, &json, &parameters);
        store.put(&place, json, Fill::Nothing);
    }

    /// Begins an expectation for a request, as
    /// [`MockTransport::on`](atlas_admin_runtime::testing::MockTransport::on) does. The
    /// expectation takes precedence over the fake's own response.
    /// [`FakeExpectation`](crate::FakeExpectation) delays or changes the fake's own response.
    #[track_caller]
    #[must_use = "an expectation without a reply does nothing"]
    pub fn on<T>(&self, request: &Request<T>) -> Expectation<'_, T> {
        let pattern = Pattern::of(request, Location::caller());
        expectation(&self.shared.rules, pattern)
    }

    /// Begins an expectation for a method and a path, in any version; `*` matches any text in the
    /// path.
    #[track_caller]
    #[must_use = "an expectation without a reply does nothing"]
    pub fn on_path(&self, method: Method, path: &str) -> Expectation<'_, Json> {
        let pattern = Pattern::path(Some(method.as_str()), path, Location::caller());
        expectation(&self.shared.rules, pattern)
    }

    /// Begins an expectation for every request except those for access tokens.
    #[track_caller]
    #[must_use = "an expectation without a reply does nothing"]
    pub fn on_all(&self) -> Expectation<'_, Json> {
        let pattern = Pattern::path(None, ANY, Location::caller());
        expectation(&self.shared.rules, pattern)
    }

    /// Refuses a request from now on as the service does for a missing role: with 401 and a code
    /// such as `NOT_ORG_GROUP_CREATOR`.
    #[track_caller]
    pub fn lack_role<T>(&self, request: &Request<T>, code: &str) {
        self.on(request).fail(401, code, LACKS_ROLE).always();
    }

    /// Refuses a method and a path from now on as [`FakeService::lack_role`] does, in any version;
    /// `*` matches any text in a segment of the path; the path `*` matches any path.
    #[track_caller]
    pub fn lack_role_on_path(&self, method: Method, path: &str, code: &str) {
        self.on_path(method, path).fail(401, code, LACKS_ROLE).always();
    }

    /// Returns the requests that were accepted: with valid credentials, in a known version, and
    /// within the rate limit. None are kept after [`Builder::forget_requests`].
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.rules.requests()
    }

    /// Returns the accepted requests that match a request, by the rules of [`FakeService::on`].
    #[track_caller]
    pub fn requests_for<T>(&self, request: &Request<T>) -> Vec<RecordedRequest> {
        let pattern = Pattern::of(request, Location::caller());
        self.shared.rules.requests_for(&pattern)
    }

    /// Returns the single accepted request that matches a request, by the rules of
    /// [`FakeService::on`].
    ///
    /// # Panics
    ///
    /// Panics if no request matches, or more than one; the message lists the accepted requests.
    #[track_caller]
    pub fn single_request<T>(&self, request: &Request<T>) -> RecordedRequest {
        let pattern = Pattern::of(request, Location::caller());
        self.shared.rules.single_request(&pattern)
    }
}

impl Drop for FakeService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for FakeService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeService").field("url", &self.url()).finish_non_exhaustive()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
