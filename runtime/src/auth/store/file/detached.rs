//! File operations that may hang, on threads that no runtime waits for.
//!
//! The threads are not Tokio's blocking threads: a runtime waits for those when it is
//! dropped, so an unreachable mount would keep a program from ending.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use std::{io, thread};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};

use crate::clock::{self, SystemClock};

/// The time limit of a file operation.
const LIMIT: Duration = Duration::from_secs(2);

/// The limit of threads in a process. A thread whose operation hangs counts until the
/// operation ends.
static THREADS: Semaphore = Semaphore::const_new(16);

/// The last operation that exceeded the limit: the pointer is alive until that operation
/// ends.
#[derive(Debug, Default)]
pub(super) struct Late(Mutex<Weak<()>>);

impl Late {
    fn is_alive(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
    }

    fn set(&self, work: Weak<()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = work;
    }
}

/// Runs an operation on a dedicated thread and waits for it.
///
/// Returns `None` if the operation takes longer than the limit, and at once if an
/// earlier operation that exceeded the limit is still running. An operation that has
/// started continues when the future is dropped.
pub(super) async fn run<T: Send + 'static>(
    late: &Late,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Option<io::Result<T>> {
    if late.is_alive() {
        return None;
    }
    let alive = Arc::new(());
    let running = Arc::downgrade(&alive);
    let done = async {
        let permit = THREADS.acquire().await.ok()?;
        let (sender, receiver) = oneshot::channel();
        let work = move || {
            let _counted = (permit, alive);
            _ = sender.send(work());
        };
        let thread = thread::Builder::new().name("atlas-admin-file".to_owned());
        match thread.spawn(work) {
            Ok(_) => receiver.await.ok(),
            Err(error) => Some(Err(error)),
        }
    };
    // Without a runtime there is no timer.
    let done = match Handle::try_current() {
        Ok(_) => clock::within(&SystemClock, LIMIT, done).await.flatten(),
        Err(_) => done.await,
    };
    if done.is_none() {
        late.set(running);
    }
    done
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_hangs_is_not_waited_for_nor_begun_again() {
        let late = Late::default();
        let (free, hangs) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        let hanging = run(&late, move || {
            _ = hangs.recv();
            _ = ended.send(());
            Ok(())
        });
        assert!(hanging.await.is_none());
        let meanwhile = run(&late, || -> io::Result<()> { panic!("a second thread") });
        assert!(meanwhile.await.is_none());
        assert!(late.is_alive());
        drop(free);
        end.recv().unwrap();
        while late.is_alive() {
            thread::yield_now();
        }
        // A paused clock would run ahead of the thread.
        tokio::time::resume();
        assert!(run(&late, || Ok(())).await.is_some());
    }

    #[test]
    fn work_that_hangs_keeps_no_runtime_from_ending() {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().unwrap();
        let (free, hangs) = mpsc::channel::<()>();
        let (late, (ended, end)) = (Late::default(), mpsc::channel());
        let hanging = run(&late, move || {
            _ = hangs.recv();
            _ = ended.send(());
            Ok(())
        });
        assert!(runtime.block_on(hanging).is_none());
        // This would wait for one of Tokio's blocking threads, which only the next line
        // ends.
        drop(runtime);
        drop(free);
        end.recv().unwrap();
    }
}
