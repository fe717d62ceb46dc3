//! The registry: every operation in every version as data, for tools that work on all of them.
//!
//! The generated crate holds one [`Entry`] for each operation-version pair.

use crate::codec::{self, DecodeError, Direction, Mismatch, Value};
use crate::operation::Operation;

/// An operation in one version, with the types of its bodies.
#[derive(Debug)]
pub struct Entry {
    /// The operation, in the first of its formats.
    pub operation: &'static Operation,
    /// The same operation and version in other formats.
    pub alternatives: &'static [&'static Operation],
    /// The function that makes the request, in the first format.
    pub function: Function,
    /// The request body.
    pub body: Option<Make>,
    /// The declared success statuses and their bodies, in the first format.
    pub answers: &'static [(u16, Payload)],
    /// The declared statuses of what can go wrong; their bodies are [`ApiError`](crate::ApiError)s.
    pub errors: &'static [u16],
}

/// A request function, in the words of a program that calls it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The path of the module of its tag: `atlas_admin::clusters`.
    pub module: &'static str,
    /// The path below that module: `get_cluster` or `v2023_02_01::get_cluster`.
    pub path: &'static str,
    /// Names and types: what the operation requires, in the path first and the body last.
    pub arguments: &'static [(&'static str, &'static str)],
    /// What the answer is decoded to.
    pub output: &'static str,
}

/// What an answer carries.
#[derive(Clone, Copy, Debug)]
pub enum Payload {
    /// No body.
    Empty,
    /// A JSON body.
    Json(Make),
    /// A body in another format.
    Stream,
}

/// Makes an unset value of a body's type.
pub type Make = fn() -> Box<dyn Value>;

/// Makes an unset value of a type.
pub fn make<T: Value + Default + 'static>() -> Box<dyn Value> {
    Box::new(T::default())
}

impl Entry {
    /// Decodes a request body, as one of the caller's own; `None` where the operation takes none.
    pub fn decode_body(
        &self,
        bytes: &[u8],
    ) -> Option<Result<Box<dyn Value>, DecodeError>> {
        self.body.map(|make| {
            let mut value = make();
            let ignore = &mut |_: Mismatch| {};
            codec::decode_observed(bytes, &mut *value, Direction::Request, ignore)?;
            Ok(value)
        })
    }

    /// Decodes the body of a success as a caller would get it: an undeclared status is decoded like
    /// the first declared one. `None` where the body is no JSON or none is declared, and where the
    /// status is an error's: [`ApiError::parse`](crate::ApiError::parse) reads those.
    pub fn decode_answer(
        &self,
        status: u16,
        bytes: &[u8],
    ) -> Option<Result<Box<dyn Value>, DecodeError>> {
        if !(200..300).contains(&status) {
            return None;
        }
        let declared = self.answers.iter().find(|(declared, _)| *declared == status);
        match declared.or(self.answers.first())?.1 {
            Payload::Json(make) => Some(decode(make, bytes)),
            Payload::Empty | Payload::Stream => None,
        }
    }
}

fn decode(make: Make, bytes: &[u8]) -> Result<Box<dyn Value>, DecodeError> {
    let mut value = make();
    codec::decode(bytes, &mut *value)?;
    Ok(value)
}

/// Makes the entries of a group of operations.
///
/// A row names the static of the operation and those of its other formats, and says what its
/// bodies are.
#[doc(hidden)]
#[macro_export]
macro_rules! entries {
    ($(
        $(#[$cfg:meta])?
        $operation:path $(, also $other:path)* $(, body $body:ty)?;
            is $function:ident $(::$below:ident)? ($($argument:ident: $type:ty),*) -> $output:ty;
            answers $($status:literal => $payload:ident $(<$answer:ty>)?),+;
            errors $($code:literal)*;
    )*) => {
        &[$(
            $(#[$cfg])?
            $crate::registry::Entry {
                operation: &$operation,
                alternatives: &[$(&$other),*],
                function: $crate::registry::Function {
                    module: ::core::module_path!(),
                    path: ::core::concat!(
                        ::core::stringify!($function)
                        $(, "::", ::core::stringify!($below))?
                    ),
                    arguments: &[$((
                        ::core::stringify!($argument),
                        ::core::stringify!($type),
                    )),*],
                    output: ::core::stringify!($output),
                },
                body: $crate::entries!(@make $($body)?),
                answers: &[$((
                    $status,
                    $crate::registry::Payload::$payload $(($crate::registry::make::<$answer>))?
                )),+],
                errors: &[$($code),*],
            },
        )*]
    };
    (@make) => { ::core::option::Option::None };
    (@make $type:ty) => { ::core::option::Option::Some($crate::registry::make::<$type>) };
}
