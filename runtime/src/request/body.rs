//! Bodies of requests.

use crate::codec::{EncodeError, Json, RequestBody, Value, encode_request};
use crate::operation::Method;

/// A body of a request: any value of the codec, or a `serde_json::Value`.
pub trait IntoBody {
    /// Encodes the body of a request.
    #[doc(hidden)]
    fn encode(&self, method: Method) -> Result<RequestBody, EncodeError>;
}

impl<T: Value> IntoBody for T {
    fn encode(&self, method: Method) -> Result<RequestBody, EncodeError> {
        encode_request(self, method)
    }
}

impl IntoBody for serde_json::Value {
    fn encode(&self, method: Method) -> Result<RequestBody, EncodeError> {
        encode_request(&Json::from(self.clone()), method)
    }
}
