//! The client: what all requests share.

use std::sync::Arc;

/// Sends requests. Cheap to clone; clones share connections, tokens and nonces.
#[derive(Clone, Debug)]
pub struct Client(Arc<Core>);

#[derive(Debug)]
struct Core {}
