//! Literals as formatted text.

/// The widest list on one line.
const WIDTH: usize = 72;

/// Returns a struct expression with a line for each field. The last field may be `..base`, the
/// struct that has the values of all other fields.
pub(super) fn structure(name: &str, fields: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{name} {{\n");
    for field in fields {
        push_line(&field, &mut text);
    }
    text.push('}');
    text
}

/// Returns a list expression: on one line, or if it is wider than [`WIDTH`], with a line for each
/// item.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    let line = format!("&[{}]", items.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let mut text = String::from("&[\n");
    for item in items {
        push_line(&item, &mut text);
    }
    text.push(']');
    text
}

/// Appends a line with a field or an item, which itself may have several lines.
fn push_line(field: &str, text: &mut String) {
    text.push_str("    ");
    text.push_str(&field.replace('\n', "\n    "));
    text.push_str(if field.starts_with("..") { "\n" } else { ",\n" });
}

/// Returns a list of string literals.
pub(super) fn texts(texts: &[String]) -> String {
    list(texts.iter().map(|text| format!("{text:?}")))
}

/// Returns an `Option` expression.
pub(super) fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}
