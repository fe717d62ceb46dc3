//! macOS: generic passwords of the login keychain.
//!
//! This module reads them with the program `security`, with which the Atlas CLI stores
//! them. So the keychain trusts that program, and doesn't ask the user.

use std::process::Command;

/// The exit code of `security` if there is no such item (`errSecItemNotFound`).
const NOT_FOUND: i32 = 44;

pub(super) fn cancellation() -> ((), ()) {
    ((), ())
}

pub(super) fn cancel((): &()) {}

/// Reads the items of a service.
pub(super) fn read(
    service: &str,
    properties: &[String],
    (): (),
) -> Result<Vec<Option<Vec<u8>>>, String> {
    properties
        .iter()
        .map(|property| item("/usr/bin/security", service, property))
        .collect()
}

fn item(program: &str, service: &str, user: &str) -> Result<Option<Vec<u8>>, String> {
    let mut command = Command::new(program);
    command.args(["find-generic-password", "-s", service, "-a", user, "-w"]);
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    match output.status.code() {
        Some(0) => Ok(Some(output.stdout)),
        Some(NOT_FOUND) => Ok(None),
        _ => {
            let reason = String::from_utf8_lossy(&output.stderr);
            Err(format!("{program} ended with {}: {}", output.status, reason.trim()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_output_and_distinguishes_an_absence_from_a_failure() {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/secrets/security");
        let read = |user| item(program, "atlascli_work", user);
        let stored = read("client_id").unwrap().map(crate::client::keyring::unwrap);
        assert_eq!(stored, Some(Ok("mdb_sa_id".to_owned())));
        assert_eq!(read("client_secret"), Ok(None));
        let message = read("access_token").unwrap_err();
        assert!(message.ends_with("security: the keychain is locked"), "{message}");
        assert!(item("/nonexistent/security", "a", "b").is_err());
    }
}
