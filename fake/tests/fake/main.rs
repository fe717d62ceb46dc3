//! The fake of the service, called by our client, by plain HTTP requests, and as a program.
#![cfg(feature = "full")]

mod by_hand;
#[cfg(feature = "tls")]
mod clients;
mod conformance;
mod identity;
mod pages;
mod program;
mod resources;
mod running;
mod service;
