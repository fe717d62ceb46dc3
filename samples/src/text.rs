//! Values as JSON text, written in different ways.

use serde_json::{Number, Value};

use crate::dice::Dice;

/// Writes a value as JSON text in any equivalent way: with properties in any order, white space in
/// any place, escaped characters, and other spellings of numbers.
pub fn write(value: &Value, dice: &mut Dice) -> String {
    let mut text = String::new();
    write_value(value, dice, &mut text);
    text
}

fn write_value(value: &Value, dice: &mut Dice, text: &mut String) {
    space(dice, text);
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(item, dice, text);
            }
            space(dice, text);
            text.push(']');
        }
        Value::Object(object) => {
            text.push('{');
            let mut members: Vec<_> = object.iter().collect();
            if dice.once_in(2) {
                (1..members.len()).for_each(|at| members.swap(at, dice.roll(at + 1)));
            }
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                space(dice, text);
                write_string(name, dice, text);
                space(dice, text);
                text.push(':');
                write_value(member, dice, text);
            }
            space(dice, text);
            text.push('}');
        }
        Value::String(string) => write_string(string, dice, text),
        Value::Number(number) => write_number(number, dice, text),
        scalar => text.push_str(&scalar.to_string()),
    }
    space(dice, text);
}

/// Writes a number unchanged, or in another spelling of the same value.
fn write_number(number: &Number, dice: &mut Dice, text: &mut String) {
    let plain = number.to_string();
    let is_fraction = plain.contains('.') && !plain.contains('e');
    match dice.roll(8) {
        0 if is_fraction => text.push_str(&format!("{plain}00")),
        1 if is_fraction => text.push_str(&format!("{plain}E+0")),
        2 if number.is_i64() && plain.len() < 16 => text.push_str(&format!("{plain}.0")),
        _ => text.push_str(&plain),
    }
}

fn space(dice: &mut Dice, text: &mut String) {
    if dice.once_in(16) {
        text.push_str([" ", "\n", "\t", "\r\n  "][dice.roll(4)]);
    }
}

fn write_string(string: &str, dice: &mut Dice, text: &mut String) {
    let all_escaped = dice.once_in(16);
    if !all_escaped {
        text.push_str(&Value::from(string).to_string());
        return;
    }
    text.push('"');
    for unit in string.encode_utf16() {
        text.push_str(&format!("\\u{unit:04x}"));
    }
    text.push('"');
}
