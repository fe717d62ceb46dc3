//! The registry: every operation in every version as data, for tools that handle all of
//! them.
//!
//! The generated crate has one [`Entry`] for each operation in each version.

use crate::codec::{self, DecodeError, Direction, Mismatch, Value};
use crate::operation::Operation;

/// An operation in one version, with the types of its bodies.
#[derive(Debug)]
pub struct Entry {
    /// The operation, in the first of its formats.
    pub operation: &'static Operation,
    /// The same operation and version in other formats.
    pub alternatives: &'static [&'static Operation],
    /// The function that creates the request, in the first format.
    pub function: Function,
    /// The request body's type; `None` if the operation takes no body.
    pub body: Option<Make>,
    /// The declared success statuses and the bodies of their responses, in the first
    /// format.
    pub responses: &'static [(u16, Payload)],
    /// The declared error statuses; the bodies of their responses are
    /// [`ApiError`](crate::ApiError)s.
    pub errors: &'static [u16],
}

/// A request function, as a caller spells it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The path of the module of its operation group: `atlas_admin::clusters`.
    pub module: &'static str,
    /// The signature, with the type of the decoded response in place of that of the
    /// request:
    /// `v2023_02_01::get_cluster(group_id: &str, cluster_name: &str) -> types::Cluster`.
    ///
    /// One text instead of its parts, because the compiler reads hundreds of them.
    pub signature: &'static str,
}

impl Function {
    /// Returns the path below the module: `get_cluster` or `v2023_02_01::get_cluster`.
    pub fn path(self) -> &'static str {
        self.signature.split('(').next().unwrap_or_default()
    }

    /// Returns the names and types of the required arguments: path parameters first, the
    /// body last.
    pub fn arguments(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = self
            .signature
            .split_once('(')
            .and_then(|(_, rest)| rest.rsplit_once(") -> "));
        let all = all.map_or("", |(arguments, _)| arguments);
        // No type of an argument has a comma: a request takes texts, numbers, lists, and
        // records by name.
        all.split(", ").filter_map(|argument| argument.split_once(": "))
    }

    /// Returns the type of the decoded response.
    pub fn output(self) -> &'static str {
        self.signature.rsplit_once(") -> ").map_or("", |(_, output)| output)
    }
}

/// The body of a response.
#[derive(Clone, Copy, Debug)]
pub enum Payload {
    /// No body.
    Empty,
    /// A JSON body.
    Json(Make),
    /// A body in another format.
    Stream,
}

/// A function that creates an unset value of a body's type.
pub type Make = fn() -> Box<dyn Value>;

/// Creates an unset value of a type.
pub fn make<T: Value + Default + 'static>() -> Box<dyn Value> {
    Box::new(T::default())
}

impl Entry {
    /// Decodes a request body as a value of the caller's own. Returns `None` if the
    /// operation takes no body.
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

    /// Decodes the body of a success response as a request does: an undeclared status
    /// is decoded like the first declared one. Returns `None` if the body is not JSON,
    /// if no body is declared, and for the status of an error, whose body
    /// [`ApiError::parse`](crate::ApiError::parse) reads.
    pub fn decode_response(
        &self,
        status: u16,
        bytes: &[u8],
    ) -> Option<Result<Box<dyn Value>, DecodeError>> {
        let mut value = self.make_response(status)?;
        Some(codec::decode(bytes, &mut *value).map(|()| value))
    }

    /// Creates an unset value of the type of a success response. `None` in the cases of
    /// [`Entry::decode_response`].
    pub(crate) fn make_response(&self, status: u16) -> Option<Box<dyn Value>> {
        if !(200..300).contains(&status) {
            return None;
        }
        let declared = self.responses.iter().find(|(declared, _)| *declared == status);
        match declared.or(self.responses.first())?.1 {
            Payload::Json(make) => Some(make()),
            Payload::Empty | Payload::Stream => None,
        }
    }
}

/// Creates the entries of an operation group.
///
/// A row names the static of the operation and those of its other formats, the signature
/// of the function, and the types of the bodies.
#[doc(hidden)]
#[macro_export]
macro_rules! entries {
    ($(
        $(#[$cfg:meta])?
        $operation:path $(, also $other:path)* $(, body $body:ty)?;
            is $signature:literal;
            responses $($status:literal => $payload:ident $(<$answer:ty>)?),+;
            errors $($code:literal)*;
    )*) => {{
        const MODULE: &str = ::core::module_path!();
        &[$(
            $(#[$cfg])?
            $crate::registry::Entry {
                operation: &$operation,
                alternatives: &[$(&$other),*],
                function: $crate::registry::Function {
                    module: MODULE,
                    signature: $signature,
                },
                body: $crate::entries!(@make $($body)?),
                responses: &[$((
                    $status,
                    $crate::registry::Payload::$payload $(($crate::registry::make::<$answer>))?
                )),+],
                errors: &[$($code),*],
            },
        )*]
    }};
    (@make) => { ::core::option::Option::None };
    (@make $type:ty) => { ::core::option::Option::Some($crate::registry::make::<$type>) };
}
