//! Checks request bodies against their types.

use std::fmt::Display;

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::codec::{self, DecodeError, Direction, Json, Mismatch, Value};
use atlas_admin_runtime::http::{Response, StatusCode};
use atlas_admin_runtime::json;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::for_fake::response;

use crate::routes::Route;

/// The name of a violation that concerns no single property.
const WHOLE: &str = "the body";

/// A property of a body, and its problem.
struct Violation {
    field: String,
    description: String,
}

type Refusal = Box<Response<Bytes>>;

/// Refuses a body that doesn't fit its type, or lacks a property that the document requires.
pub(crate) fn check(
    route: &Route,
    body: &[u8],
    allows_missing: bool,
) -> Result<(), Refusal> {
    let Some(make) = route.entry.body else { return Ok(()) };
    let mut value = make();
    let violations = read(body, &mut *value).map_err(unreadable)?;
    if !violations.is_empty() {
        return Err(refuse("INVALID_REQUEST_BODY", violations));
    }
    let method = route.operation.method;
    if !matches!(method, Method::Post | Method::Put) || allows_missing {
        return Ok(());
    }
    let missing = codec::encode_request(&*value, method).map_err(unreadable)?.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.into_iter().map(|field| {
        let description = "must be set".to_owned();
        Violation { field, description }
    });
    Err(refuse("VALIDATION_ERROR", missing.collect()))
}

/// Reads a body into a value, and returns the parts that don't fit the type.
fn read(body: &[u8], value: &mut dyn Value) -> Result<Vec<Violation>, DecodeError> {
    let mut violations = Vec::new();
    let mut observe = |mismatch: Mismatch| {
        let (path, description) = match mismatch {
            Mismatch::Type { path, message } => (path, message),
            // A property that is `null` counts as unset; an item, or the whole body, counts as
            // missing.
            Mismatch::Null { path } if path.is_empty() || path.ends_with(']') => {
                (path, "expected a value, found null".to_owned())
            }
            _ => return,
        };
        let field = if path.is_empty() { WHOLE.to_owned() } else { path };
        violations.push(Violation { field, description });
    };
    // A body without required properties may be omitted.
    let text = if body.is_empty() { b"{}" } else { body };
    codec::decode_observed(text, value, Direction::Request, &mut observe)?;
    Ok(violations)
}

/// Refuses a body that can't be parsed.
fn unreadable(error: impl Display) -> Refusal {
    let (field, description) = (WHOLE.to_owned(), error.to_string());
    refuse("INVALID_JSON", vec![Violation { field, description }])
}

/// Refuses a body in the service's format (schemas `ApiError` and `BadRequestDetail`).
fn refuse(code: &str, violations: Vec<Violation>) -> Refusal {
    let told = violations.iter().map(|it| format!("{} {}", it.field, it.description));
    let detail = told.collect::<Vec<_>>().join(", ");
    let fields = violations.iter().map(
        |it| json!({"description": it.description.as_str(), "field": it.field.as_str()}),
    );
    let parameters = violations.iter().map(|it| Json::from(it.field.as_str()));
    let body = json!({
        "badRequestDetail": {"fields": Json::from_iter(fields)},
        "detail": detail,
        "error": 400,
        "errorCode": code,
        "parameters": Json::from_iter(parameters),
        "reason": StatusCode::BAD_REQUEST.canonical_reason(),
    });
    Box::new(response(400, Some("application/json"), body.to_string()))
}
