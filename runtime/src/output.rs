//! What a request can expect: a value that the codec reads, or a payload that streams.

use crate::codec::Value;
use crate::error::Error;
use crate::exchange::{Answer, Expected};
use crate::response::Response;

pub use crate::download::Download;

/// What a request can expect as its answer.
///
/// Implemented for every type that the codec reads, `()` for an answer without a body
/// included, and for [`Download`].
pub trait Output: sealed::Sealed + Sized {}

impl<T: sealed::Sealed> Output for T {}

pub(crate) mod sealed {
    use super::*;

    /// How an answer becomes the value. Apart from [`Output`], so that no one else implements
    /// it and it can change.
    pub trait Sealed: Sized {
        /// The body that is expected.
        #[doc(hidden)]
        const EXPECTED: Expected;

        #[doc(hidden)]
        fn receive(answer: Answer) -> Result<Response<Self>, Error>;
    }

    impl<T: Value + Default> Sealed for T {
        // A value without a size holds nothing.
        const EXPECTED: Expected = match size_of::<T>() {
            0 => Expected::Nothing,
            _ => Expected::Value,
        };

        fn receive(answer: Answer) -> Result<Response<Self>, Error> {
            let mut value = T::default();
            let alterations = answer.decode(&mut value)?;
            Ok(answer.with(value, alterations))
        }
    }

    impl Sealed for Download {
        const EXPECTED: Expected = Expected::Stream;

        fn receive(answer: Answer) -> Result<Response<Self>, Error> {
            answer.into_download()
        }
    }
}
