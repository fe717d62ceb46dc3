//! The possible outputs of a request: a value that the codec decodes, or a payload that
//! streams.

use crate::codec::Value;
use crate::error::Error;
use crate::exchange::{Expected, Received};
use crate::response::Response;

pub use crate::download::Download;

/// The output of a request.
///
/// Implemented for every type that the codec decodes, including `()` for a response
/// without a body, and for [`Download`].
pub trait Output: sealed::Sealed + Sized {}

impl<T: sealed::Sealed> Output for T {}

pub(crate) mod sealed {
    use super::*;

    /// The conversion of a response to an output. This trait is separate from
    /// [`Output`], so that other crates can't implement it, and so that it can change.
    pub trait Sealed: Sized {
        /// The expected body.
        #[doc(hidden)]
        const EXPECTED: Expected;

        #[doc(hidden)]
        fn receive(received: Received) -> Result<Response<Self>, Error>;
    }

    impl<T: Value + Default> Sealed for T {
        // A value without a size has no content.
        const EXPECTED: Expected = match size_of::<T>() {
            0 => Expected::Nothing,
            _ => Expected::Value,
        };

        fn receive(received: Received) -> Result<Response<Self>, Error> {
            let mut value = T::default();
            let alterations = received.decode(&mut value)?;
            Ok(received.with(value, alterations))
        }
    }

    impl Sealed for Download {
        const EXPECTED: Expected = Expected::Stream;

        fn receive(received: Received) -> Result<Response<Self>, Error> {
            received.into_download()
        }
    }
}
