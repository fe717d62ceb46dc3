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

/// Replaces each occurrence of a secret in a body: verbatim, percent-encoded, in base64
/// (also as a part of a longer text, such as a header), and escaped as in JSON.
pub(crate) fn scrub(body: Bytes, secret: &str) -> Bytes {
    if secret.is_empty() || body.is_empty() {
        return body;
    }
    let forms = forms(secret);
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    // Replaced in its strings, JSON stays JSON.
    if is_json
        && (has_escapes(&body) || find_any(&body, &forms))
        && let Ok(mut json) = Json::from_slice(&body)
    {
        return match scrub_json(&mut json, &forms) {
            true => json.to_string().into(),
            false => body,
        };
    }
    clean(&body, &forms).map_or(body, Bytes::from)
}

/// Returns the forms in which a server may repeat a secret, the longest first, because
/// one may be a part of another.
fn forms(secret: &str) -> Vec<String> {
    let percent: String = encode(secret).collect();
    let mut forms = vec![
        secret.to_owned(),
        percent.to_ascii_lowercase(),
        percent,
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
    ];
    for before in 0..3 {
        forms.extend(within_base64(secret, before));
    }
    forms.sort_unstable();
    forms.dedup();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms
}

/// Returns the characters that a secret has within the base64 of a longer text, if the
/// number of bytes before it leaves the remainder `before` when divided by 3.
fn within_base64(secret: &str, before: usize) -> impl Iterator<Item = String> {
    let bytes = [&[0; 3][..before], secret.as_bytes()].concat();
    // The first and the last character may also depend on what is around the secret.
    let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD]
        .into_iter()
        .map(move |base64| {
            base64.encode(&bytes).get(start..end).unwrap_or("").to_owned()
        })
        .filter(|form| form.len() >= DISTINCT)
}

/// Returns a text without the secret; `None` if the text doesn't contain it.
fn clean(text: &[u8], forms: &[String]) -> Option<Vec<u8>> {
    let replaced = |text: &[u8]| {
        find_any(text, forms)
            .then(|| forms.iter().fold(text.to_vec(), |text, form| replace(&text, form)))
    };
    let clean = replaced(text);
    let rest = clean.as_deref().unwrap_or(text);
    // Any character may be escaped, so that only a reader of the escapes finds it.
    let unescaped = has_escapes(rest).then(|| replaced(&unescape(rest))).flatten();
    unescaped.or(clean)
}

fn has_escapes(text: &[u8]) -> bool {
    memchr::memchr2(b'\\', b'%', text).is_some()
}

/// Undoes the escapes of JSON and URLs anywhere in a text.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let (unescaped, length) = match (*first, after) {
            (b'\\', [b'u', ..]) => (hexadecimal(after.get(1..5)), 6),
            (b'\\', [b'b' | b'f' | b'n' | b'r' | b't', ..]) => (Some(' '), 2),
            (b'\\', [escaped, ..]) => (Some(char::from(*escaped)), 2),
            (b'%', _) => (hexadecimal(after.get(..2)).filter(char::is_ascii), 3),
            _ => (None, 1),
        };
        let Some(unescaped) = unescaped else {
            plain.push(*first);
            rest = after;
            continue;
        };
        plain.extend_from_slice(unescaped.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[length..];
    }
    plain
}

fn hexadecimal(digits: Option<&[u8]>) -> Option<char> {
    let digits = std::str::from_utf8(digits?).ok()?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
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

/// Replaces the secret in all strings of JSON, property names included. Returns true if
/// the JSON contained the secret.
fn scrub_json(json: &mut Json, forms: &[String]) -> bool {
    match json {
        Json::String(text) => scrub_text(text, forms),
        Json::Array(items) => {
            items.iter_mut().fold(false, |found, item| scrub_json(item, forms) | found)
        }
        Json::Object(object) => {
            let mut found = false;
            let entries =
                std::mem::take(object).into_iter().map(|(mut name, mut value)| {
                    found |=
                        scrub_text(&mut name, forms) | scrub_json(&mut value, forms);
                    (name, value)
                });
            **object = entries.collect();
            found
        }
        _ => false,
    }
}

fn scrub_text(text: &mut String, forms: &[String]) -> bool {
    let Some(clean) = clean(text.as_bytes(), forms) else { return false };
    *text = String::from_utf8_lossy(&clean).into_owned();
    true
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

    #[test]
    fn a_secret_is_found_wherever_it_is_escaped() {
        let secret = "hunter2hunter2";
        for (body, expected) in [
            // A page with JSON in it, JSON that broke off, and JSON in JSON.
            (r#"<p>\u0068unter2hunter2 %"#, "<p><redacted> %"),
            (r#"{"detail":"\u0068unter2hunter2","#, r#"{"detail":"<redacted>","#),
            (
                r#"{"a":"{\"b\":\"\\u0068unter2hunter2\"}"}"#,
                r#"{"a":"{\"b\":\"<redacted>\"}"}"#,
            ),
            (r#"{"hunter2hunter2":{"a":1}}"#, r#"{"<redacted>":{"a":1}}"#),
            ("hunter2hunter2, %68unter2hunter2", "<redacted>, <redacted>"),
            // Escapes of other texts stay.
            (r"\u00e9 100% \", r"\u00e9 100% \"),
        ] {
            assert_eq!(clean(body, secret), expected);
        }
    }

    #[test]
    fn a_secret_is_found_in_the_base64_of_a_header() {
        let secret = "hunter2.hunter2-\u{ff}\u{3ff}hunter2";
        for before in ["", "x", "Bearer ", "Authorization: Bearer "] {
            for after in ["", "\r", "\r\n", "\r\n\r\n"] {
                let text = format!("{before}{secret}{after}");
                for base64 in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
                    let clean = clean(&base64.encode(&text), secret);
                    let rest = clean.replace(REDACTED, "");
                    let around = (before.len() + after.len()) * 4 / 3 + 4;
                    assert!(rest.len() <= around, "{text:?}: {clean}");
                }
            }
        }
    }
}
