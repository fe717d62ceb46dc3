//! Turns the OpenAPI document of the MongoDB Atlas Administration API into a Rust crate.

pub mod canonical;
pub mod diagnostic;
pub mod document;
pub mod overlay;
pub mod pointer;
pub mod prose;
