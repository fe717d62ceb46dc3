//! Replays recorded exchanges with the types that a caller of each operation gets.
//!
//! | module | content |
//! |---|---|
//! | `har` | recordings (HAR 1.2) and the bodies in them |
//! | `examples` | the examples in a document, as if they had been recorded |
//! | `route` | the operation and the version of a recorded request |
//! | `exchange` | the replay of one exchange |
//! | `compare` | the comparison of received JSON with the JSON that its value is encoded to |
//! | `leaves` | the share of a body that typed fields hold |
//! | `place` | parsed paths in bodies and documents |
//! | `propose` | proposed corrections of the document, for a person to review |
//! | `report` | the report, for people and for programs |
//!
//! This crate names no operation and no schema: all of them come from the registry.

pub mod compare;
pub mod examples;
pub mod exchange;
pub mod har;
pub mod leaves;
pub mod place;
pub mod propose;
pub mod report;
pub mod route;
