//! Secrets that are read from a keyring, and the errors if they can't be.

use std::time::{Duration, Instant};

use super::desktop::Desktop;
use super::part;

const PROFILES: &str = r#"
    version = 2
    [account]
    auth_type = "service_account"
    [login]
    auth_type = "user_account"
    org_id = "o1"
    [key]
    auth_type = "api_keys"
    [Untyped]
    org_id = "o1"
    [absent]
    auth_type = "api_keys"
"#;

/// Longer than the library's time limit for a keyring.
const LIMIT: Duration = Duration::from_secs(45);

#[test]
#[ignore = "needs gnome-keyring: .ci/run keyring"]
fn finds_what_another_program_stored() {
    let mut desktop = Desktop::start("finds");
    desktop.config(PROFILES);
    desktop.start_keyring();
    for (service, user, value) in [
        ("atlascli_account", "client_id", "mdb_sa_id_1"),
        ("atlascli_account", "client_secret", "mdb_sa_sk_1"),
        ("atlascli_login", "access_token", "token-of-login"),
        ("atlascli_login", "refresh_token", "hunter2"),
        ("atlascli_key", "public_api_key", "abcdefgh"),
        ("atlascli_key", "private_api_key", "hunter2"),
        ("atlascli_untyped", "access_token", "token-of-untyped"),
        ("atlascli_absent", "public_api_key", "abcdefgh"),
    ] {
        desktop.store(service, user, value);
    }
    let read = |profile| desktop.read(profile).unwrap();
    // `mdb_sa_id_1:mdb_sa_sk_1`
    let account = read("Account");
    assert!(account.starts_with("Basic bWRiX3NhX2lkXzE6bWRiX3NhX3NrXzE= "), "{account}");
    assert!(account.contains("ServiceAccount { id: \"mdb_sa_id_1\""), "{account}");
    assert!(read("login").starts_with("Bearer token-of-login "));
    assert!(read("untyped").starts_with("Bearer token-of-untyped "));
    let key = read("key");
    assert!(key.contains("ApiKey { public: \"abcdefgh\""), "{key}");
    assert!(!key.contains("hunter2"), "{key}");
    let absent = desktop.read("absent").unwrap_err();
    for part in ["atlascli_absent", "private_api_key", "`atlas auth login -P absent`"] {
        assert!(absent.contains(part), "{absent}");
    }

    desktop.lock();
    let start = Instant::now();
    let locked = desktop.read("login").unwrap_err();
    assert!(locked.contains("\"login\"") && locked.contains("locked"), "{locked}");
    assert!(start.elapsed() < LIMIT);
}

#[test]
#[ignore = "needs python3-secretstorage: .ci/run keyring"]
fn waits_for_a_prompt_that_is_completed() {
    let mut desktop = Desktop::start("answered");
    desktop.config(PROFILES);
    desktop.start_prompting("answers");
    assert!(desktop.read("login").unwrap().starts_with("Bearer hunter2 "));
}

#[test]
#[ignore = "needs python3-secretstorage: .ci/run keyring"]
fn dismisses_a_prompt_that_is_not_completed() {
    let mut desktop = Desktop::start("unanswered");
    desktop.config(PROFILES);
    let log = desktop.start_prompting("waits");
    let start = Instant::now();
    let error = desktop.read("login").unwrap_err();
    assert!(error.contains("did not respond within 30 seconds"), "{error}");
    assert!(start.elapsed() < LIMIT);
    let calls = std::fs::read_to_string(log).unwrap();
    assert!(calls.contains("Prompt\nDismiss\n"), "{calls}");
}

#[test]
#[ignore = "needs dbus-daemon: .ci/run keyring"]
fn says_what_is_not_there() {
    let desktop = Desktop::start("missing");
    desktop.config(PROFILES);
    let error = desktop.read("login").unwrap_err();
    assert!(error.contains("the session bus has no Secret Service"), "{error}");
    for address in ["unix:path=/nonexistent", "nonsense", ""] {
        let mut command = part::command("login");
        desktop.inside(&mut command).env("DBUS_SESSION_BUS_ADDRESS", address);
        let error = part::result(&mut command).unwrap_err();
        assert!(error.contains("no D-Bus session bus"), "{address}: {error}");
        assert!(error.contains("MONGODB_ATLAS_ACCESS_TOKEN"), "{error}");
    }
    let mut command = part::command("login");
    desktop.inside(&mut command).env_remove("DBUS_SESSION_BUS_ADDRESS");
    let error = part::result(&mut command).unwrap_err();
    assert!(error.contains("no D-Bus session bus"), "{error}");
}
