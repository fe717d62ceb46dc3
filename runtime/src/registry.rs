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
    /// The declared statuses of what can go wrong, by the body that they come with.
    pub errors: &'static [(&'static [u16], Option<Make>)],
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
    /// Returns the body of what went wrong: the one that is declared for the status, else the
    /// first that any status of the operation declares.
    pub fn error_body(&self, status: u16) -> Option<Make> {
        let declared =
            self.errors.iter().find(|(declared, _)| declared.contains(&status));
        let own = declared.and_then(|(_, make)| *make);
        own.or_else(|| self.errors.iter().find_map(|(_, make)| *make))
    }

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

    /// Decodes the body of an answer as a caller would get it: an undeclared success is decoded
    /// like the first declared one. `None` where the body is no JSON or none is declared.
    pub fn decode_answer(
        &self,
        status: u16,
        bytes: &[u8],
    ) -> Option<Result<Box<dyn Value>, DecodeError>> {
        if !(200..300).contains(&status) {
            return self.error_body(status).map(|make| decode(make, bytes));
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
            errors $($($code:literal)+ $(=> $error:ty)?),*;
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
                errors: &[$((&[$($code),+], $crate::entries!(@make $($error)?))),*],
            },
        )*]
    };
    (@make) => { ::core::option::Option::None };
    (@make $type:ty) => { ::core::option::Option::Some($crate::registry::make::<$type>) };
}
