//! Removal of secrets from responses: a server, or a proxy in front of it, may repeat
//! the request.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use memchr::memmem;

use crate::codec::Json;
use crate::template::encode;

/// The text that replaces a secret.
const REDACTED: &str = "<redacted>";

/// The length in bytes from which a secret is also replaced within words. A shorter one
/// occurs in many words by chance.
const DISTINCT: usize = 8;

/// Replaces each occurrence of a secret in a body: verbatim, percent-encoded, in base64,
/// and in JSON strings however they are escaped.
pub(crate) fn scrub(body: Bytes, secret: &str) -> Bytes {
    if secret.is_empty() || body.is_empty() {
        return body;
    }
    let forms = forms(secret);
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    // JSON escapes can hide the secret from a search of the text.
    if is_json
        && (body.contains(&b'\\') || find_any(&body, &forms))
        && let Ok(mut json) = Json::from_slice(&body)
    {
        return match scrub_json(&mut json, &forms) {
            true => json.to_string().into(),
            false => body,
        };
    }
    match find_any(&body, &forms) {
        true => forms.iter().fold(body, |body, form| replace(&body, form).into()),
        false => body,
    }
}

/// Returns the forms in which a server may repeat a secret.
fn forms(secret: &str) -> Vec<String> {
    let percent: String = encode(secret).collect();
    let mut forms = vec![
        secret.to_owned(),
        percent.to_ascii_lowercase(),
        percent,
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ];
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn find_any(body: &[u8], forms: &[String]) -> bool {
    forms.iter().any(|form| find(body, form.as_bytes()).is_some())
}

/// Returns the position at which a form of a secret begins.
fn find(body: &[u8], form: &[u8]) -> Option<usize> {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_whole = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| body.get(before));
        !is_part(before) && !is_part(body.get(at + form.len()))
    };
    let mut found = memmem::find_iter(body, form);
    found.find(|at| form.len() >= DISTINCT || is_whole(*at))
}

fn replace(body: &[u8], form: &str) -> Vec<u8> {
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = find(rest, form.as_bytes()) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(REDACTED.as_bytes());
        rest = &rest[at + form.len()..];
    }
    clean.extend_from_slice(rest);
    clean
}

/// Replaces the secret in all strings of JSON. Returns true if there was one.
fn scrub_json(json: &mut Json, forms: &[String]) -> bool {
    match json {
        Json::String(text) => {
            let found = find_any(text.as_bytes(), forms);
            if found {
                let clean = forms
                    .iter()
                    .fold(text.clone().into_bytes(), |text, form| replace(&text, form));
                *text = String::from_utf8_lossy(&clean).into_owned();
            }
            found
        }
        Json::Array(items) => {
            items.iter_mut().fold(false, |found, item| scrub_json(item, forms) | found)
        }
        Json::Object(object) => object
            .iter_mut()
            .fold(false, |found, (_, value)| scrub_json(value, forms) | found),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(body: &str, secret: &str) -> String {
        let clean = scrub(Bytes::copy_from_slice(body.as_bytes()), secret);
        String::from_utf8(clean.to_vec()).unwrap()
    }

    #[test]
    fn secrets_leave_bodies() {
        assert_eq!(clean("a hunter2hunter2 b", "hunter2hunter2"), "a <redacted> b");
        assert_eq!(
            clean("xhunter2hunter2hunter2x", "hunter2hunter2"),
            "x<redacted>hunter2x"
        );
        assert_eq!(clean("nothing", "hunter2hunter2"), "nothing");
        assert_eq!(clean("nothing", ""), "nothing");
    }

    #[test]
    fn a_short_secret_does_not_destroy_the_text() {
        let body = r#"{"detail":"not t, but detail","errorCode":"t"}"#;
        let expected =
            r#"{"detail":"not <redacted>, but detail","errorCode":"<redacted>"}"#;
        assert_eq!(clean(body, "t"), expected);
        assert_eq!(clean("key kekey key", "key"), "<redacted> kekey <redacted>");
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "a/b+c\"d\u{e9}=secret";
        let percent: String = encode(secret).collect();
        for form in [
            secret.to_owned(),
            percent.clone(),
            percent.to_ascii_lowercase(),
            BASE64_STANDARD_NO_PAD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
        ] {
            assert_eq!(clean(&format!("<p>{form}</p>"), secret), "<p><redacted></p>");
            let json = serde_json::json!({"a": [{"detail": format!("no {form}!")}]});
            let json = clean(&json.to_string(), secret);
            assert_eq!(json, r#"{"a":[{"detail":"no <redacted>!"}]}"#);
        }
        let escaped = r#"{"detail":"\u0068unter2hunter\u0032"}"#;
        assert_eq!(clean(escaped, "hunter2hunter2"), r#"{"detail":"<redacted>"}"#);
    }
}
