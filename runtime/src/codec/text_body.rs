//! Bodies that are text although JSON is declared.

use super::decode::without_mark;
use super::error::What;
use super::reader::Reader;
use super::{Slot, Value};
use crate::media_type::MediaType;

/// The constructs that may precede the first element: a declaration and comments.
const PREAMBLE: [(&str, &str); 2] = [("<?", "?>"), ("<!--", "-->")];

/// The possible beginnings of HTML, in which the tags of `html` and `head` may be
/// omitted.
const HTML: [&str; 6] = ["<!doctype html", "<html", "<head", "<title", "<meta", "<body"];

/// Stores the body of a response that is not JSON in a value that is a string. Returns
/// false if the body or the value is unsuitable.
///
/// For some operations that declare a JSON string, the service responds with a
/// certificate or XML, and labels it JSON. Such a body is taken as the string if its
/// media type is one of the API's. HTML, such as a sign-in page, is not taken, and
/// neither is text that starts like a JSON string. The body must be complete.
pub fn take_text(body: &[u8], media_type: &str, into: &mut dyn Value) -> bool {
    let Ok(text) = std::str::from_utf8(without_mark(body)) else { return false };
    let is_text = MediaType::parse(media_type).is_some()
        && !text.trim_start().starts_with('"')
        && !is_html(text)
        && !is_json(text);
    into.clear(false);
    match into.slot() {
        Slot::Str(string) if is_text => {
            text.clone_into(string);
            true
        }
        Slot::Text(date) if is_text => {
            *date = text.into();
            true
        }
        _ => false,
    }
}

/// Returns true if a text is JSON, regardless of its nesting depth.
fn is_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    match reader.skip().and_then(|()| reader.end()) {
        Ok(()) => true,
        Err(fault) => matches!(fault.what, What::Depth | What::Memory),
    }
}

/// Returns true if a text begins like HTML, after a declaration and comments.
fn is_html(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some((_, after)) = PREAMBLE.iter().find_map(|(opening, closing)| {
        rest.strip_prefix(opening).and_then(|rest| rest.split_once(closing))
    }) {
        rest = after.trim_start();
    }
    HTML.iter().any(|opening| begins_with(rest, opening))
}

fn begins_with(text: &str, start: &str) -> bool {
    let same = |begin: &str| begin.eq_ignore_ascii_case(start);
    text.get(..start.len()).is_some_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DateTime;

    const JSON: &str = "application/vnd.atlas.2023-01-01+json;charset=utf-8";

    #[test]
    fn text_of_the_api_is_a_string() {
        for text in [
            "-----BEGIN CERTIFICATE-----\nMII\n",
            "<?xml version=\"1.0\"?><md:X/>",
            "1 2",
        ] {
            for media_type in [JSON, &JSON.to_uppercase()] {
                let mut string = String::new();
                let marked = format!("\u{feff}{text}");
                assert!(take_text(marked.as_bytes(), media_type, &mut string));
                assert_eq!(string, text);
            }
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
            ("<?xml version=\"1.0\"?><!-- a --> <!-- b --><HTML>", JSON),
            ("<head><title>Sign in", JSON),
            ("\u{feff}<body>", JSON),
            ("\u{feff}\"cut", JSON),
            (&"[".repeat(200), JSON),
        ] {
            let mut string = String::new();
            assert!(!take_text(text.as_bytes(), media_type, &mut string), "{text}");
        }
        assert!(!take_text(b"\xff", JSON, &mut String::new()));
        let mut date = DateTime::default();
        assert!(take_text(b"2024-05-01T10:00:00Z", JSON, &mut date));
        assert_eq!(date.as_str(), "2024-05-01T10:00:00Z");
        assert!(!take_text(pem.as_bytes(), JSON, &mut 0_i64));
    }
}
