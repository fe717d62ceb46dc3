//! The system's keyring, in which the Atlas CLI keeps the secrets of its profiles.
//!
//! The CLI stores each property as a separate item, with the Go library
//! `zalando/go-keyring`. This module reads these items and never writes any.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

#[cfg_attr(all(unix, not(target_vendor = "apple")), path = "keyring/secret_service.rs")]
#[cfg_attr(target_vendor = "apple", path = "keyring/keychain.rs")]
#[cfg_attr(windows, path = "keyring/credential_manager.rs")]
#[cfg_attr(not(any(unix, windows)), path = "keyring/none.rs")]
mod platform;

// The macOS module needs nothing of macOS, so its tests run everywhere.
#[cfg(all(test, unix, not(target_vendor = "apple")))]
#[expect(dead_code, reason = "the tests call what they need")]
mod keychain;

/// The time limit of a keyring: a person may have to type a password.
const LIMIT: Duration = Duration::from_secs(30);

/// The time limit for closing a prompt.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// Reads properties stored under a service, each `None` if there is no item.
///
/// Blocks for at most [`LIMIT`] and a second. Works on a separate thread, because the
/// caller's thread may run async code, in which Tokio and other runtimes forbid blocking
/// on a future.
///
/// # Errors
///
/// Returns why the keyring can't be read.
pub(super) fn read(
    service: &str,
    properties: &[&str],
) -> Result<Vec<Option<String>>, String> {
    let service = service.to_owned();
    let properties: Vec<String> =
        properties.iter().map(|name| (*name).to_owned()).collect();
    let (canceller, cancelled) = platform::cancellation();
    let work = move || {
        let read = platform::read(&service, &properties, cancelled)?;
        read.into_iter().map(|value| value.map(unwrap).transpose()).collect()
    };
    within(LIMIT, work, || platform::cancel(&canceller)).unwrap_or_else(Err)
}

/// Runs a function on a separate thread, and waits for it within the limit; then cancels
/// it.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
    cancel: impl FnOnce(),
) -> Result<T, String> {
    let (sender, receiver) = channel();
    let thread = thread::Builder::new().name("atlas-keyring".to_owned());
    // The receiver is gone if the time limit has passed.
    let thread = thread.spawn(move || _ = sender.send(work()));
    thread.map_err(|error| {
        format!("the system could not start a thread to read it: {error}")
    })?;
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            cancel();
            // Otherwise a program that ends now would leave the prompt on the screen.
            _ = receiver.recv_timeout(CANCEL_LIMIT);
            let limit = limit.as_secs();
            format!("it did not respond within {limit} seconds: unlock it first")
        }
        RecvTimeoutError::Disconnected => "the thread that read it panicked".to_owned(),
    })
}

/// Decodes a value, which the CLI's library encodes on macOS, and converts it to text.
fn unwrap(value: Vec<u8>) -> Result<String, String> {
    let broken = |_| "one of its items can't be decoded".to_owned();
    let text = String::from_utf8(value).map_err(|_| "one of its items is not text")?;
    let text = text.trim();
    let decoded = if let Some(encoded) = text.strip_prefix("go-keyring-base64:") {
        BASE64_STANDARD.decode(encoded).map_err(|_| broken(()))?
    } else if let Some(encoded) = text.strip_prefix("go-keyring-encoded:") {
        hex(encoded).ok_or(()).map_err(broken)?
    } else {
        return Ok(text.to_owned());
    };
    String::from_utf8(decoded).map_err(|_| broken(()))
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_the_wrapping_of_macos() {
        for (stored, value) in [
            ("mdb_sa_sk_a-B_c\n", Some("mdb_sa_sk_a-B_c")),
            ("go-keyring-base64:bWRiX3NhX3Nr", Some("mdb_sa_sk")),
            ("go-keyring-encoded:6d64625f73615f736B", Some("mdb_sa_sk")),
            ("go-keyring-base64:", Some("")),
            ("go-keyring-base64:***", None),
            ("go-keyring-encoded:6d6", None),
            ("go-keyring-encoded:xx", None),
            ("go-keyring-encoded:ff", None),
        ] {
            let unwrapped = unwrap(stored.into());
            assert_eq!(unwrapped.as_deref().ok(), value, "{stored}");
        }
        assert!(unwrap(vec![0xff]).is_err());
    }

    #[test]
    fn waits_for_a_limited_time_and_survives_a_panic() {
        let (sender, receiver) = channel::<()>();
        let late = within(Duration::ZERO, move || receiver.recv(), || drop(sender));
        assert!(late.unwrap_err().contains("did not respond"));
        let broken: Result<(), _> = within(LIMIT, || panic!("in a dependency"), || ());
        assert!(broken.unwrap_err().contains("panicked"));
        assert_eq!(within(LIMIT, || 1, || ()), Ok(1));
    }
}
