//! When two JSON values say the same.

use serde_json::{Map, Value};

/// Returns where two values differ; numbers are compared by value.
pub fn difference(left: &Value, right: &Value) -> Option<String> {
    compare(left, right, &|_| false, "")
}

/// Returns where two values differ, where a `null` says the same as absence.
pub fn difference_but_null(left: &Value, right: &Value) -> Option<String> {
    compare(left, right, &Value::is_null, "")
}

/// Returns where two values differ, where an object without properties says the same as absence.
pub fn difference_but_hollow(left: &Value, right: &Value) -> Option<String> {
    let is_hollow = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    compare(left, right, &is_hollow, "")
}

fn compare(
    left: &Value,
    right: &Value,
    says_nothing: &dyn Fn(&Value) -> bool,
    path: &str,
) -> Option<String> {
    let differs = || Some(format!("{path}: {} is not {}", short(left), short(right)));
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.keys().chain(right.keys()).find_map(|name| {
                let path = format!("{path}.{name}");
                match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => {
                        compare(left, right, says_nothing, &path)
                    }
                    (Some(only), None) | (None, Some(only)) if says_nothing(only) => {
                        None
                    }
                    (Some(_), None) => Some(format!("{path} is lost")),
                    (None, _) => Some(format!("{path} is new")),
                }
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut items = left.iter().zip(right).enumerate();
            items.find_map(|(index, (left, right))| {
                compare(left, right, says_nothing, &format!("{path}[{index}]"))
            })
        }
        (Value::Number(left), Value::Number(right)) => {
            let is_same = match (left.as_i128(), right.as_i128()) {
                (Some(left), Some(right)) => left == right,
                _ => left.as_f64() == right.as_f64(),
            };
            if is_same { None } else { differs() }
        }
        (left, right) if left == right => None,
        _ => differs(),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}
