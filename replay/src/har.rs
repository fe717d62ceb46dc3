//! Recordings: HAR 1.2 as browsers, proxies and this project's recorder write it.
//!
//! This module knows nothing about operations. Source:
//! <http://www.softwareishard.com/blog/har-12-spec/>.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};
use serde_json::Value as Json;

/// The maximum size in bytes to which a body is inflated.
const LIMIT: u64 = 1 << 30;

/// One recorded exchange.
#[derive(Debug)]
pub struct Recorded {
    /// The file that contains the exchange.
    pub file: String,
    /// The index of the exchange in the file, from zero.
    pub index: usize,
    /// The HTTP method.
    pub method: String,
    /// The URL, including the query.
    pub url: String,
    /// The request.
    pub request: Message,
    /// The status of the response; 0 if there was no response.
    pub status: u16,
    /// The response.
    pub response: Message,
    /// The part that the entry lacks, if it is no exchange; `None` for an exchange.
    pub problem: Option<String>,
}

/// One side of an exchange.
#[derive(Debug, Default)]
pub struct Message {
    /// The headers' names and values, in the order of the recording.
    pub headers: Vec<(String, String)>,
    /// The media type of the body, without parameters, in lower case; empty if unknown.
    pub media_type: String,
    /// The body.
    pub body: Body,
}

/// A body in a recording.
#[derive(Debug, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// The bytes without the content coding of the transfer.
    Bytes(Vec<u8>),
    /// A body that the recording omits.
    Unrecorded,
    /// A body that can't be read, and the reason.
    Unreadable(String),
}

impl Message {
    /// Returns the values of a header.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads recordings: files, and in folders all files that end in `.har`.
///
/// # Errors
///
/// Returns an error if a path can't be read, is not a recording, or is a folder without
/// recordings.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Recorded>, String> {
    let mut exchanges = Vec::new();
    for path in paths {
        let files = files(path)
            .map_err(|error| format!("can't read {}: {error}", path.display()))?;
        if files.is_empty() {
            return Err(format!("{} holds no file that ends in .har", path.display()));
        }
        for file in files {
            exchanges.extend(read_file(&file)?);
        }
    }
    Ok(exchanges)
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("har")) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read_file(path: &Path) -> Result<Vec<Recorded>, String> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|error| format!("can't read {name}: {error}"))?;
    parse(&name.to_string(), &bytes)
}

/// Reads the text of a recording.
///
/// # Errors
///
/// Returns an error if the text is not JSON, has no list of entries, or if no entry has a request.
/// If only some entries lack a request, they are kept with their [problem](Recorded::problem).
pub fn parse(file: &str, bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    // Some proxies on Windows begin the file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let har: Json = serde_json::from_slice(bytes)
        .map_err(|error| format!("{file} is not JSON: {error}"))?;
    let entries = har["log"]["entries"]
        .as_array()
        .ok_or_else(|| format!("{file} is no recording: it has no log.entries"))?;
    let read = entries.iter().enumerate();
    let exchanges: Vec<_> =
        read.map(|(index, entry)| recorded(file, index, entry)).collect();
    let problem = exchanges.first().and_then(|first| first.problem.as_ref());
    match problem {
        Some(problem) if exchanges.iter().all(|read| read.problem.is_some()) => {
            Err(format!("{file} is no recording: in log.entries[0], {problem}"))
        }
        _ => Ok(exchanges),
    }
}

fn recorded(file: &str, index: usize, entry: &Json) -> Recorded {
    let (request, response) = (&entry["request"], &entry["response"]);
    let text = |key: &str| request[key].as_str().unwrap_or_default();
    let lacking = ["method", "url"].into_iter().find(|key| !request[key].is_string());
    let status = response["status"].as_i64().unwrap_or_default();
    Recorded {
        file: file.to_owned(),
        index,
        method: text("method").to_ascii_uppercase(),
        url: text("url").to_owned(),
        request: message(request, &request["postData"], &request["bodySize"]),
        status: u16::try_from(status).unwrap_or_default(),
        response: message(response, &response["content"], &response["content"]["size"]),
        problem: lacking.map(|key| format!("the request has no {key}")),
    }
}

fn message(side: &Json, content: &Json, size: &Json) -> Message {
    let headers: Vec<(String, String)> = side["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|header| {
            let part = |key: &str| header[key].as_str().map(str::to_owned);
            Some((part("name")?, part("value")?))
        })
        .collect();
    let mut message = Message { headers, ..Message::default() };
    let declared = message.header("content-type").next().map(str::to_owned);
    let recorded = content["mimeType"].as_str().filter(|text| !text.is_empty());
    message.media_type =
        media_type(declared.as_deref().or(recorded).unwrap_or_default());
    message.body = body(content, size, &message);
    message
}

/// Returns a media type without its parameters, in lower case.
pub fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn body(content: &Json, size: &Json, message: &Message) -> Body {
    let text = content["text"].as_str().unwrap_or_default();
    if text.is_empty() {
        // A form is recorded as its fields.
        let is_form = content["params"].as_array().is_some_and(|all| !all.is_empty());
        let had_one = is_form || size.as_i64().is_some_and(|size| size > 0);
        return if had_one { Body::Unrecorded } else { Body::Empty };
    }
    let is_base64 = content["encoding"]
        .as_str()
        .is_some_and(|coding| coding.eq_ignore_ascii_case("base64"));
    if !is_base64 {
        return Body::Bytes(text.as_bytes().to_vec());
    }
    let packed: String = text.split_ascii_whitespace().collect();
    match STANDARD.decode(packed) {
        Ok(bytes) => inflated(bytes, message),
        Err(error) => Body::Unreadable(format!("its base64 is broken: {error}")),
    }
}

/// Undoes the content coding of the transfer, unless the recorder has undone it. A payload that is
/// compressed itself is not changed.
fn inflated(bytes: Vec<u8>, message: &Message) -> Body {
    let coding = message.header("content-encoding").next().unwrap_or_default();
    let mut plain = Vec::new();
    let result = match coding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" if bytes.starts_with(b"\x1f\x8b") => {
            GzDecoder::new(&*bytes).take(LIMIT).read_to_end(&mut plain)
        }
        "deflate" if bytes.first().is_some_and(|byte| byte & 0x0f == 8) => {
            ZlibDecoder::new(&*bytes).take(LIMIT).read_to_end(&mut plain)
        }
        _ => return Body::Bytes(bytes),
    };
    match result {
        Ok(_) => Body::Bytes(plain),
        Err(error) => Body::Unreadable(format!("it can't be inflated: {error}")),
    }
}
