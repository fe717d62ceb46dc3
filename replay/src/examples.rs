//! The examples in a full document of the API, as if they had been recorded.
//!
//! Each body of each operation in each version gives an exchange for every example of its media
//! type, and others that are put together from the examples of its schema and of its properties.
//! Where a property has none, its default or the first of its declared values stands; where it
//! has none of these either, it is left out.

use atlas_admin_generator::document;
use serde_json::{Map, Value as Json};

use crate::har::{Body, Message, Recorded, media_type};

/// Schemas within schemas are followed this far.
const DEPTH: usize = 24;

/// Reads the examples in a document.
///
/// # Errors
///
/// Where it is no document of an API.
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

    /// Returns the examples of a media type, and those that its schema makes: as many as it
    /// takes to have had every variant of every union.
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

/// Puts examples together.
struct Maker<'e, 'd> {
    examples: &'e Examples<'d>,
    /// Which variant of a union is taken.
    turn: usize,
    /// How many variants the largest union has that was met.
    turns: usize,
}

impl<'d> Maker<'_, 'd> {
    /// Makes an example; `None` where there is nothing to make it of. What another schema
    /// inherits is made without its variants, one of which that schema is.
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

/// Returns the property that says which variant a schema is.
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

/// Makes a message with a body, of which either media type may be unknown.
fn message(accept: &str, media: &str, body: &Json) -> Message {
    Message {
        headers: vec![("accept".to_owned(), accept.to_owned())],
        media_type: media_type(media),
        body: Body::Bytes(body.to_string().into_bytes()),
    }
}
