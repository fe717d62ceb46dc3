//! JSON values without a declared structure.

use super::{Reader, Result, What, next_places};
use crate::codec::{Json, Map};

/// Reads a value of any kind. The reader bounds the depth of the recursion.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Json> {
    Ok(match reader.peek() {
        Some(b'"') => Json::String(reader.string()?.into_owned()),
        Some(b'{') => object(reader)?,
        Some(b'[') => list(reader)?,
        Some(b'-' | b'0'..=b'9') => reader.spelled_number()?,
        Some(b't') => {
            reader.literal("true")?;
            Json::Bool(true)
        }
        Some(b'f') => {
            reader.literal("false")?;
            Json::Bool(false)
        }
        Some(b'n') => {
            reader.literal("null")?;
            Json::Null
        }
        _ => return Err(reader.fault(What::Value)),
    })
}

/// The size in bytes of an object with the smallest hash table.
const OBJECT: usize = size_of::<Map<Json>>() + 32;

/// The size in bytes of a member besides its name: the entry, its hash, and its slot in
/// the hash table.
const MEMBER: usize = size_of::<(String, Json)>() + 28;

fn object(reader: &mut Reader<'_>) -> Result<Json> {
    reader.take_memory(OBJECT)?;
    let mut members = Map::new();
    let mut more = reader.enter(b'}')?;
    while more {
        let key = reader.key()?.into_owned();
        let value = read(reader)?;
        more = reader.more(b'}')?;
        let length = members.len();
        if length == members.capacity() {
            // Many objects have a single member.
            let places = if more { next_places(length) } else { length + 1 };
            members.reserve_exact(reader.grow(length, places, MEMBER)? - length);
        }
        members.insert(key, value);
    }
    Ok(members.into())
}

fn list(reader: &mut Reader<'_>) -> Result<Json> {
    let mut items = Vec::new();
    let mut more = reader.enter(b']')?;
    while more {
        let value = read(reader)?;
        more = reader.more(b']')?;
        let length = items.len();
        if length == items.capacity() {
            let places = if more { (2 * length).max(4) } else { length + 1 };
            let places = reader.grow(length, places, size_of::<Json>())?;
            items.reserve_exact(places - length);
        }
        items.push(value);
    }
    Ok(Json::Array(items))
}
