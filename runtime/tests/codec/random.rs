//! Random documents and random damage, the same on every run.

use atlas_admin_runtime::codec::{Direction, Json, Value, decode, encode_request};
use atlas_admin_runtime::operation::Method;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Theirs;

use super::sample::{Alert, Cluster, Holder, Mapping, Region, Spec};
use super::{json, read, write};

/// Bytes that are special to a JSON reader.
const SPECIAL: &[u8] = b"{}[]\",:\\0123456789-+eE.utrfalsn \xc3\xa9\xff\x00";

/// SplitMix64: small, and sufficient to reach rare cases.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    /// Creates a JSON value from names and values that the sample types know.
    fn value(&mut self, depth: usize) -> Theirs {
        match self.roll(if depth == 0 { 6 } else { 11 }) {
            0 => Theirs::Null,
            1 => Theirs::Bool(self.roll(2) == 0),
            2 => Theirs::from(self.roll(1000) as i64 - 500),
            3 => Theirs::from([i64::MAX, i64::MIN, 1 << 60][self.roll(3)]),
            4 => Theirs::from(self.roll(4000) as f64 / 8.0),
            5 => Theirs::from(self.pick(&STRINGS)),
            6 | 7 => {
                let count = self.roll(4);
                Theirs::Array((0..count).map(|_| self.value(depth - 1)).collect())
            }
            _ => {
                let count = self.roll(12);
                let member = |dice: &mut Self| {
                    (dice.pick(&NAMES).to_owned(), dice.value(depth - 1))
                };
                Theirs::Object((0..count).map(|_| member(self)).collect())
            }
        }
    }
}

const STRINGS: [&str; 16] = [
    "",
    "AWS",
    "TENANT",
    "METRIC",
    "HOST",
    "CPU",
    "DISK",
    "RAW",
    "BYTES",
    "BARE",
    "é😀",
    "a \"quoted\" \\ text",
    "line\nbreak",
    "2024-05-01T10:00:00Z",
    "GCP",
    "a longer text, of forty characters or so",
];

const NAMES: [&str; 36] = [
    "backupEnabled",
    "createDate",
    "day",
    "diskSizeGB",
    "free",
    "id",
    "labels",
    "members",
    "name",
    "note",
    "parent",
    "password",
    "provider",
    "replicationSpecs",
    "tags",
    "token",
    "key",
    "value",
    "regionConfigs",
    "zoneName",
    "nodeCount",
    "providerName",
    "regionName",
    "since",
    "type",
    "units",
    "host",
    "dynamic",
    "fields",
    "alert",
    "amount",
    "metric",
    "setting",
    "backingProviderName",
    "new",
    "",
];

/// Removes the `null`s that a type without three-state fields may forget.
fn without_nulls(json: &Theirs) -> Theirs {
    match json {
        Theirs::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            Theirs::Object(
                kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect(),
            )
        }
        Theirs::Array(items) => Theirs::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// Converts the entries of a map of strings to texts, as decoding does where such a map
/// is declared.
fn with_texts(json: &Theirs) -> Theirs {
    let member = |(name, value): (&String, &Theirs)| {
        let value = match (name.as_str(), value) {
            ("tags" | "tokens", Theirs::Object(values)) => {
                let text = |(key, value): (&String, &Theirs)| {
                    let text =
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    (!value.is_null()).then(|| (key.clone(), Theirs::String(text)))
                };
                values.iter().filter_map(text).collect()
            }
            _ => with_texts(value),
        };
        (name.clone(), value)
    };
    match json {
        Theirs::Object(members) => members.iter().map(member).collect(),
        Theirs::Array(items) => Theirs::Array(items.iter().map(with_texts).collect()),
        other => other.clone(),
    }
}

/// Makes integers equal to floats of the same value, which JSON distinguishes.
fn by_value(json: &Theirs) -> Theirs {
    match json {
        Theirs::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), by_value(value))).collect()
        }
        Theirs::Array(items) => Theirs::Array(items.iter().map(by_value).collect()),
        Theirs::Number(number) if number.is_f64() => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9.3e18 => {
                (float as i64).into()
            }
            _ => json.clone(),
        },
        other => other.clone(),
    }
}

fn round_trips<T>(text: &str)
where
    T: Value + Default + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned,
{
    // An unset record is not encoded as `null`.
    let Some(value) = read::<T>(text).ok().filter(|_| text != "null") else { return };
    let written = write(&value);
    let comparable = |json: &Theirs| by_value(&with_texts(json));
    let (before, after) = (comparable(&json(text)), comparable(&json(&written)));
    assert_eq!(without_nulls(&before), without_nulls(&after), "{text}\n{written}");
    assert_eq!(read::<T>(&written).unwrap(), value, "{text}");
    assert_eq!(comparable(&serde_json::to_value(&value).unwrap()), after);
    assert_eq!(serde_json::from_str::<T>(text).unwrap(), value, "{text}");
    // Encoding a request may fail or not; querying and printing the result never does.
    let _ = encode_request(&value, Method::Put);
    let _ = format!("{value:?} {value:#?}");
    assert_eq!(value.clone_by_decoding(text), value);
}

/// Decodes a value again, into one with other content.
trait CloneByDecoding: Sized {
    fn clone_by_decoding(&self, text: &str) -> Self;
}

impl<T: Value + Default> CloneByDecoding for T {
    fn clone_by_decoding(&self, text: &str) -> Self {
        let mut other = T::default();
        let _ = decode(br#"{"type": "HOST", "labels": [], "x": [1]}"#, &mut other);
        decode(text.as_bytes(), &mut other).unwrap();
        other
    }
}

#[test]
fn random_documents_survive() {
    let mut dice = Dice(1);
    for _ in 0..2_000 {
        let text = dice.value(5).to_string();
        assert_eq!(Theirs::from(read::<Json>(&text).unwrap()), json(&text));
        assert_eq!(write(&read::<Json>(&text).unwrap()), text);
        round_trips::<Cluster>(&text);
        round_trips::<Spec>(&text);
        round_trips::<Region>(&text);
        round_trips::<Alert>(&text);
        round_trips::<Mapping>(&text);
        round_trips::<Holder>(&text);
    }
}

/// Runs all decoders. Any result is accepted, as long as there is one.
fn exercise(bytes: &[u8]) {
    let ours = decode(bytes, &mut Json::default());
    let theirs =
        serde_json::from_slice::<Theirs>(bytes).map_err(|error| error.to_string());
    let blank = bytes.iter().all(|byte| b" \n\t\r".contains(byte));
    // Numbers outside the range of floats are kept here, and refused by `serde_json`.
    if !theirs.as_ref().is_err_and(|error| error.starts_with("number out of range")) {
        assert_eq!(
            ours.is_ok(),
            theirs.is_ok() || blank,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
    let mut ignore = |_| {};
    for into in [
        &mut Cluster::default() as &mut dyn Value,
        &mut Alert::default(),
        &mut Mapping::default(),
        &mut Holder::default(),
        &mut Vec::<Region>::new(),
    ] {
        let plain = decode(bytes, into);
        let observed = atlas_admin_runtime::codec::decode_observed(
            bytes,
            into,
            Direction::Response,
            &mut ignore,
        );
        assert_eq!(plain, observed);
        if ours.is_err() {
            assert!(plain.is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
        if let Err(error) = plain {
            assert!(error.offset() <= bytes.len());
            let _ = error.to_string();
        }
    }
}

#[test]
fn damaged_documents_do_not_panic() {
    let mut dice = Dice(2);
    for _ in 0..4_000 {
        let mut bytes = dice.value(4).to_string().into_bytes();
        for _ in 0..=dice.roll(4) {
            let at = dice.roll(bytes.len() + 1);
            match dice.roll(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, SPECIAL[dice.roll(SPECIAL.len())]),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ if at < bytes.len() => bytes[at] = dice.roll(256) as u8,
                _ => {}
            }
        }
        exercise(&bytes);
    }
}

#[test]
fn garbage_does_not_panic() {
    let mut dice = Dice(3);
    for _ in 0..20_000 {
        let length = dice.roll(24);
        let bytes: Vec<u8> =
            (0..length).map(|_| SPECIAL[dice.roll(SPECIAL.len())]).collect();
        exercise(&bytes);
    }
}
