//! A fake of the service on loopback, for tests of whole programs (feature `fake`).
//!
//! It knows the operations that a registry holds, and takes requests as the service does: HTTP
//! Digest or a bearer token, a versioned media type in `Accept` and `Content-Type`, a body that
//! fits its type. It answers with what was stored; what nobody can make through the API, it
//! makes from its type.
//!
//! ```no_run
//! # fn entries() -> Vec<&'static atlas_admin_runtime::registry::Entry> { vec![] }
//! use std::time::Duration;
//! use atlas_admin_runtime::testing::fake::Fake;
//!
//! # async fn test() -> std::io::Result<()> {
//! // With the crate `atlas-admin`: `Fake::start(atlas_admin::registry::entries())`.
//! let atlas = Fake::start(entries()).await?;
//! atlas.on_all().throttle(Duration::from_secs(1));
//! let program = std::process::Command::new("my-program").envs(atlas.env()).status()?;
//! assert!(program.success());
//! assert_eq!(atlas.requests()[0].path(), "/api/atlas/v2/groups");
//! # Ok(())
//! # }
//! ```
//!
//! | request | answer |
//! |---|---|
//! | without credentials, with wrong ones | 401 and a challenge |
//! | to an unknown path, or for what is not there | 404 |
//! | with a method that the path doesn't take | 405 |
//! | `Accept` names no known version | 406; after [`Fake::set_date`] 410 for one that is over |
//! | `Content-Type` of another version | 415 |
//! | a body that does not fit its type | 400 |
//! | POST of a body that lacks what the document requires | 400, unless [`Fake::allow_missing`] |
//! | POST to a collection | stored, 409 where it is there already |
//!
//! What a path is below is looked up as soon as there is any of its kind: a test that stores no
//! project can make clusters in whichever it names; where one is stored or made, the others
//! are answered with 404.

use std::io;
use std::net::SocketAddr;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::mock::Rules;
use super::pattern::Pattern;
use super::reply::{self, Outcome};
use super::{ANY, Expectation, RecordedRequest};
use crate::client::{Client, ClientBuilder};
use crate::codec::{self, Json, Value};
use crate::credentials::Credentials;
use crate::operation::Method;
use crate::registry::Entry;
use crate::request::Request;
use jiff::civil::Date;

use authenticator::Authenticator;
use place::Place;
use routes::Routes;
use store::Store;

mod authenticator;
mod place;
mod routes;
mod serve;
mod store;
mod values;

/// The service account that the fake knows: client ID and secret.
pub const SERVICE_ACCOUNT: (&str, &str) = ("mdb_sa_id_fake", "mdb_sa_sk_fake");

/// The API key that the fake knows: public and private key.
pub const API_KEY: (&str, &str) = ("fakekey", "00000000-fake-0000-0000-000000000000");

/// A running fake; dropping it ends it.
#[must_use = "dropping the fake ends it"]
pub struct Fake {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    routes: Mutex<Arc<Routes>>,
    gate: Mutex<Authenticator>,
    rules: Arc<Rules>,
    store: Mutex<Store>,
}

impl Fake {
    /// Starts a fake that knows some operations, on a free port.
    ///
    /// # Errors
    ///
    /// Returns why the system gives no port.
    pub async fn start(
        entries: impl IntoIterator<Item = &'static Entry>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            routes: Mutex::new(Arc::new(Routes::new(entries))),
            gate: Mutex::default(),
            rules: Arc::default(),
            store: Mutex::default(),
        });
        let task = tokio::spawn(serve::run(listener, shared.clone()));
        Ok(Self { shared, address, task })
    }

    /// Returns the base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the variables that lead [`Client::from_env`] here, with the service account.
    pub fn env(&self) -> [(&'static str, String); 3] {
        [
            ("MONGODB_ATLAS_BASE_URL", self.url()),
            ("MONGODB_ATLAS_CLIENT_ID", SERVICE_ACCOUNT.0.to_owned()),
            ("MONGODB_ATLAS_CLIENT_SECRET", SERVICE_ACCOUNT.1.to_owned()),
        ]
    }

    /// Returns a builder for a client that calls here, with the service account.
    pub fn client_builder(&self) -> ClientBuilder {
        let (id, secret) = SERVICE_ACCOUNT;
        let account = Credentials::service_account(id, secret);
        Client::builder().base_url(self.url()).credentials(account)
    }

    /// Takes a POST whose body lacks what the document requires, as the service does now and
    /// then: see [`Request::missing`].
    pub fn allow_missing(&self) {
        lock(&self.shared.store).allow_missing();
    }

    /// Removes the versions that are over on a day: they get 410.
    pub fn set_date(&self, date: Date) {
        let mut routes = lock(&self.shared.routes);
        *routes = Arc::new(routes.set_date(date));
    }

    /// Stores a value where a request would get it.
    ///
    /// # Panics
    ///
    /// Where the value holds what JSON can't say.
    pub fn store<T: Value>(&self, request: &impl AsRef<Request<T>>, value: T) {
        let request = request.as_ref();
        let json = reply::to_json(&value);
        let target = request.path_and_query();
        let path = target.split('?').next().unwrap_or_default();
        let template = request.operation().path;
        let parameters = routes::captured(template, path).unwrap_or_default();
        let place = Place::of(template, path, &parameters);
        lock(&self.shared.store).put(&place, json);
    }

    /// Begins to say what becomes of a request, as [`MockTransport::on`](super::MockTransport::on) does,
    /// before the fake itself answers. What no rule is meant for, it answers.
    #[track_caller]
    #[must_use = "a rule without a reply does nothing"]
    pub fn on<T>(&self, request: &impl AsRef<Request<T>>) -> Expectation<'_, T> {
        Expectation::new(
            &self.shared.rules,
            Pattern::of(request.as_ref(), Location::caller()),
        )
    }

    /// Begins to say what becomes of a method and a path, in any version; `*` stands for any
    /// text in it.
    #[track_caller]
    #[must_use = "a rule without a reply does nothing"]
    pub fn on_path(&self, method: Method, path: &str) -> Expectation<'_, Json> {
        let pattern = Pattern::path(Some(method.as_str()), path, Location::caller());
        Expectation::new(&self.shared.rules, pattern)
    }

    /// Begins to say what becomes of every request, those for access tokens aside.
    #[track_caller]
    #[must_use = "a rule without a reply does nothing"]
    pub fn on_all(&self) -> Expectation<'_, Json> {
        Expectation::new(
            &self.shared.rules,
            Pattern::path(None, ANY, Location::caller()),
        )
    }

    /// Returns what was asked of the API with credentials that hold, in a version that there is.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.rules.requests()
    }

    /// Returns what was asked of the kind of a request, as [`Fake::on`] tells it.
    #[track_caller]
    pub fn requests_for<T>(
        &self,
        request: &impl AsRef<Request<T>>,
    ) -> Vec<RecordedRequest> {
        self.shared
            .rules
            .requests_for(&Pattern::of(request.as_ref(), Location::caller()))
    }

    /// Returns the one request of its kind, as [`Fake::on`] tells it.
    ///
    /// # Panics
    ///
    /// Where there is none or more than one, with what was asked instead.
    #[track_caller]
    pub fn single_request<T>(
        &self,
        request: &impl AsRef<Request<T>>,
    ) -> RecordedRequest {
        self.shared
            .rules
            .single_request(&Pattern::of(request.as_ref(), Location::caller()))
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fake").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// What only a fake can do: it has something of its own to answer.
impl<T> Expectation<'_, T> {
    /// Lets the fake answer, as it would without the rule.
    pub fn pass(self) -> Self {
        self.slow(Duration::ZERO)
    }

    /// Lets the fake answer, after a while.
    pub fn slow(self, wait: Duration) -> Self {
        self.reply(Arc::new(move |_| Outcome::Stored { wait, change: None }))
    }
}

impl<T: Value + Default> Expectation<'_, T> {
    /// Changes what is stored, and then lets the fake answer.
    pub fn change(self, change: impl Fn(&mut T) + Send + Sync + 'static) -> Self {
        let change: reply::Change = Arc::new(move |json: &mut Json| {
            let mut value = T::default();
            if codec::decode(json.to_string().as_bytes(), &mut value).is_ok() {
                change(&mut value);
                *json = reply::to_json(&value);
            }
        });
        self.reply(Arc::new(move |_| Outcome::Stored {
            wait: Duration::ZERO,
            change: Some(change.clone()),
        }))
    }
}

/// Returns a header as text.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
