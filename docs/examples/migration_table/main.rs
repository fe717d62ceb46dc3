//! Prints the table of all operations in the Go SDK, in the Atlas CLI and in this crate.
//!
//! `cargo run -p atlas-admin-guide --example migration_table` prints Markdown.
//! With the argument `book` it is a preprocessor of mdBook: it puts the table on the
//! page that has the marker. The table is made when the book is built, so no committed
//! file goes stale with a new document.

mod names;
mod table;

use std::io;
use std::process::ExitCode;

use serde_json::Value;

/// The line of the page that the table replaces.
const MARKER: &str = "<!-- migration table -->";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => {
            print!("{}", table::markdown());
            Ok(())
        }
        ["book"] => preprocess(),
        // mdBook asks whether the preprocessor supports a renderer: it supports all.
        ["book", "supports", _] => Ok(()),
        _ => Err("expected no argument, or `book`".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: migration_table: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the context and the book from mdBook, and writes the book with the table.
fn preprocess() -> Result<(), String> {
    let input: Result<(Value, Value), _> = serde_json::from_reader(io::stdin());
    let (_, mut book) = input.map_err(|error| format!("not mdBook's input: {error}"))?;
    match insert(&mut book, &table::markdown()) {
        1 => {}
        found => return Err(format!("{found} pages have the line {MARKER}, not one")),
    }
    serde_json::to_writer(io::stdout(), &book).map_err(|error| error.to_string())
}

/// Replaces the marker in every text of a book, and returns the number of markers. The
/// structure of a book differs between versions of mdBook.
fn insert(book: &mut Value, table: &str) -> usize {
    match book {
        Value::String(text) => {
            let found = text.lines().filter(|line| *line == MARKER).count();
            if found > 0 {
                *text = text.replace(MARKER, table);
            }
            found
        }
        Value::Array(items) => items.iter_mut().map(|item| insert(item, table)).sum(),
        Value::Object(members) => {
            members.values_mut().map(|member| insert(member, table)).sum()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_replaces_the_marker_of_the_page() {
        let page = include_str!("../../src/migration-table.md");
        let chapter = json!({"Chapter": {"content": page, "number": [1]}});
        let mut book = json!({"items": [chapter, "Separator"]});
        assert_eq!(insert(&mut book, "the table"), 1);
        let content = book["items"][0]["Chapter"]["content"].as_str().unwrap();
        assert_eq!(content, page.replace(MARKER, "the table"));
        assert_eq!(insert(&mut book, "the table"), 0);
    }
}
