//! The examples in a full document of the API, as if they had been recorded.
//!
//! Each body of each operation in each version results in one exchange for every example of its
//! media type. Further exchanges are composed from the examples of its schema and of the schema's
//! properties. A property without an example gets its default, else the first of its enum's
//! values. A property without any of these is left out.

use atlas_admin_generator::document;
use serde_json::{Map, Value as Json};

use crate::har::{Body, Message, Recorded, media_type};

/// The maximum depth of schemas within schemas.
const DEPTH: usize = 24;

/// Reads the examples in a document.
///
/// # Errors
///
/// Returns an error if the bytes are not an OpenAPI document.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    let tree = document::parse(bytes).map_err(|found| {
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        format!("{file} is no document:\n{}", lines.join("\n"))
    })?;
    let paths = tree["paths"]
        .as_object()
        .ok_or_else(|| format!("{file} is no document: it has no paths"))?;
    let mut examples = Examples { file, tree: &tree, found: Vec::new() };
    for (path, item) in paths {
        for method in ["get", "put", "post", "delete", "patch"] {
            examples.operation(method, path, &item[method]);
        }
    }
    Ok(examples.found)
}

struct Examples<'d> {
    file: &'d str,
    tree: &'d Json,
    found: Vec<Recorded>,
}

impl<'d> Examples<'d> {
    fn operation(&mut self, method: &str, path: &str, operation: &'d Json) {
        let answers: Vec<(u16, &Json)> = operation["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(status, answer)| {
                Some((status.parse().ok()?, self.follow(answer)))
            })
            .collect();
        let success = answers.iter().find(|(status, _)| (200..300).contains(status));
        for (media, content) in contents(self.follow(&operation["requestBody"])) {
            for body in self.bodies(content) {
                // With an answer of the same version.
                let (status, answer) = success.map_or((0, None), |(status, answer)| {
                    (*status, contents(answer).find(|(known, _)| *known == media))
                });
                let answer = answer
                    .and_then(|(_, content)| self.bodies(content).pop())
                    .map(|body| message("", media, &body));
                let request = message(media, media, &body);
                self.push(method, path, (request, status, answer.unwrap_or_default()));
            }
        }
        let first = success.and_then(|(_, answer)| contents(answer).next());
        let accept = first.map_or("", |(media, _)| media);
        for (status, answer) in answers {
            for (media, content) in contents(answer) {
                for body in self.bodies(content) {
                    let asked = Message {
                        body: Body::Empty,
                        ..message(accept, "", &Json::Null)
                    };
                    self.push(method, path, (asked, status, message("", media, &body)));
                }
            }
        }
    }

    fn push(
        &mut self,
        method: &str,
        path: &str,
        (request, status, response): (Message, u16, Message),
    ) {
        self.found.push(Recorded {
            file: self.file.to_owned(),
            index: self.found.len(),
            method: method.to_ascii_uppercase(),
            // What stands for a parameter is no literal segment of another path.
            url: path.replace(['{', '}'], "~"),
            request,
            status,
            response,
            problem: None,
        });
    }

    /// Returns the examples of a media type, and examples composed from its schema: enough of them
    /// that each variant of each union is in at least one.
    fn bodies(&self, content: &'d Json) -> Vec<Json> {
        let mut found: Vec<Json> = content.get("example").cloned().into_iter().collect();
        for (_, example) in content["examples"].as_object().into_iter().flatten() {
            found.extend(self.follow(example).get("value").cloned());
        }
        let (mut turn, mut turns) = (0, 1);
        while turn < turns {
            let mut maker = Maker { examples: self, turn, turns };
            let made = maker.made(&content["schema"], DEPTH, false);
            (turn, turns) = (turn + 1, maker.turns);
            found.extend(made.filter(|made| !found.contains(made)));
        }
        found
    }

    /// Follows a reference.
    fn follow(&self, mut value: &'d Json) -> &'d Json {
        for _ in 0..DEPTH {
            let target =
                value["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
            match target.and_then(|pointer| self.tree.pointer(pointer)) {
                Some(found) => value = found,
                None => break,
            }
        }
        value
    }
}

/// A composer of examples.
struct Maker<'e, 'd> {
    examples: &'e Examples<'d>,
    /// The index of the variant that is chosen in each union, modulo the number of variants.
    turn: usize,
    /// The number of variants of the largest union so far.
    turns: usize,
}

impl<'d> Maker<'_, 'd> {
    /// Composes an example; returns `None` if the schema gives no value. `inherited` leaves out
    /// the variants of a schema that another schema inherits, because that schema is one of the
    /// variants.
    fn made(&mut self, schema: &'d Json, depth: usize, inherited: bool) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        let schema = self.examples.follow(schema);
        if let Some(own) = schema.get("example").or(schema.get("default")) {
            return Some(own.clone());
        }
        if let Some(first) = schema["enum"].get(0) {
            return Some(first.clone());
        }
        if schema["type"] == "array" {
            let item = self.made(&schema["items"], depth, false)?;
            return Some(Json::Array(vec![item]));
        }
        let mut members = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            match self.made(part, depth, true) {
                Some(Json::Object(more)) => members.extend(more),
                Some(other) => return Some(other),
                None => {}
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let value = self.made(property, depth, false);
            members.extend(value.map(|value| (name.clone(), value)));
        }
        let choices =
            schema.get("oneOf").or(schema.get("anyOf")).and_then(Json::as_array);
        if let Some(choices) =
            choices.filter(|choices| !inherited && !choices.is_empty())
        {
            self.turns = self.turns.max(choices.len());
            let chosen = &choices[self.turn % choices.len()];
            match self.made(chosen, depth, false) {
                Some(Json::Object(more)) => members.extend(more),
                other => return other,
            }
            members.extend(tag(&schema["discriminator"], chosen));
        }
        (!members.is_empty()).then_some(Json::Object(members))
    }
}

/// Returns the discriminator and its value for a variant.
fn tag(discriminator: &Json, variant: &Json) -> Option<(String, Json)> {
    let name = discriminator["propertyName"].as_str()?;
    let mapping = discriminator["mapping"].as_object()?;
    let (value, _) = mapping.iter().find(|(_, target)| **target == variant["$ref"])?;
    Some((name.to_owned(), Json::from(value.as_str())))
}

/// Returns the media types of a body that are JSON.
fn contents(body: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let contents = body["content"].as_object().into_iter().flatten();
    contents
        .map(|(media, content)| (media.as_str(), content))
        .filter(|(media, _)| media.ends_with("json"))
}

/// Creates a message with a body. An empty media type means an unknown one.
fn message(accept: &str, media: &str, body: &Json) -> Message {
    Message {
        headers: vec![("accept".to_owned(), accept.to_owned())],
        media_type: media_type(media),
        body: Body::Bytes(body.to_string().into_bytes()),
    }
}
