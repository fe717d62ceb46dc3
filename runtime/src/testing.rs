//! Tests of programs that use this crate: responses without a network, and checks of the
//! requests.
//!
//! [`mock_client`] returns a client and the [`MockTransport`] that responds to it. A
//! response has the type that the operation declares, so a test that no longer fits the
//! operation fails to compile:
//!
//! ```
//! use std::time::Duration;
//! use atlas_admin_runtime::testing::{self, ANY};
//! # use clusters::Cluster;
//! # mod clusters {
//! #     use atlas_admin_runtime::codec::{Json, Map};
//! #     use atlas_admin_runtime::operation::{Method, Operation, Parameter};
//! #     use atlas_admin_runtime::{Request, Version};
//! #     pub type Cluster = Map<Json>;
//! #     static GET_CLUSTER: Operation = Operation {
//! #         id: "getGroupCluster", name: "getCluster", tag: "Clusters", method: Method::Get,
//! #         path: "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}",
//! #         version: Version::stable(2024, 8, 5),
//! #         accept: "application/vnd.atlas.2024-08-05+json", content_type: None,
//! #         parameters: &[Parameter::path("groupId"), Parameter::path("clusterName")],
//! #         success: &[200], roles: &[], deprecated: false, sunset: None, docs: "",
//! #         wait: None,
//! #     };
//! #     pub fn get_cluster(group: &str, name: &str) -> Request<Cluster> {
//! #         Request::new(&GET_CLUSTER, &[group, name])
//! #     }
//! # }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let (client, atlas) = testing::mock_client();
//! atlas
//!     .on(&clusters::get_cluster(ANY, "prod"))
//!     .throttle(Duration::from_secs(30))
//!     .respond(Cluster::from([("name".to_owned(), "prod".into())]));
//! atlas
//!     .on(&clusters::get_cluster(ANY, "gone"))
//!     .fail(404, "CLUSTER_NOT_FOUND", "No cluster named gone exists.");
//!
//! let prod = clusters::get_cluster("5f1b", "prod").send(&client).await?;
//! assert_eq!(prod["name"], "prod");
//! let gone = clusters::get_cluster("5f1b", "gone").send(&client).await;
//! assert!(gone.unwrap_err().is_not_found());
//!
//! // The first attempt was refused, and the second waited 30 seconds, which took no time.
//! assert_eq!(atlas.requests_for(&clusters::get_cluster("5f1b", "prod")).len(), 2);
//! assert!(atlas.clock().waits()[0] >= Duration::from_secs(30));
//! # Ok::<(), atlas_admin_runtime::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - Each reply is given once, in the order in which the test adds the replies.
//!   [`Expectation::times`] and [`Expectation::always`] repeat the last reply.
//! - Expectations are checked in the order in which the test adds them, and the first
//!   one that matches and has replies left responds. After [`MockTransport::in_order`],
//!   the requests must arrive in that order.
//! - A request that matches no expectation ends the test with a panic that shows the
//!   request and the expectations. A reply that was never requested ends the test as
//!   well, when the mock is dropped.
//!
//! A [`ReplayTransport`] responds with recorded responses of the service.
//!
//! A mock responds to one client within the process. For a whole program, in any
//! language, the crate `atlas-admin-fake` is a fake of the service.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::client::{Client, ClientBuilder};
use crate::codec::Json;
use crate::operation::Method;
use crate::request::Request;
use crate::transport::Transport;

pub use clock::VirtualClock;
pub use expectation::Expectation;
pub use recorded::RecordedRequest;
pub use replay::ReplayTransport;

use mock::Rules;
use pattern::Pattern;

mod clock;
mod expectation;
#[doc(hidden)]
pub mod for_fake;
mod mock;
mod pattern;
mod recorded;
mod replay;
mod reply;

/// Matches any text in a path: `get_cluster(ANY, "prod")`.
pub const ANY: &str = "*";

/// Returns a client without credentials, and the mock that responds to it.
pub fn mock_client() -> (Client, MockTransport) {
    let mock = MockTransport::new();
    let client = mock.client_builder().build();
    (client.expect("a client that connects to nothing"), mock)
}

/// A mock that gives the responses of a test to a client's requests, and records the
/// requests.
///
/// Dropping it checks that every reply was requested: see [`MockTransport::verify`].
#[must_use = "dropping the mock ends it"]
pub struct MockTransport {
    rules: Arc<Rules>,
    clock: VirtualClock,
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.rules.requests();
        f.debug_struct("MockTransport")
            .field("requests", &requests)
            .finish_non_exhaustive()
    }
}

impl MockTransport {
    fn new() -> Self {
        Self { rules: Arc::default(), clock: VirtualClock::new() }
    }

    /// Returns a builder for a client with this mock as its transport. The client's
    /// waits take no time.
    ///
    /// With the credentials of a service account, the mock grants an access token
    /// without an expectation.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().transport(self.transport()).clock(self.clock())
    }

    /// Returns the transport, for a client that the program builds itself.
    pub fn transport(&self) -> impl Transport + Clone + use<> {
        self.rules.clone()
    }

    /// Returns the clock of the client.
    pub fn clock(&self) -> VirtualClock {
        self.clock.clone()
    }

    /// Adds an expectation: a request of the same operation and version, with the same
    /// path, and with the parameters that are set here. Other parameters may be set or
    /// not, and the body may be any.
    #[track_caller]
    #[must_use = "a rule without a reply does nothing"]
    pub fn on<T>(&self, request: &Request<T>) -> Expectation<'_, T> {
        Expectation::new(&self.rules, Pattern::of(request, Location::caller()))
    }

    /// Adds an expectation: a request with a method and a path, in any version. `*`
    /// matches any text in the path.
    #[track_caller]
    #[must_use = "a rule without a reply does nothing"]
    pub fn on_path(&self, method: Method, path: &str) -> Expectation<'_, Json> {
        let pattern = Pattern::path(Some(method.as_str()), path, Location::caller());
        Expectation::new(&self.rules, pattern)
    }

    /// Requires that the requests arrive in the order in which the expectations were
    /// added.
    pub fn in_order(&self) {
        self.rules.in_order();
    }

    /// Returns the received requests, one for each attempt.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.rules.requests()
    }

    /// Returns the received requests that match a request, by the rules of
    /// [`MockTransport::on`].
    #[track_caller]
    pub fn requests_for<T>(&self, request: &Request<T>) -> Vec<RecordedRequest> {
        self.rules.requests_for(&Pattern::of(request, Location::caller()))
    }

    /// Returns the only received request that matches a request, by the rules of
    /// [`MockTransport::on`].
    ///
    /// # Panics
    ///
    /// Panics if no received request matches, or several do, and shows the received
    /// requests.
    #[track_caller]
    pub fn single_request<T>(&self, request: &Request<T>) -> RecordedRequest {
        self.rules.single_request(&Pattern::of(request, Location::caller()))
    }

    /// Checks that every reply was requested, and that no other request arrived.
    ///
    /// # Panics
    ///
    /// Panics if a reply is left or another request arrived, and shows them.
    #[track_caller]
    pub fn verify(&self) {
        if let Some(problem) = self.rules.problem() {
            panic!("{problem}");
        }
    }
}

impl Drop for MockTransport {
    fn drop(&mut self) {
        // A second panic would hide the first.
        if !std::thread::panicking() {
            self.verify();
        }
    }
}
