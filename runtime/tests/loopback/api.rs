//! A few operations in the generator's form, and clients for them.

use std::error::Error as StdError;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::json;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::{
    Client, ClientBuilder, Credentials, Error, Request, RetryPolicy, Version,
};

use super::clock::{LIMIT, Steps};
use super::server::{Reply, Seen, Server};

pub(crate) const fn operation(
    id: &'static str,
    method: Method,
    path: &'static str,
) -> Operation {
    Operation {
        id,
        name: id,
        tag: "Projects",
        method,
        path,
        version: Version::stable(2023, 1, 1),
        accept: "application/vnd.atlas.2023-01-01+json",
        content_type: Some("application/vnd.atlas.2023-01-01+json"),
        parameters: &[],
        success: &[200],
        roles: &[],
        deprecated: false,
        sunset: None,
        docs: "",
        wait: None,
    }
}

pub(crate) static LIST: Operation =
    operation("listGroups", Method::Get, "/api/atlas/v2/groups");
pub(crate) static GET: Operation =
    operation("getGroup", Method::Get, "/api/atlas/v2/groups/{groupId}");
pub(crate) static CREATE: Operation =
    operation("createGroup", Method::Post, "/api/atlas/v2/groups");
pub(crate) static UPDATE: Operation =
    operation("updateGroup", Method::Patch, "/api/atlas/v2/groups/{groupId}");
pub(crate) static REPLACE: Operation =
    operation("replaceGroup", Method::Put, "/api/atlas/v2/groups/{groupId}");
pub(crate) static DELETE: Operation =
    operation("deleteGroup", Method::Delete, "/api/atlas/v2/groups/{groupId}");
pub(crate) static LOGS: Operation = Operation {
    accept: "application/vnd.atlas.2023-01-01+gzip",
    deprecated: true,
    ..operation("getLogs", Method::Get, "/api/atlas/v2/groups/{groupId}/logs/{name}.gz")
};

pub(crate) fn list() -> Request<Json> {
    Request::new(&LIST, &[])
}

pub(crate) fn get() -> Request<Json> {
    Request::new(&GET, &["1"])
}

/// A request of each method, with a body where the method has one.
pub(crate) fn every_method() -> Vec<Request<Json>> {
    let body = json!({"name": "MyProject"});
    vec![
        get(),
        Request::new(&CREATE, &[]).body(&body),
        Request::new(&UPDATE, &["1"]).body(&body),
        Request::new(&REPLACE, &["1"]).body(&body),
        Request::new(&DELETE, &["1"]),
    ]
}

pub(crate) const PRIVATE: &str = "c0ffee00-hunter2-private";
pub(crate) const SECRET: &str = "mdb_sa_sk_hunter2";

pub(crate) fn api_key() -> Credentials {
    Credentials::api_key("abcdefgh", PRIVATE)
}

pub(crate) fn service_account() -> Credentials {
    Credentials::service_account("mdb_sa_id_1", SECRET)
}

/// The access token that [`granting`] servers grant.
pub(crate) const ACCESS_TOKEN: &str = "hunter2-token";

/// Starts a server that grants access tokens. The script replies to all other requests.
/// It gets the number of the request, token requests included, and the request.
pub(crate) async fn granting(
    script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
) -> Server {
    let grant = format!(r#"{{"access_token":"{ACCESS_TOKEN}","expires_in":3600}}"#);
    Server::start(move |number, seen| match seen.target.as_str() {
        "/api/oauth/token" => Reply::json(&grant),
        _ => script(number, seen),
    })
    .await
}

/// Returns a builder for a client on a clock without waits.
pub(crate) fn builder(server: &Server, clock: &Steps) -> ClientBuilder {
    Client::builder()
        .base_url(&server.url)
        .clock(clock.clone())
        .attempt_timeout(LIMIT)
        .timeout(LIMIT)
}

/// Creates a client without credentials, on a clock without waits.
pub(crate) fn plain(server: &Server) -> Client {
    builder(server, &Steps::default()).build().unwrap()
}

/// Creates a client on the real clock, with short limits.
pub(crate) fn hurried(server: &Server) -> Client {
    Client::builder()
        .base_url(&server.url)
        .retry(RetryPolicy::never())
        .attempt_timeout(Duration::from_millis(200))
        .build()
        .unwrap()
}

/// Returns the error of a request to a port without a listener.
pub(crate) async fn refused() -> Error {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let never = RetryPolicy::never();
    let client = Client::builder().base_url(url).retry(never).build().unwrap();
    get().send(&client).await.unwrap_err()
}

/// Returns an error and its sources, the innermost last; empty for no error.
pub(crate) fn chain<'a>(
    first: Option<&'a (dyn StdError + 'static)>,
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(first, |&cause| cause.source())
}

/// Returns an error as a program may print it: in a line, in full, and with all of its
/// sources.
pub(crate) fn printed(error: &Error) -> String {
    let mut printed = format!("{error} {error:#?}");
    for cause in chain(error.source()).chain(chain(error.cause())) {
        printed += &format!(" {cause} {cause:?}");
    }
    printed
}
