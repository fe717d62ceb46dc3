use super::super::tests::{keeps, load, token};
use super::*;
use crate::clock;

/// A folder that is removed with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("atlas-{:x}", clock::random()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn store(&self) -> FileStore {
        FileStore::new(self.path("tokens"))
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Checks that a store doesn't use its file, and that the error contains `part`.
async fn refuses(store: &FileStore, part: &str) {
    let results = [
        store.load("a").await.map(drop),
        store.save("a", &token("1")).await,
        store.remove("a").await,
    ];
    for result in results {
        let error = result.unwrap_err().to_string();
        let path = store.path.to_str().unwrap();
        assert!(error.contains(part) && error.contains(path), "{error}");
    }
    // Nor does it wait for the lock.
    assert!(store.lock_file().await.is_err());
}

#[tokio::test]
async fn a_file_keeps_the_last_token_of_each_key() {
    let folder = Folder::new();
    keeps(&folder.store()).await;
    assert_eq!(folder.names(), ["tokens"]);
}

#[tokio::test]
async fn a_file_that_the_store_did_not_write_stays_as_it_is() {
    for contents in [
        "# Read me",
        "{}",
        "[1]",
        r#"{"version":1,"access_token":"x"}"#,
        r#"{"atlas-admin tokens":1,"tokens":[]}"#,
        "\0\0\0",
        "{\"atlas-admin tokens\":1,\"tokens\":{",
    ] {
        let folder = Folder::new();
        std::fs::write(folder.path("tokens"), contents).unwrap();
        refuses(&folder.store(), "is not a token file of this crate").await;
        assert_eq!(std::fs::read_to_string(folder.path("tokens")).unwrap(), contents);
        assert_eq!(folder.names(), ["tokens"]);
    }
    let folder = Folder::new();
    let later = r#"{"atlas-admin tokens":2,"tokens":{}}"#;
    std::fs::write(folder.path("tokens"), later).unwrap();
    refuses(&folder.store(), "another version of this crate").await;
    assert_eq!(std::fs::read_to_string(folder.path("tokens")).unwrap(), later);
}

#[tokio::test]
async fn an_empty_file_is_taken_over() {
    let folder = Folder::new();
    std::fs::write(folder.path("tokens"), "").unwrap();
    keeps(&folder.store()).await;
}

#[tokio::test]
async fn nothing_is_made_to_remove_a_token() {
    let folder = Folder::new();
    folder.store().remove("a").await.unwrap();
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn the_file_says_what_it_is() {
    let folder = Folder::new();
    folder.store().save("a", &token("1")).await.unwrap();
    let text = std::fs::read_to_string(folder.path("tokens")).unwrap();
    let expected = r#"{"atlas-admin tokens":1,"tokens":{"a":{"access_token":"1","expires_at":"2999-01-01T00:00:00Z"}}}"#;
    assert_eq!(text, expected);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn tokens_that_others_can_read_or_write_are_not_used_and_not_kept() {
        for exposed in [0o644, 0o620] {
            let folder = Folder::new();
            let (path, store) = (folder.path("tokens"), folder.store());
            store.save("a", &token("1")).await.unwrap();
            set_mode(&path, exposed);
            let error = store.load("a").await.unwrap_err().to_string();
            assert!(error.contains(&format!("(mode {exposed:04o})")), "{error}");
            store.save("b", &token("2")).await.unwrap();
            assert_eq!(mode(&path), 0o600);
            assert_eq!(load(&store, "a").await, None);
            assert_eq!(load(&store, "b").await.as_deref(), Some("2"));
        }
    }

    #[tokio::test]
    async fn an_empty_file_becomes_private_with_its_first_token() {
        let folder = Folder::new();
        std::fs::write(folder.path("tokens"), "").unwrap();
        set_mode(&folder.path("tokens"), 0o666);
        assert_eq!(load(&folder.store(), "a").await, None);
        folder.store().save("a", &token("1")).await.unwrap();
        assert_eq!(mode(&folder.path("tokens")), 0o600);
    }

    #[tokio::test]
    async fn a_file_of_another_user_is_not_used() {
        let folder = Folder::new();
        folder.store().save("a", &token("planted")).await.unwrap();
        // Only root can give files away; for other users, use a file of root's.
        let store = match chown(folder.path("tokens"), Some(4711), None) {
            Ok(()) => folder.store(),
            Err(_) => FileStore::new("/etc/passwd"),
        };
        refuses(&store, "belongs to user").await;
    }

    #[tokio::test]
    async fn what_is_no_regular_file_is_not_waited_for() {
        let folder = Folder::new();
        let path = folder.path("tokens");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        refuses(&folder.store(), "is not a regular file").await;
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        refuses(&folder.store(), "is not a regular file").await;
        refuses(&FileStore::new("/dev/null"), "is not a regular file").await;
    }

    #[tokio::test]
    async fn a_symbolic_link_is_not_followed() {
        let folder = Folder::new();
        let target = folder.path("target");
        FileStore::new(&target).save("a", &token("1")).await.unwrap();
        let written = std::fs::read(&target).unwrap();
        symlink(&target, folder.path("tokens")).unwrap();
        refuses(&folder.store(), "is a symbolic link").await;
        symlink(folder.path("missing"), folder.path("dangling")).unwrap();
        refuses(&FileStore::new(folder.path("dangling")), "is a symbolic link").await;
        assert_eq!(std::fs::read(&target).unwrap(), written);
        assert_eq!(folder.names(), ["dangling", "target", "tokens"]);
    }

    #[tokio::test]
    async fn the_lock_is_checked_as_the_file_is() {
        let folder = Folder::new();
        let (store, lock) = (folder.store(), folder.path("tokens.lock"));
        std::fs::write(&lock, "").unwrap();
        set_mode(&lock, 0o666);
        assert!(store.lock_file().await.unwrap().is_some());
        assert_eq!(mode(&lock), 0o600);
        std::fs::remove_file(&lock).unwrap();
        symlink(folder.path("made by a link"), &lock).unwrap();
        assert!(store.lock_file().await.is_err());
        assert_eq!(folder.names(), ["tokens.lock"]);
        std::fs::remove_file(&lock).unwrap();
        std::process::Command::new("mkfifo").arg(&lock).status().unwrap();
        assert!(store.lock_file().await.is_err());
        // A client continues without it.
        drop(store.lock().await);
    }
}

#[tokio::test]
async fn writers_at_once_never_tear_the_file() {
    let folder = Folder::new();
    let path = folder.path("tokens");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for round in 0..20 {
                    let token = token(&"x".repeat(1 + 97 * round * writer));
                    change(path, "a", Some(&token)).unwrap();
                    let Found::Tokens(tokens) = tokens::read(path).unwrap() else {
                        panic!("no tokens")
                    };
                    assert!(tokens.get("a").is_some());
                }
            });
        }
    });
}

#[tokio::test]
async fn what_expired_is_dropped() {
    let folder = Folder::new();
    let store = folder.store();
    let expired = AccessToken::new("1", "2000-01-01T00:00:00Z".parse().unwrap());
    store.save("a", &expired).await.unwrap();
    assert_eq!(load(&store, "a").await.as_deref(), Some("1"));
    store.save("b", &token("2")).await.unwrap();
    assert_eq!(load(&store, "a").await, None);
    assert_eq!(load(&store, "b").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn one_client_at_a_time_has_the_lock() {
    let folder = Folder::new();
    let store = folder.store();
    let lock = store.lock().await;
    let other = tokio::spawn({
        let store = store.clone();
        async move { drop(store.lock().await) }
    });
    tokio::task::yield_now().await;
    assert!(!other.is_finished());
    drop(lock);
    other.await.unwrap();
}
