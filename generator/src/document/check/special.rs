//! Rules that the table of the grammar can't express: keywords that depend on each other, and names
//! that must have a certain form.

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::grammar::{Kind, is_extension};
use crate::pointer::Pointer;

type Object = Map<String, Value>;

/// Reports problems of an object that are not problems of a single keyword.
pub(super) fn check(
    kind: Kind,
    object: &Object,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    match kind {
        Kind::Callback => check_callback(object, at, found),
        Kind::Components => check_names(object, at, found),
        Kind::Flows => check_flows(object, at, found),
        Kind::Header => check_content(object, at, "header", found),
        Kind::Link => {
            check_one_of(object, at, "link", ["operationId", "operationRef"], found)
        }
        Kind::Parameter => check_parameter(object, at, found),
        Kind::Paths => check_paths(object, at, found),
        Kind::Responses => check_responses(object, at, found),
        Kind::SecurityScheme => check_scheme(object, at, found),
        _ => {}
    }
}

fn check_one_of(
    object: &Object,
    at: &Pointer,
    noun: &str,
    [one, other]: [&str; 2],
    found: &mut Vec<Diagnostic>,
) {
    match (object.contains_key(one), object.contains_key(other)) {
        (true, false) | (false, true) => {}
        (true, true) => {
            let what = format!("the {noun} has both `{one}` and `{other}`");
            found.push(Diagnostic::error(what, at).help("keep one of the two"));
        }
        (false, false) => {
            let what = format!("the {noun} has neither `{one}` nor `{other}`");
            found.push(
                Diagnostic::error(what, at).help("add one of the two with an overlay"),
            );
        }
    }
}

fn check_content(
    object: &Object,
    at: &Pointer,
    noun: &str,
    found: &mut Vec<Diagnostic>,
) {
    check_one_of(object, at, noun, ["schema", "content"], found);
}

fn check_parameter(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    check_content(object, at, "parameter", found);
    let location = object.get("in").and_then(Value::as_str).unwrap_or_default();
    if location == "path" && object.get("required") != Some(&Value::Bool(true)) {
        let what = "a path parameter has to be `required: true`";
        let help =
            "add `required: true` with an overlay; the parameter is treated as required";
        found.push(Diagnostic::note(what, at).help(help));
    }
    let styles: &[&str] = match location {
        "cookie" => &["form"],
        "header" => &["simple"],
        "path" => &["label", "matrix", "simple"],
        _ => &["deepObject", "form", "pipeDelimited", "spaceDelimited"],
    };
    if let Some(style) = object.get("style").and_then(Value::as_str)
        && !styles.contains(&style)
    {
        let what = format!("`style` of a {location} parameter can't be `{style}`");
        let help = format!("it has to be one of {}", styles.join(", "));
        found.push(Diagnostic::error(what, &at.child("style")).help(help));
    }
}

fn check_names(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for (section, entries) in object.iter().filter(|(key, _)| !is_extension(key)) {
        for name in entries.as_object().into_iter().flat_map(Map::keys) {
            if name.is_empty() || !name.bytes().all(is_name_byte) {
                let what = format!("`{name}` can't be the name of a component");
                let help = "a name consists of ASCII letters, digits, dots, hyphens and underscores";
                found.push(
                    Diagnostic::error(what, &at.child(section).child(name)).help(help),
                );
            }
        }
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

fn check_paths(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for path in
        object.keys().filter(|path| !path.starts_with('/') && !is_extension(path))
    {
        let what = format!("the path `{path}` doesn't begin with a slash");
        found.push(Diagnostic::error(what, &at.child(path)));
    }
}

fn check_responses(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for key in object.keys().filter(|key| !is_extension(key)) {
        if key != "default" && !is_status(key) {
            let what = format!("`{key}` is no status code");
            let help = "write 100 to 599, 1XX to 5XX or `default`";
            found.push(Diagnostic::error(what, &at.child(key)).help(help));
        }
    }
    if !object.keys().any(|key| !is_extension(key)) {
        found.push(Diagnostic::note("the operation declares no response", at));
    }
}

fn is_status(key: &str) -> bool {
    let [class, rest @ ..] = key.as_bytes() else { return false };
    (b'1'..=b'5').contains(class)
        && (rest == b"XX" || rest.len() == 2 && rest.iter().all(u8::is_ascii_digit))
}

/// Reports extensions of a callback: the typed view takes them for expressions.
fn check_callback(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for key in object.keys().filter(|key| is_extension(key)) {
        let what = "extensions of a callback are not read";
        found.push(
            Diagnostic::error(what, &at.child(key)).help("remove it with an overlay"),
        );
    }
}

fn check_scheme(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let scheme = object.get("type").and_then(Value::as_str).unwrap_or_default();
    let required: &[&str] = match scheme {
        "apiKey" => &["in", "name"],
        "http" => &["scheme"],
        "oauth2" => &["flows"],
        "openIdConnect" => &["openIdConnectUrl"],
        _ => &[],
    };
    require(object, required, &format!("security scheme of type {scheme}"), at, found);
}

fn check_flows(object: &Object, at: &Pointer, found: &mut Vec<Diagnostic>) {
    for (name, flow) in object {
        let required: &[&str] = match name.as_str() {
            "authorizationCode" => &["authorizationUrl", "tokenUrl"],
            "clientCredentials" | "password" => &["tokenUrl"],
            "implicit" => &["authorizationUrl"],
            _ => continue,
        };
        if let Value::Object(flow) = flow {
            require(flow, required, &format!("{name} flow"), &at.child(name), found);
        }
    }
}

fn require(
    object: &Object,
    required: &[&str],
    noun: &str,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    for key in required.iter().filter(|key| !object.contains_key(**key)) {
        let what = format!("a {noun} has to have `{key}`");
        found.push(Diagnostic::error(what, at).help("add it with an overlay"));
    }
}
