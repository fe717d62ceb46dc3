//! The small handwritten half of `atlas-admin`: everything that behaves.
//!
//! The generated crate is data (operations, types and their field tables); this crate
//! authenticates, sends, retries, pages and decodes.

pub mod codec;
pub mod operation;
pub mod version;
