//! Finds operations by words, and prints how to call them.
//!
//! `cargo run -p atlas-admin --example operations -- clusters pause`

mod found;
mod search;

use std::process::ExitCode;

/// The number of operations that are shown in full; the others get a line each.
const IN_FULL: usize = 5;
/// The maximum number of operations that get a line.
const IN_SHORT: usize = 20;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let found = search::search(&words);
    if found.is_empty() {
        eprintln!("{}", search::advice(&words));
        return ExitCode::FAILURE;
    }
    for operation in found.iter().take(IN_FULL) {
        println!("{operation}");
    }
    for operation in found.iter().skip(IN_FULL).take(IN_SHORT) {
        println!("{}", operation.line());
    }
    let unseen = found.len().saturating_sub(IN_FULL + IN_SHORT);
    if unseen > 0 {
        println!("and {unseen} more: add a word");
    }
    ExitCode::SUCCESS
}
