//! Secrets that no table marks: those in URLs, and those under names that always mean a
//! secret.

use std::borrow::Cow;

use super::Json;

/// The text that replaces a secret part of a text.
const REDACTED: &str = "(redacted)";

/// The text that replaces a secret value in JSON.
pub(super) const PLACEHOLDER: &str = "<redacted>";

/// Names of headers and settings that hold secrets, in lower case and without `-` and
/// `_`.
const NAMES: &[&str] = &[
    "accesstoken",
    "apikey",
    "authorization",
    "clientsecret",
    "cookie",
    "password",
    "privatekey",
    "proxyauthorization",
    "secret",
    "setcookie",
    "xapikey",
    "xauthtoken",
];

/// Returns true if an entry of a map or free-form object with this name is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let longest = NAMES.iter().map(|name| name.len()).max().unwrap_or_default();
    // A longer name is none of these, and needs no copy.
    if name.len() > 2 * longest {
        return false;
    }
    let name: String =
        name.chars().filter(|letter| !matches!(letter, '-' | '_')).collect();
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Returns true if a declared property is an identifier, judging by its name.
pub(super) fn is_id(name: &str) -> bool {
    name == "id" || ["Id", "Ids", "ID", "IDs"].iter().any(|end| name.ends_with(end))
}

/// Returns a text without the credentials and query strings of its URLs. A query may
/// hold a signature, under a parameter that differs from service to service.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after.find(ends_url).unwrap_or(after.len());
        let (url, other) = after.split_at(end);
        push_url(&mut shown, url);
        rest = other;
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

fn ends_url(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '\'' | '<' | '>' | '`' | '|')
}

/// Appends the part of a URL after `://`.
fn push_url(shown: &mut String, url: &str) {
    let (mut host, query) = match url.find(['?', '#']) {
        Some(begin) => (&url[..begin], Some(&url[begin..=begin])),
        None => (url, None),
    };
    let authority = host.split('/').next().unwrap_or_default();
    // A password may be wrongly encoded: if it contains a slash, the apparent authority
    // ends inside the password.
    let is_cut = authority.rsplit_once(':').is_some_and(|(_, port)| {
        !authority.starts_with('[') && !port.bytes().all(|byte| byte.is_ascii_digit())
    });
    let credentials = match (authority.rfind('@'), is_cut) {
        (Some(at), _) => Some(at),
        // The apparent authority may also end at a question mark.
        (None, true) if url.contains('@') => Some(url.rfind('@').unwrap_or_default()),
        (None, _) => None,
    };
    if let Some(at) = credentials {
        shown.push_str(REDACTED);
        if at >= host.len() {
            // No part of it is certain to be the host.
            return;
        }
        host = &host[at..];
    }
    shown.push_str(host);
    if let Some(mark) = query {
        shown.push_str(mark);
        shown.push_str(REDACTED);
    }
}

/// Returns free-form JSON without the secrets in URLs and under secret names; `None` if
/// it has none.
pub(super) fn json(json: &Json) -> Option<Json> {
    let mut shown = json.clone();
    let mut is_changed = false;
    clean(&mut shown, &mut is_changed);
    is_changed.then_some(shown)
}

/// Returns JSON text of unknown meaning with all of its strings replaced. Other text is
/// replaced as a whole.
pub(crate) fn strings(text: &[u8]) -> String {
    match Json::from_slice(text) {
        Ok(mut json) => {
            replace_strings(&mut json);
            json.to_string()
        }
        Err(_) => PLACEHOLDER.to_owned(),
    }
}

fn replace_strings(json: &mut Json) {
    match json {
        Json::String(text) => PLACEHOLDER.clone_into(text),
        Json::Array(items) => items.iter_mut().for_each(replace_strings),
        Json::Object(members) => {
            members.iter_mut().for_each(|(_, value)| replace_strings(value));
        }
        _ => {}
    }
}

/// Returns a text, JSON or not, without the secrets in URLs and under secret names.
#[cfg(feature = "tracing")]
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let Ok(found) = Json::from_slice(bytes) else {
        return text(&String::from_utf8_lossy(bytes)).into_owned();
    };
    json(&found).unwrap_or(found).to_string()
}

fn clean(json: &mut Json, is_changed: &mut bool) {
    match json {
        Json::String(string) => {
            let shown = text(string);
            if *shown != **string {
                *is_changed = true;
                *string = shown.into_owned();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| clean(item, is_changed)),
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                if is_secret_name(name) && !value.is_null() {
                    *is_changed = true;
                    *value = Json::String(PLACEHOLDER.to_owned());
                } else {
                    clean(value, is_changed);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_credentials_and_query() {
        for (url, shown) in [
            (
                "https://h/dump.tgz?X-Amz-Signature=hunter2",
                "https://h/dump.tgz?(redacted)",
            ),
            ("https://user:hunter2@h:443/hook", "https://(redacted)@h:443/hook"),
            (
                "mongodb+srv://u:hunter2@a.net,b.net/?x=y",
                "mongodb+srv://(redacted)@a.net,b.net/?(redacted)",
            ),
            ("https://user:p@ss:hunter2@h/", "https://(redacted)@h/"),
            ("https://user:hun/ter2@h/x", "https://(redacted)@h/x"),
            ("https://user:hun?ter2@h/x", "https://(redacted)"),
            ("https://h/#access_token=hunter2", "https://h/#(redacted)"),
            ("https://h/@scope/x", "https://h/@scope/x"),
            ("https://[::1]:80/x", "https://[::1]:80/x"),
            (
                "see https://h?a=hunter2 or <https://u@h>, s3://b/c",
                "see https://h?(redacted) or <https://(redacted)@h>, s3://b/c",
            ),
            ("https://h", "https://h"),
            ("a?b@c", "a?b@c"),
            ("://?hunter2", "://?(redacted)"),
            ("https://a?b://u:hunter2@c", "https://a?(redacted)"),
        ] {
            assert_eq!(text(url), shown);
        }
    }

    #[test]
    fn some_names_always_hold_a_secret() {
        for name in
            ["Authorization", "proxy-authorization", "Cookie", "api_key", "X-API-Key"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in
            ["author", "key", "content-type", "", "secretary", "ключ-от-квартиры"]
        {
            assert!(!is_secret_name(name), "{name}");
        }
        let found: Json = r#"{"a":[{"Authorization":["x"],"b":1.50}],"u":"https://h?q"}"#
            .parse()
            .unwrap();
        let shown = json(&found).unwrap().to_string();
        let expected = r#"{"a":[{"Authorization":"<redacted>","b":1.50}],"u":"https://h?(redacted)"}"#;
        assert_eq!(shown, expected);
        assert_eq!(json(&"{\"a\":[1]}".parse().unwrap()), None);
    }
}
