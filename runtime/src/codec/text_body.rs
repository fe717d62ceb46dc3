//! Bodies that are text though JSON is declared.

use super::{Json, Slot, Value};

/// What the media types of the API begin with.
const MEDIA_TYPE: &str = "application/vnd.atlas.";

/// Takes the body of a response that is not JSON into a value that is a string, and tells
/// whether it is one to take.
///
/// The service answers with a certificate or with XML where a JSON string is declared, and calls
/// that JSON. Such a body is the string, if it came under a media type of the API. A sign-in page
/// is none, and neither is what begins like a JSON string. The body must be complete.
pub fn take_text(body: &[u8], media_type: &str, into: &mut dyn Value) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let is_text = media_type.starts_with(MEDIA_TYPE)
        && !text.trim_start().starts_with('"')
        && !is_html(text)
        && text.parse::<Json>().is_err();
    into.clear(false);
    match into.slot() {
        Slot::Str(string) if is_text => {
            text.clone_into(string);
            true
        }
        _ => false,
    }
}

fn is_html(text: &str) -> bool {
    let text = text.trim_start();
    let prolog = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let content = prolog.map_or(text, |(_, content)| content.trim_start());
    let begins = |with: &str| {
        let start = content.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    begins("<!doctype html") || begins("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "application/vnd.atlas.2023-01-01+json;charset=utf-8";

    #[test]
    fn text_of_the_api_is_a_string() {
        for text in [
            "-----BEGIN CERTIFICATE-----\nMII\n",
            "<?xml version=\"1.0\"?><md:X/>",
            "1 2",
        ] {
            let mut string = String::new();
            assert!(take_text(text.as_bytes(), JSON, &mut string));
            assert_eq!(string, text);
        }
    }

    #[test]
    fn all_else_is_refused() {
        let pem = "-----BEGIN";
        for (text, media_type) in [
            (pem, "application/json"),
            (pem, "text/plain"),
            ("\"cut", JSON),
            ("12345", JSON),
            ("{\"a\": []}", JSON),
            (" \"cut", JSON),
            ("<!DOCTYPE HTML><title>Sign in</title>", JSON),
            ("\n<html>", JSON),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"\">", JSON),
        ] {
            let mut string = String::new();
            assert!(!take_text(text.as_bytes(), media_type, &mut string), "{text}");
        }
        assert!(!take_text(b"\xff", JSON, &mut String::new()));
        assert!(!take_text(pem.as_bytes(), JSON, &mut 0_i64));
    }
}
