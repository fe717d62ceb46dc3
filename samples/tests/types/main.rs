//! Every type of the generated crate decodes JSON that is made from its schema.
//!
//! The samples know the document and nothing of the types. The registry has the type of each body
//! of each operation-version pair.

use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Waits until no other test of this program runs: memory is counted for the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
