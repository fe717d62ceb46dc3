//! Recordings and examples, from the file to the report and to the proposed corrections.

mod command;
mod examples;
mod places;
mod propose;
mod recorded;
mod recordings;
