//! The small handwritten half of `atlas-admin`: everything that behaves.
//!
//! The generated crate is data (operations, types and their field tables); this crate
//! authenticates, sends, retries, pages and decodes.

pub mod client;
pub mod codec;
pub mod error;
pub mod operation;
pub mod output;
pub mod page;
pub mod request;
pub mod response;
pub mod transport;
pub mod version;

mod download;
mod exchange;
mod wire;

pub use client::Client;
pub use error::Error;
pub use operation::Operation;
pub use output::{Download, Output};
pub use page::Page;
pub use request::{Options, Request};
pub use response::Response;
pub use version::{Date, Version};
