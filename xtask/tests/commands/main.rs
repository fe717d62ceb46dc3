//! The commands of `cargo xtask` as processes.

mod codegen;
mod diff;
mod spec;
mod update;
