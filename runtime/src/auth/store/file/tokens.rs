//! The format of a token file: JSON with a marker, so that a store recognizes its own
//! files.

use std::fmt;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{AccessToken, disk};

/// The property that marks a file of this format. Its value is the version of the
/// format.
const MARKER: &str = "atlas-admin tokens";

const VERSION: u64 = 1;

/// The largest file that is read, in bytes: enough for some hundred tokens.
const MAX_SIZE: u64 = 1 << 20;

/// The tokens of a file, by their keys.
#[derive(Debug, Default)]
pub(super) struct Tokens(Map<String, Json>);

/// The file at the path of a store.
#[derive(Debug)]
pub(super) enum Found {
    /// No file, or an empty one.
    Nothing,
    Tokens(Tokens),
    /// A file of this format that other users can read or write, with its mode.
    Exposed(u32),
}

/// Reads the file of a store.
///
/// # Errors
///
/// Returns why a store can't use the file.
pub(super) fn read(path: &Path) -> io::Result<Found> {
    let Some(disk::Checked { file, exposed }) = disk::open(path)? else {
        return Ok(Found::Nothing);
    };
    let bytes = disk::read(file, MAX_SIZE)?;
    if bytes.is_empty() {
        return Ok(Found::Nothing);
    }
    let foreign = || {
        disk::refuse(
            path,
            "is not a token file of this crate",
            "it was left unchanged; use another path, or remove it",
        )
    };
    let mut contents: Map<String, Json> =
        serde_json::from_slice(&bytes).map_err(|_| foreign())?;
    match contents.get(MARKER).map(Json::as_u64) {
        Some(Some(VERSION)) => {}
        Some(_) => {
            return Err(disk::refuse(
                path,
                "holds access tokens in the format of another version of this crate",
                "update this program, or use another path",
            ));
        }
        None => return Err(foreign()),
    }
    let Some(Json::Object(tokens)) = contents.remove("tokens") else {
        return Err(foreign());
    };
    Ok(exposed.map_or(Found::Tokens(Tokens(tokens)), Found::Exposed))
}

impl Tokens {
    pub(super) fn get(&self, key: &str) -> Option<AccessToken> {
        self.0.get(key).and_then(parse)
    }

    /// Sets or removes the token of a key, and removes expired tokens.
    pub(super) fn set(
        &mut self,
        key: &str,
        token: Option<&AccessToken>,
        now: Timestamp,
    ) {
        self.0.remove(key);
        self.0
            .retain(|_, entry| parse(entry).is_some_and(|token| token.expires_at > now));
        if let Some(token) = token {
            let entry = json!({
                "access_token": token.expose_secret(),
                "expires_at": token.expires_at.to_string(),
            });
            self.0.insert(key.to_owned(), entry);
        }
    }
}

/// The content of the file.
impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json!({ MARKER: VERSION, "tokens": self.0 }).fmt(f)
    }
}

fn parse(entry: &Json) -> Option<AccessToken> {
    let secret = entry.get("access_token")?.as_str()?;
    let expires_at = entry.get("expires_at")?.as_str()?.parse().ok()?;
    Some(AccessToken::new(secret, expires_at))
}
