//! Headers and query parameters that a client or the options of a call add to requests.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::codec::{Json, Value, View};
use crate::template::encode;
use crate::text;

/// Query parameters: each name with its values.
pub(crate) type Query = Vec<(Cow<'static, str>, Vec<String>)>;

/// The headers that the SDK sets itself, from the operation, the body and the
/// connection.
const OWN: &[HeaderName] = &[
    ACCEPT,
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Headers and query parameters added to requests that don't set them themselves.
#[derive(Clone, Default)]
pub(crate) struct Additions {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    /// A product to add to the `User-Agent` header.
    pub(crate) product: Option<HeaderValue>,
    /// The first setting that is invalid, and why; `build` or `send` fails with it.
    pub(crate) problem: Option<String>,
}

impl Additions {
    pub(crate) fn set_header(&mut self, name: &str, value: &Json) {
        if let Err(problem) = set_header(&mut self.headers, name, value) {
            self.fail(problem);
        }
    }

    pub(crate) fn set_query(&mut self, name: Cow<'static, str>, value: &Json) {
        if let Err(problem) = set_query(&mut self.query, name, value, None) {
            self.fail(problem);
        }
    }

    pub(crate) fn set_product(&mut self, product: &str) {
        match HeaderValue::from_str(product) {
            Ok(product) => self.product = Some(product),
            Err(_) => self.fail(
                "the user agent holds a character that a header can't carry".to_owned(),
            ),
        }
    }

    fn fail(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }
}

/// Sets a query parameter, in place of an earlier value; `null` removes it.
///
/// With a `separator`, the items of a list are joined into one parameter; without, each
/// item is a parameter of its own.
///
/// # Errors
///
/// Returns why the value can't be set.
pub(crate) fn set_query(
    query: &mut Query,
    name: Cow<'static, str>,
    value: &dyn Value,
    separator: Option<&str>,
) -> Result<(), String> {
    query.retain(|(other, _)| *other != name);
    let texts = text::texts(value)
        .map_err(|what| format!("the query parameter {name} can't hold {what}"))?;
    match separator {
        _ if texts.is_empty() => {}
        Some(separator) if is_list(value) => {
            if texts.iter().any(|text| text.contains(separator)) {
                return Err(format!(
                    "the query parameter {name} can't hold an item that contains \
                     {separator:?}: it separates the items, so the service would read \
                     more items than were set"
                ));
            }
            query.push((name, vec![texts.join(separator)]));
        }
        _ => query.push((name, texts)),
    }
    Ok(())
}

/// Returns true for a list, whose items are joined. A single text is sent unchanged.
fn is_list(value: &dyn Value) -> bool {
    matches!(value.view(), View::List(_) | View::Json(Json::Array(_)))
}

/// Sets a header, in place of an earlier value; `null` removes it.
///
/// # Errors
///
/// Returns why the value can't be set.
pub(crate) fn set_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &dyn Value,
) -> Result<(), String> {
    let texts = text::texts(value)
        .map_err(|what| format!("the header {name} can't hold {what}"))?;
    let key = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("{name:?} is not a valid header name"))?;
    let why = match key {
        AUTHORIZATION => "is derived from the client's credentials",
        PROXY_AUTHORIZATION => "is derived from the proxy's URL",
        USER_AGENT => "is set by the client: add a product with `user_agent`",
        _ if OWN.contains(&key) => "is set by the SDK for each request",
        _ => "",
    };
    if !why.is_empty() {
        return Err(format!("the header {key} can't be set: it {why}"));
    }
    if texts.is_empty() {
        headers.remove(key);
        return Ok(());
    }
    let mut value = HeaderValue::from_str(&texts.join(",")).map_err(|_| {
        format!("the header {name} holds a character that a header can't carry")
    })?;
    // The value may be a gateway's key.
    value.set_sensitive(true);
    headers.insert(key, value);
    Ok(())
}

/// Adds the query parameters whose names a path doesn't have yet.
pub(crate) fn add_query(target: &mut String, more: &Query) {
    if more.is_empty() {
        return;
    }
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    let names: Vec<String> = names.map(Cow::into_owned).collect();
    push_query(
        target,
        more.iter().filter(|(name, _)| !names.iter().any(|it| it == name)),
    );
}

/// Appends query parameters to a path.
pub(crate) fn push_query<'q>(
    target: &mut String,
    query: impl IntoIterator<Item = &'q (Cow<'static, str>, Vec<String>)>,
) {
    let mut separator = if target.contains('?') { '&' } else { '?' };
    for (name, texts) in query {
        for text in texts {
            target.push(separator);
            target.extend(encode(name));
            target.push('=');
            target.extend(encode(text));
            separator = '&';
        }
    }
}

/// Returns the additions, and creates them if there are none, because most requests
/// have none.
pub(crate) fn of(additions: &mut Option<Arc<Additions>>) -> &mut Additions {
    Arc::make_mut(additions.get_or_insert_default())
}

/// Prints names only, because a value may be a secret.
impl fmt::Debug for Additions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        let headers: Vec<_> = self.headers.keys().collect();
        f.debug_struct("Additions")
            .field("headers", &headers)
            .field("query", &query)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}
