//! Waiting for a future on a thread that may block, and detecting threads that may not.
//!
//! `Runtime::block_on` panics on a thread that runs async code, and Tokio can't tell in
//! advance which thread does. So this module waits itself, with the runtime's handle
//! entered: the thread of that runtime drives connections and timers, and wakes the
//! waiting thread.

use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::runtime::Handle;
use tokio::task::coop;

/// Waits for a future while the runtime drives its connections and timers.
pub(super) fn wait<F: Future>(runtime: &Handle, future: F) -> F::Output {
    let _entered = runtime.enter();
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(signal.clone());
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => signal.wait(),
        }
    }
}

/// A signal that wakes a thread. Not `thread::park`, whose single token is shared by
/// everything that parks on a thread.
#[derive(Default)]
struct Signal {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    /// Waits until the signal is set, and resets it.
    fn wait(&self) {
        let mut is_set = self.is_set.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_set {
            is_set = self.changed.wait(is_set).unwrap_or_else(PoisonError::into_inner);
        }
        *is_set = false;
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.is_set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_one();
    }
}

/// A number above the budget of any Tokio task, which is 128 in Tokio 1.
const BUDGET: usize = 1024;

/// Returns true if Tokio runs async code on this thread, which a blocking wait would
/// stall.
///
/// Being inside a runtime is not enough: a thread of `spawn_blocking`, one in
/// `block_in_place`, and one that entered a runtime may block. Only async code has a
/// task budget that runs out, so the budget distinguishes async code from those
/// threads.
pub(super) fn is_async() -> bool {
    if Handle::try_current().is_err() {
        return false;
    }
    let mut context = Context::from_waker(Waker::noop());
    // Dropping it returns the budget to the task.
    let Poll::Ready(_restored) = coop::poll_proceed(&mut context) else { return true };
    for _ in 0..BUDGET {
        if !coop::has_budget_remaining() {
            return true;
        }
        match coop::poll_proceed(&mut context) {
            Poll::Ready(spent) => spent.made_progress(),
            Poll::Pending => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::task::{block_in_place, consume_budget, spawn_blocking, yield_now};

    use super::*;

    #[test]
    fn only_async_code_is_async() {
        assert!(!is_async());
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        let entered = runtime.enter();
        assert!(!is_async());
        drop(entered);
        runtime.block_on(async {
            assert!(is_async());
            assert!(!block_in_place(is_async));
            assert!(!spawn_blocking(is_async).await.unwrap());
            assert!(!std::thread::spawn(is_async).join().unwrap());
            let task = async { (is_async(), block_in_place(is_async), is_async()) };
            assert_eq!(tokio::spawn(task).await.unwrap(), (true, false, true));
            let nested =
                spawn_blocking(|| Handle::current().block_on(async { is_async() }));
            assert!(nested.await.unwrap());
        });
        let one = Builder::new_current_thread().enable_all().build().unwrap();
        assert!(one.block_on(async { is_async() }));
        let local = tokio::task::LocalSet::new();
        assert!(local.block_on(&one, async { is_async() }));
        assert!(!is_async());
    }

    #[tokio::test]
    async fn the_question_leaves_the_budget_of_the_task_as_it_was() {
        yield_now().await;
        for spent in [0, 1, 50, 127] {
            let left = || {
                let mut context = Context::from_waker(Waker::noop());
                let mut left = 0;
                while let Poll::Ready(unit) = coop::poll_proceed(&mut context) {
                    unit.made_progress();
                    left += 1;
                }
                left
            };
            let measure = async |asks: bool| {
                yield_now().await;
                for _ in 0..spent {
                    consume_budget().await;
                }
                assert!(!asks || is_async());
                left()
            };
            assert_eq!(measure(true).await, measure(false).await, "{spent}");
        }
    }

    #[test]
    fn a_wake_is_not_lost_wherever_it_comes_from() {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        for _ in 0..200 {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            runtime.spawn(async { sender.send(1) });
            assert_eq!(wait(runtime.handle(), receiver), Ok(1));
        }
        let slept =
            async { tokio::time::sleep(std::time::Duration::from_millis(1)).await };
        wait(runtime.handle(), slept);
    }
}
