//! The decision about the words of a recording that a proposal may show: property names, and
//! values of enums, that are no personal data.
//!
//! The rules are general patterns and the vocabulary of the document; no operation has its own.

use std::collections::BTreeSet;
use std::net::IpAddr;

use atlas_admin::codec::Json;
use atlas_admin_runtime::template::Template;

use crate::exchange::Outcome;
use crate::har::{Body, Recorded};

/// The longest name or value that is shown, in bytes.
const LONGEST: usize = 64;

/// The longest run of digits in a name that is shown: longer ones are parts of ids and dates.
const DIGITS: usize = 3;

/// The minimum length in bytes of a name of very short words that counts as a token.
const TOKEN: usize = 12;

/// The number of consonants in a row that no word has.
const CONSONANTS: usize = 6;

/// Last words of the names of properties with personal data, in lower case.
const IDENTIFYING: &[&str] = &[
    "address",
    "addresses",
    "alias",
    "arn",
    "cidr",
    "comment",
    "description",
    "dn",
    "email",
    "emails",
    "fingerprint",
    "guid",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "id",
    "ids",
    "ip",
    "ips",
    "key",
    "keys",
    "label",
    "labels",
    "login",
    "mail",
    "message",
    "nickname",
    "note",
    "phone",
    "subject",
    "title",
    "uri",
    "uris",
    "url",
    "urls",
    "user",
    "username",
    "usernames",
    "users",
    "uuid",
];

/// Words that, before `name`, make a property the name of a person or one that a person chose.
const NAMED: &[&str] = &[
    "cluster",
    "display",
    "family",
    "first",
    "full",
    "given",
    "group",
    "last",
    "nick",
    "org",
    "organization",
    "project",
    "sur",
    "team",
    "user",
];

/// Parts of names under which secrets are kept, in lower case and without separators.
const SECRET: &[&str] = &[
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "encryptionkey",
    "licensekey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "servicekey",
    "signature",
    "signingkey",
    "token",
    "webhookurl",
];

/// The words that a proposal may show.
#[derive(Debug)]
pub struct Disclosure<'d> {
    /// The property names of the document.
    names: &'d BTreeSet<String>,
    /// The words that the property names consist of.
    words: BTreeSet<String>,
    /// All values in the recordings that are texts, in lower case.
    values: BTreeSet<String>,
    /// The values that are personal data.
    personal: BTreeSet<String>,
    /// The words of all values: a full name has several.
    parts: BTreeSet<String>,
}

impl<'d> Disclosure<'d> {
    /// Learns the vocabulary of a document from its property names.
    pub fn new(names: &'d BTreeSet<String>) -> Self {
        let words = names.iter().flat_map(|name| words(name)).collect();
        let (values, personal, parts) = Default::default();
        Self { names, words, values, personal, parts }
    }

    /// Learns the values of an exchange.
    pub fn learn(&mut self, recorded: &Recorded, outcome: &Outcome) {
        let template = outcome.entry.as_ref().map_or("", |entry| entry.operation.path);
        let path = crate::route::path_of(&recorded.url);
        let mut known = Template(template).segments();
        for segment in path.split('/') {
            if known.next().is_none_or(|known| known.0 != segment) {
                // A verb may follow behind a colon.
                segment.split(':').for_each(|part| self.add(part, true));
            }
        }
        let query = recorded.url.split_once('?').map_or("", |(_, query)| query);
        for pair in query.split(['&', '#']) {
            self.add(pair.split_once('=').map_or(pair, |(_, value)| value), true);
        }
        for message in [&recorded.request, &recorded.response] {
            if let Body::Bytes(bytes) = &message.body
                && let Ok(json) = Json::from_slice(bytes)
            {
                self.learn_json("", &json);
            }
        }
    }

    fn learn_json(&mut self, name: &str, json: &Json) {
        match json {
            Json::String(text) => {
                self.add(text, is_secret(name) || is_identifying(name));
            }
            Json::Array(items) => {
                items.iter().for_each(|item| self.learn_json(name, item))
            }
            Json::Object(members) => {
                members.iter().for_each(|(name, json)| self.learn_json(name, json));
            }
            _ => {}
        }
    }

    fn add(&mut self, text: &str, is_personal: bool) {
        let text = percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .to_lowercase();
        if text.is_empty() {
            return;
        }
        let parts = text.split(|letter: char| !letter.is_alphanumeric());
        self.parts.extend(parts.map(str::to_owned));
        if is_personal {
            if text.contains('@') {
                self.personal.extend(words(&text));
            }
            self.personal.insert(text.clone());
        }
        self.values.insert(text);
    }

    /// Tells whether the document declares a property of this name anywhere.
    pub fn is_declared(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Tells whether the name of an undeclared property is a name of the API and no data. The key
    /// of a map can be any text.
    pub fn is_name(&self, name: &str) -> bool {
        let plain = name.to_lowercase();
        let is_value = self.values.contains(&plain)
            || (self.parts.contains(&plain) && !self.words.contains(&plain));
        self.is_declared(name)
            || (is_spelled_as_name(name) && !is_value && !is_token(name))
    }

    /// Tells whether the name of a property in an object without a schema is a name of the API.
    /// Such an object may be a map with names of people as its keys, so more than half of the
    /// words must be words of the document.
    pub fn is_nested_name(&self, name: &str) -> bool {
        let words = words(name);
        let known = words.iter().filter(|word| self.words.contains(*word)).count();
        self.is_name(name) && (self.is_declared(name) || 2 * known > words.len())
    }

    /// Tells whether a value of an enum is a constant that may be shown, given the declared values
    /// of the property.
    pub fn is_constant(&self, value: &str, property: &str, declared: &[&str]) -> bool {
        let is_respelled = declared.iter().any(|it| it.eq_ignore_ascii_case(value));
        let is_category = declared.len() > 1 && declared.iter().all(|it| is_upper(it));
        let is_withheld = is_secret(property)
            || is_identifying(property)
            || (words(property).last().is_some_and(|word| word == "name")
                && !is_category);
        !is_withheld
            && (is_upper(value) || is_respelled || is_shaped_like(value, declared))
            && !looks_personal(value)
            && !self.personal.contains(&value.to_lowercase())
    }
}

/// Tells whether a property with this name holds a secret.
pub fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_'));
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    SECRET.iter().any(|part| plain.contains(part))
}

/// Tells whether a property with this name holds personal data, by the last word of the name.
fn is_identifying(name: &str) -> bool {
    let words = words(name);
    match words.as_slice() {
        [only] if only == "name" => true,
        [.., before, last] if last == "name" || last == "names" => {
            NAMED.contains(&before.as_str())
        }
        [.., last] => IDENTIFYING.contains(&last.as_str()),
        [] => false,
    }
}

/// Returns the words of a name, in lower case: `groupIDs_ofIPAddress` has `group`, `ids`, `of`,
/// `ip` and `address`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for (index, letter) in letters.iter().copied().enumerate() {
        if !letter.is_alphanumeric() {
            before = ' ';
            continue;
        }
        let rest = &letters[index + 1..];
        let is_plural = rest.first() == Some(&'s')
            && rest.get(1).is_none_or(|next| !next.is_lowercase());
        let ends_acronym = before.is_uppercase()
            && rest.first().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && (!before.is_uppercase() || ends_acronym && !is_plural);
        if begins || before == ' ' {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

/// Tells whether a text is spelled as the API spells its names: `camelCase`, with few digits.
fn is_spelled_as_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let runs = name.split(|letter: char| !letter.is_ascii_digit());
    let digits: Vec<usize> = runs.map(str::len).filter(|run| *run > 0).collect();
    name.len() <= LONGEST
        && name.trim_start_matches('_').starts_with(|it: char| it.is_ascii_lowercase())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && digits.len() <= 2
        && digits.iter().all(|run| *run <= DIGITS)
        && !is_hexadecimal(name)
}

/// Tells whether a name consists of random letters: of very short words, or of words with many
/// consonants in a row.
fn is_token(name: &str) -> bool {
    let words = words(name);
    let is_short = name.len() >= TOKEN && name.len() < 3 * words.len();
    let vowels = ['a', 'e', 'i', 'o', 'u', 'y', '0'];
    is_short
        || words.iter().any(|word| {
            word.split(vowels).any(|consonants| consonants.len() >= CONSONANTS)
        })
}

/// Tells whether a text is a hexadecimal ID: long enough, and of such digits only. A short text
/// also needs a decimal digit, because some words consist of such letters.
fn is_hexadecimal(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b'-');
    text.len() >= 8
        && digits.clone().all(|byte| byte.is_ascii_hexdigit())
        && (text.len() >= 16 || digits.clone().any(|byte| byte.is_ascii_digit()))
}

/// Tells whether a text is spelled as most constants are: `US_EAST_1`.
fn is_upper(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_uppercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'_' | b'-')
        })
}

/// Tells whether a text has only characters of the declared values, and is at most a little longer
/// than the longest of them.
fn is_shaped_like(text: &str, declared: &[&str]) -> bool {
    fn class(byte: u8) -> u8 {
        match byte {
            b'a'..=b'z' => b'a',
            b'A'..=b'Z' => b'A',
            b'0'..=b'9' => b'0',
            other => other,
        }
    }
    let known: BTreeSet<u8> =
        declared.iter().flat_map(|it| it.bytes()).map(class).collect();
    let longest = declared.iter().map(|it| it.len()).max().unwrap_or_default();
    let begins = |it: &str| it.bytes().next().map(class);
    text.len() <= 2 * longest
        && declared.iter().any(|it| begins(it) == begins(text))
        && text.bytes().all(|byte| {
            let is_constant =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
            is_constant && known.contains(&class(byte))
        })
}

/// Tells whether a text looks like an id, an address or a secret.
fn looks_personal(text: &str) -> bool {
    let longest_run = text
        .split(|letter: char| !letter.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or_default();
    let parts: Vec<&str> = text.split(['_', '-', '.']).collect();
    let is_mixed = |part: &&&str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 8 && digits >= 2 && digits < part.len()
    };
    let is_host = text.split('.').filter(|part| part.len() > 1).count() > 1
        && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    text.len() > LONGEST
        || longest_run > 4
        || is_hexadecimal(text)
        || is_host
        || text.parse::<IpAddr>().is_ok()
        || parts.iter().filter(is_mixed).count() > 0
        // Four numbers in a row, whatever separates them.
        || parts.windows(4).any(|four| four.iter().all(|it| it.parse::<u8>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_fall_apart_into_words() {
        let cases = [
            ("groupIDs_ofIPAddress", "group ids of ip address"),
            ("mongoURI", "mongo uri"),
            ("URLs", "urls"),
            ("_id", "id"),
            ("awsKMSKey", "aws kms key"),
            ("STATUS", "status"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn names_that_look_like_data_are_told_from_names() {
        let known = names(&["STATUS", "clusterName"]);
        let mut disclosure = Disclosure::new(&known);
        disclosure.add("AdaLovelace", true);
        for name in [
            "brandNew",
            "x509Type",
            "snake_case",
            "_t",
            "STATUS",
            "p99Micros",
            "awsKMSKeyOfHttpsStrengths",
        ] {
            assert!(disclosure.is_name(name), "{name}");
        }
        let data = [
            "5f1b2c3d4e5f60718293a4b5",
            "ada@example.com",
            "10.0.0.1",
            "a.b",
            "a-b",
            "a b",
            "Ada",
            "AWS",
            "US_EAST_1",
            "adaLovelace",
            "abc12345",
            "deadbeef01",
            "",
            "ä",
            "$a",
            "a1b2c3",
            "hGTzKqLmNoPqRsTuVw",
            "qwzxkjvbnmplkjhg",
            "abcdefabcdefabcdefabcdef",
            "https://example.com",
        ];
        for name in data {
            assert!(!disclosure.is_name(name), "{name}");
        }
        assert!(
            disclosure.is_nested_name("isClusterName"),
            "two of three words are known"
        );
        for name in ["ada", "adasCluster", "brandNew"] {
            assert!(!disclosure.is_nested_name(name), "{name}");
        }
    }

    #[test]
    fn only_constants_are_shown_of_values() {
        let known = names(&[]);
        let mut disclosure = Disclosure::new(&known);
        disclosure.add("ADA", true);
        disclosure.add("GRACE.hopper@example.com", true);
        disclosure.add("SEEN_IN_AN_ENUM", false);
        let upper = &["IDLE", "BUSY"][..];
        let shown = [
            ("BRAND_NEW", "state", upper),
            ("SEEN_IN_AN_ENUM", "state", upper),
            ("busy", "state", upper),
            ("MOON_1", "regionName", upper),
            ("secondaryPreferred", "mode", &["primaryPreferred"]),
            ("8.2", "version", &["7.0", "8.0"]),
            ("PT30M", "granularity", upper),
        ];
        for (value, property, declared) in shown {
            assert!(disclosure.is_constant(value, property, declared), "{value}");
        }
        let withheld = [
            ("Ada", "state", upper),
            ("ADA", "state", upper),
            ("GRACE", "state", upper),
            ("lower", "state", upper),
            ("NEW", "projectId", upper),
            ("NEW", "email", upper),
            ("NEW", "ipAddress", upper),
            ("NEW", "webhookURL", upper),
            ("NEW", "name", upper),
            ("NEW", "userName", upper),
            ("NEW", "apiToken", upper),
            ("admin2", "databaseName", &["admin", "external"]),
            ("5F1B2C3D4E5F60718293A4B5", "state", upper),
            ("USER-12345", "state", upper),
            ("A7X9K2P4Q8", "state", upper),
            ("10.0.0.1", "version", &["7.0.0.0"]),
            ("IP-10-0-0-1", "state", upper),
            ("db.example", "kind", &["a.b", "some.kind"]),
            ("a@b", "kind", &["c@d"]),
            ("ada lovelace", "kind", &["some kind"]),
            ("", "state", upper),
        ];
        for (value, property, declared) in withheld {
            let is_shown = disclosure.is_constant(value, property, declared);
            assert!(!is_shown, "{value} in {property}");
        }
    }
}
