//! `serde` support for free-form values, which keeps the spelling of numbers where the
//! format allows it.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::{Json, Number};
use crate::codec::Map;

/// The key under which `serde_json` passes on a number if some crate in the program
/// enables its feature `arbitrary_precision`: as a map with this one key, whose value is
/// the spelling.
const SPELLING: &str = "$serde_json::private::Number";

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(boolean) => to.serialize_bool(*boolean),
            Self::Number(number) => number.serialize(to),
            Self::String(string) => to.serialize_str(string),
            Self::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                let mut all = members.iter();
                all.try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.as_i64(), self.as_u64(), self.as_f64()) {
            (Some(number), _, _) => to.serialize_i64(number),
            (None, Some(number), _) => to.serialize_u64(number),
            (None, None, Some(number)) => to.serialize_f64(number),
            // Outside the range of `f64`; a float that is not finite is `null`, as
            // everywhere in JSON.
            (None, None, None) if self.is_spelled() => {
                to.serialize_str(&self.to_string())
            }
            (None, None, None) => to.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can express")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        Json::deserialize(from)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        from: D,
    ) -> Result<Json, D::Error> {
        Json::deserialize(from)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Json, E> {
        Ok(boolean.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Json, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Json, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, string: &str) -> Result<Json, E> {
        Ok(string.into())
    }

    fn visit_string<E>(self, string: String) -> Result<Json, E> {
        Ok(string.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = from.next_entry::<String, Json>()? {
            members.insert(name, value);
        }
        Ok(match spelling(&members) {
            Some(number) => number,
            None => members.into(),
        })
    }
}

/// Returns the number in a map, if the map is `serde_json`'s representation of one.
fn spelling(members: &Map<Json>) -> Option<Json> {
    let text = members.get(SPELLING)?.as_str()?;
    let number = text.parse().ok()?;
    (members.len() == 1 && matches!(number, Json::Number(_))).then_some(number)
}
