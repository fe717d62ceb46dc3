//! The client as programs use it: types, request functions, errors, and the mock transport.
//!
//! They are one program, because each program compiles the types that it uses, and is linked.

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
