//! Values as the text of query and header parameters.

use crate::codec::{Json, Value, View};

/// Returns the texts of a value: no text if the value is unset, and one text per item
/// of a list.
///
/// # Errors
///
/// Returns the kind of a value that has no text form.
pub(crate) fn texts(value: &dyn Value) -> Result<Vec<String>, &'static str> {
    match value.view() {
        View::List(list) => {
            let mut texts = Vec::with_capacity(list.len());
            for index in 0..list.len() {
                texts.extend(text(list.get(index))?);
            }
            Ok(texts)
        }
        View::Json(Json::Array(items)) => items.iter().map(json).collect(),
        _ => Ok(text(value)?.into_iter().collect()),
    }
}

fn text(value: &dyn Value) -> Result<Option<String>, &'static str> {
    Ok(Some(match value.view() {
        View::Absent | View::Null | View::Json(Json::Null) => return Ok(None),
        View::Bool(value) => value.to_string(),
        View::Int(value) => value.to_string(),
        View::Float(value) => value.to_string(),
        View::Str(value) => value.to_owned(),
        View::Json(value) => json(value)?,
        View::List(_) => return Err("a list of lists"),
        View::Map(_) | View::Record(_) | View::Union(_) | View::Extra(_) => {
            return Err("an object");
        }
    }))
}

/// Returns the text of free-form JSON that is a string, a number or a boolean.
pub(crate) fn json(value: &Json) -> Result<String, &'static str> {
    match value {
        Json::String(value) => Ok(value.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(value.to_string()),
        Json::Null => Err("null"),
        Json::Array(_) => Err("a list of lists"),
        Json::Object(_) => Err("an object"),
    }
}
