//! Pseudonyms in JSON, based on the declared types if they are known, else on names.

use http::StatusCode;

use super::pseudonym::{Pseudonyms, REDACTED, is_enum_like};
use super::url::Known;
use crate::codec::{
    self, Discriminator, Json, Map, Record, Slot, Value, is_secret_name,
};

/// Parts of names that mean a secret, in lower case and without separators.
const SECRET: &[&str] = &[
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "license",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "signature",
    "token",
];

/// Names of free texts, which may be in capitals.
const FREE: &[&str] = &[
    "address",
    "alias",
    "comment",
    "description",
    "detail",
    "displayname",
    "firstname",
    "fullname",
    "key",
    "label",
    "lastname",
    "login",
    "message",
    "name",
    "nickname",
    "note",
    "parameters",
    "phone",
    "phonenumber",
    "mobilenumber",
    "subject",
    "title",
    "username",
    "value",
];

/// Replaces personal data in JSON.
pub(super) struct Cleaner<'a> {
    pub(super) pseudonyms: &'a Pseudonyms,
    pub(super) known: Known<'a>,
}

impl Cleaner<'_> {
    /// Cleans JSON that has the type of a value. `value` is overwritten.
    pub(super) fn typed(&self, name: &str, json: &mut Json, value: &mut dyn Value) {
        if json.is_null() {
            return;
        }
        if matches!(value.slot(), Slot::Union(_)) {
            return self.union(name, json, value);
        }
        match (value.slot(), json) {
            (Slot::Record(record), Json::Object(members)) => {
                self.record(members, record, None);
            }
            (Slot::List(list), Json::Array(items)) => {
                for item in items {
                    self.typed(name, item, list.push());
                    list.pop();
                }
            }
            (Slot::Map(entries), Json::Object(members)) => {
                self.rename(members, |key, json| {
                    self.typed(&key, json, entries.insert(key.clone()));
                    entries.remove(&key);
                    match is_enum_like(&key) {
                        true => key,
                        false => self.pseudonyms.text(&key),
                    }
                });
            }
            (Slot::Enum(value), Json::String(text))
                if value.declared().contains(&text.as_str()) => {}
            (Slot::Str(_) | Slot::Text(_), Json::String(text)) => {
                *text = self.string(name, text, false);
            }
            (_, json) => self.free(name, json),
        }
    }

    fn record(
        &self,
        members: &mut Map<Json>,
        record: &mut dyn Record,
        discriminator: Option<&Discriminator>,
    ) {
        let table = record.table();
        self.rename(members, |key, json| {
            let is_discriminator = matches!(
                (discriminator, &*json),
                (Some(Discriminator::Property(property, values)), Json::String(text))
                    if *property == key
                        && values.iter().any(|values| values.contains(&text.as_str()))
            );
            match table.index_of(&key) {
                _ if is_discriminator => key,
                Some(index) => {
                    match table.fields[index].is_hidden() {
                        true => hide(json),
                        false => self.typed(&key, json, record.field_mut(index)),
                    }
                    key
                }
                None => {
                    self.free(&key, json);
                    self.key(key)
                }
            }
        });
    }

    /// Cleans JSON of a union, as the variant that it decodes to.
    fn union(&self, name: &str, json: &mut Json, value: &mut dyn Value) {
        _ = codec::decode(json.to_string().as_bytes(), value);
        let Slot::Union(union) = value.slot() else { return self.free(name, json) };
        let by = &union.variants().by;
        let content = union.content_mut();
        if matches!(content.slot(), Slot::Union(_)) {
            // The inner union is not decoded in turn, because that may never end.
            return self.free(name, json);
        }
        match (content.slot(), json) {
            (Slot::Record(record), Json::Object(members)) => {
                self.record(members, record, Some(by));
            }
            (_, json) => self.typed(name, json, content),
        }
    }

    /// Cleans JSON of an unknown type.
    pub(super) fn free(&self, name: &str, json: &mut Json) {
        if is_secret(name) {
            return match json {
                Json::String(text) => *text = self.secret(text),
                Json::Number(_) if !is_secret_name(name) => {}
                json => hide(json),
            };
        }
        match json {
            Json::String(text) => *text = self.string(name, text, true),
            Json::Array(items) => {
                items.iter_mut().for_each(|item| self.free(name, item));
            }
            Json::Object(members) => self.rename(members, |key, json| {
                self.free(&key, json);
                self.key(key)
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Returns the recorded form of a secret: a placeholder, unless it is the ID of a
    /// secret.
    fn secret(&self, text: &str) -> String {
        match self.pseudonyms.text(text) {
            id if text.len() == 24 && !id.contains('-') => id,
            _ => REDACTED.to_owned(),
        }
    }

    /// Returns a string without personal data.
    fn string(&self, name: &str, text: &str, may_be_enum: bool) -> String {
        // The relation of a link (RFC 8288).
        if name == "rel" && text.len() <= 64 && text.bytes().all(is_relation) {
            return text.to_owned();
        }
        // The reason phrase of a status, as the service's errors repeat it.
        if name == "reason" && is_reason(text) {
            return text.to_owned();
        }
        if is_secret(name) {
            return self.secret(text);
        }
        if let Some(url) = self.pseudonyms.url(text, &self.known) {
            return url;
        }
        match may_be_enum {
            true => untyped(self.pseudonyms, name, text),
            false => self.pseudonyms.text(text),
        }
    }

    /// Returns the recorded name of an undeclared property. A name that doesn't look
    /// like a property name is user data.
    fn key(&self, key: String) -> String {
        let is_part = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@' | b'-')
        };
        let is_name = key.len() <= 64
            && !key.starts_with(|first: char| first.is_ascii_digit() || first == '-')
            && key.bytes().all(is_part);
        let pseudonym = self.pseudonyms.text(&key);
        match is_name && pseudonym.starts_with("text-") {
            true => key,
            false => pseudonym,
        }
    }

    /// Changes the members of an object, and their names.
    fn rename(
        &self,
        members: &mut Map<Json>,
        mut change: impl FnMut(String, &mut Json) -> String,
    ) {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(key, mut json)| (change(key, &mut json), json))
            .collect();
    }
}

fn is_reason(text: &str) -> bool {
    let statuses = (400..600).filter_map(|status| StatusCode::from_u16(status).ok());
    statuses.filter_map(|status| status.canonical_reason()).any(|reason| reason == text)
}

fn is_relation(byte: u8) -> bool {
    byte.is_ascii_lowercase() || matches!(byte, b':' | b'/' | b'.' | b'-')
}

/// Replaces the values in a secret.
fn hide(json: &mut Json) {
    match json {
        Json::String(text) => REDACTED.clone_into(text),
        Json::Number(_) => *json = Json::from(0),
        Json::Array(items) => items.iter_mut().for_each(hide),
        Json::Object(members) => members.iter_mut().for_each(|(_, json)| hide(json)),
        Json::Null | Json::Bool(_) => {}
    }
}

/// Returns a string without personal data, based on its name.
pub(super) fn untyped(pseudonyms: &Pseudonyms, name: &str, text: &str) -> String {
    if is_secret(name) {
        return REDACTED.to_owned();
    }
    match is_enum_like(text) && !FREE.contains(&plain(name).as_str()) {
        true => text.to_owned(),
        false => pseudonyms.text(text),
    }
}

fn is_secret(name: &str) -> bool {
    let plain = plain(name);
    is_secret_name(name) || SECRET.iter().any(|part| plain.contains(part))
}

/// Returns a name in lower case and without separators.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_'));
    letters.flat_map(char::to_lowercase).collect()
}
