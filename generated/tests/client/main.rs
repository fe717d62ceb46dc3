//! The client as programs use it: types, request functions, errors, and the mock transport.
//!
//! One program, because each one instantiates the types that it uses, and is linked with all.

mod by_hand;
mod error_codes;
mod examples;
mod files;
mod introduction;
mod must_use;
mod operations;
mod registry;
mod testing;
mod updates;
mod waits;
mod write_paths;
