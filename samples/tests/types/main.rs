//! Every type of the generated crate decodes JSON that is made from its schema.
//!
//! The samples know the document and nothing of the types. The registry has the type of each body
//! of each operation-version pair.

mod hostile;
mod memory;
mod misfit;
mod samples;
mod schema;
mod target;
mod valid;
mod write;
