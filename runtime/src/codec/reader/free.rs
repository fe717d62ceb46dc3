//! JSON values without declared structure.

use super::{Reader, Result, What};
use crate::codec::{Json, Map};

/// Takes a value of any kind. The depth of the recursion is bounded by the reader.
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

fn object(reader: &mut Reader<'_>) -> Result<Json> {
    let mut members = Map::new();
    let mut more = reader.enter(b'}')?;
    while more {
        let key = reader.key()?.into_owned();
        members.insert(key, read(reader)?);
        more = reader.more(b'}')?;
    }
    Ok(members.into())
}

fn list(reader: &mut Reader<'_>) -> Result<Json> {
    let mut items = Vec::new();
    let mut more = reader.enter(b']')?;
    while more {
        items.push(read(reader)?);
        more = reader.more(b']')?;
    }
    Ok(Json::Array(items))
}
