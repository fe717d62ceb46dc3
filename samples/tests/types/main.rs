//! Every type of the generated crate decodes JSON that is made from its schema.
//!
//! The samples know the document and nothing of the types. The registry has the type of each body
//! of each operation-version pair.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use peak_alloc::PeakAlloc;

mod hostile;
mod memory;
mod misfit;
mod samples;
mod schema;
mod target;
mod valid;
mod write;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A test that counts memory has it to write, and any other to read: memory is counted for the
/// whole process.
static TURN: RwLock<()> = RwLock::new(());

/// Waits until no other test of this program runs.
fn alone() -> RwLockWriteGuard<'static, ()> {
    TURN.write().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until no test runs that counts memory.
fn beside_others() -> RwLockReadGuard<'static, ()> {
    TURN.read().unwrap_or_else(PoisonError::into_inner)
}
