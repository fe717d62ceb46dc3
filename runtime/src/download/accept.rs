//! Checks of a response, before its body is accepted as the payload.
//!
//! A payload replaces a file and isn't parsed here, so a proxy's page, a part of the
//! payload or an unknown coding would go unnoticed.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, StatusCode};

use super::Source;
use super::inflate::Inflating;
use crate::error::{Error, Inner, Kind, OTHER_SERVER};
use crate::media_type::essence;
use crate::operation::Operation;
use crate::transport::Body;

/// Checks a response, and returns its body without the content coding of the transfer.
///
/// # Errors
///
/// Returns why the body is not the operation's payload.
pub(super) fn accept(
    body: Body,
    source: &Source,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(Body, bool), Error> {
    let operation = source.operation;
    let checked = check_status(operation, status)
        .and_then(|()| check_type(operation, &text(headers, CONTENT_TYPE)))
        .and_then(|()| is_packed(operation, &text(headers, CONTENT_ENCODING)));
    match checked {
        Ok(true) => Ok((Body::new(Inflating::new(body)), true)),
        Ok(false) => Ok((body, false)),
        Err(message) => Err(Error::build(Inner {
            kind: Kind::Decode,
            message,
            operation: Some(operation),
            raw: source.raw.clone(),
            status: Some(status),
            headers: headers.clone(),
            attempts: source.attempts,
            ..Inner::default()
        })),
    }
}

fn check_status(operation: &Operation, status: StatusCode) -> Result<(), String> {
    let problem = match status.as_u16() {
        204 | 205 => "this response has no payload",
        206 => {
            "this response has only a part of the payload, although the whole was requested"
        }
        200 => return Ok(()),
        declared if operation.success.contains(&declared) => return Ok(()),
        _ => {
            "the operation does not declare this status, so the body is not its payload"
        }
    };
    Err(format!("{problem}; {OTHER_SERVER}"))
}

/// The formats to distinguish: those that operations declare, and those of pages and
/// errors.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Gzip,
    Csv,
    Json,
    Text,
    Markup,
    /// A format that says nothing about the payload (`application/octet-stream`), or an
    /// unknown one.
    Any,
}

impl Format {
    /// Parses a media type, and ignores its parameters.
    fn of(media_type: &str) -> Self {
        let (kind, subtype) = essence(media_type).split_once('/').unwrap_or_default();
        match subtype.rsplit('+').next().unwrap_or_default() {
            "gzip" | "x-gzip" => Self::Gzip,
            "csv" => Self::Csv,
            "json" => Self::Json,
            "html" | "xhtml" | "xml" => Self::Markup,
            _ if kind == "text" => Self::Text,
            _ => Self::Any,
        }
    }
}

/// Checks the media type of a response. Refuses only types that can't be the payload's,
/// because proxies and file stores label payloads differently.
fn check_type(operation: &Operation, content_type: &str) -> Result<(), String> {
    let found = Format::of(content_type);
    let fits = match (Format::of(operation.accept), found) {
        (_, Format::Any) => true,
        (declared, found) if declared == found => true,
        (Format::Gzip, found) => found == Format::Gzip,
        (Format::Csv, found) => matches!(found, Format::Csv | Format::Text),
        (_, found) => !matches!(found, Format::Markup | Format::Gzip),
    };
    if fits {
        return Ok(());
    }
    let accept = operation.accept;
    Err(format!(
        "the response has the type {content_type:?}, not {accept}; {OTHER_SERVER}"
    ))
}

/// Returns true if the payload was compressed in transit, by the service or a proxy.
fn is_packed(operation: &Operation, coding: &str) -> Result<bool, String> {
    match coding {
        "" | "identity" => Ok(false),
        // A server that stores the payload compressed may state that as its coding. The
        // operation declares the payload as compressed, so the caller wants it that way.
        "gzip" | "x-gzip" => Ok(Format::of(operation.accept) != Format::Gzip),
        other => Err(format!(
            "the response is compressed as {other:?}, which was not requested; {OTHER_SERVER}"
        )),
    }
}

/// Returns all values of a header, in lower case.
fn text(headers: &HeaderMap, name: HeaderName) -> String {
    let values = headers.get_all(name).iter();
    let values: Vec<_> =
        values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(", ").trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Method;
    use crate::version::Version;

    static CSV: Operation = Operation {
        id: "x",
        name: "x",
        tag: "X",
        method: Method::Get,
        path: "/x",
        version: Version::stable(2023, 1, 1),
        accept: "application/vnd.atlas.2023-01-01+csv",
        content_type: None,
        parameters: &[],
        success: &[200, 202],
        roles: &[],
        deprecated: false,
        sunset: None,
        docs: "",
        wait: None,
    };
    static GZIP: Operation =
        Operation { accept: "application/vnd.atlas.2023-01-01+gzip", ..CSV };
    static JSON: Operation =
        Operation { accept: "application/vnd.atlas.2023-01-01+json", ..CSV };

    #[test]
    fn the_type_has_to_be_one_that_the_payload_can_have() {
        let fits = |operation, kind| check_type(operation, kind).is_ok();
        for operation in [&CSV, &GZIP, &JSON] {
            for kind in ["", "application/octet-stream", "binary/octet-stream", "odd"] {
                assert!(fits(operation, kind), "{kind}");
            }
            assert!(fits(operation, operation.accept));
            for page in
                ["text/html", "text/html; charset=utf-8", "application/xhtml+xml"]
            {
                assert!(!fits(operation, page), "{page}");
            }
        }
        assert!(fits(&CSV, "text/csv; charset=utf-8") && fits(&CSV, "text/plain"));
        assert!(!fits(&CSV, "application/json") && !fits(&CSV, "application/gzip"));
        assert!(fits(&GZIP, "application/gzip") && fits(&GZIP, "application/x-gzip"));
        assert!(!fits(&GZIP, "text/plain") && !fits(&GZIP, "application/problem+json"));
        assert!(
            fits(&JSON, "application/json; charset=utf-8") && fits(&JSON, "text/csv")
        );
        assert!(!fits(&JSON, "application/xml"));
    }

    #[test]
    fn the_status_has_to_promise_the_whole_payload() {
        let fits =
            |status| check_status(&CSV, StatusCode::from_u16(status).unwrap()).is_ok();
        assert!(fits(200) && fits(202));
        for status in [201, 203, 204, 205, 206, 207] {
            assert!(!fits(status), "{status}");
        }
    }

    #[test]
    fn a_coding_is_undone_unless_the_payload_is_declared_in_it() {
        assert_eq!(is_packed(&CSV, ""), Ok(false));
        assert_eq!(is_packed(&CSV, "identity"), Ok(false));
        assert_eq!(is_packed(&CSV, "x-gzip"), Ok(true));
        assert_eq!(is_packed(&GZIP, "gzip"), Ok(false));
        for unknown in ["br", "zstd", "deflate", "gzip, br", "gzip, gzip"] {
            assert!(is_packed(&CSV, unknown).is_err());
            assert!(is_packed(&GZIP, unknown).is_err());
        }
    }
}
