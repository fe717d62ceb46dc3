//! Replays recorded exchanges with the types that a caller of each operation gets.
//!
//! | room | what it holds |
//! |---|---|
//! | `har` | recordings (HAR 1.2) and the bodies in them |
//! | `examples` | the examples in a document, as if they had been recorded |
//! | `route` | from a recorded request to the operation and its version |
//! | `exchange` | one exchange, replayed |
//! | `compare` | what was received against what is written again |
//! | `leaves` | how much of a body typed fields hold |
//! | `place` | paths in bodies and documents, taken apart |
//! | `propose` | corrections of the document by what was found, for a person to review |
//! | `report` | all of it, for people and for machines |
//!
//! Knows no operation and no schema by name: everything comes from the registry.

pub mod compare;
pub mod examples;
pub mod exchange;
pub mod har;
pub mod leaves;
pub mod place;
pub mod propose;
pub mod report;
pub mod route;
