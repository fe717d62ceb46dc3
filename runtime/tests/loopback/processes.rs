//! Processes that share a token through a file.
//!
//! Each process is this program, started again with a variable that selects its part and
//! folder.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use atlas_admin_runtime::transport::reqwest::TlsBackend;
use atlas_admin_runtime::{Client, FileStore, TokenStore};

use super::api::{get, service_account};
use super::certificate::ROOT;
use super::server::{Reply, Server};
use super::tls;

/// Longer than anything here takes, and shorter than the wait for the lock (10 seconds).
const SOON: Duration = Duration::from_secs(8);

/// The folder of a test, which other processes may share. It is removed with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let name = format!("atlas-{test}-{}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        _ = std::fs::remove_dir_all(&folder.0);
        std::fs::create_dir(&folder.0).unwrap();
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn store(&self) -> FileStore {
        FileStore::new(self.path("tokens.json"))
    }

    /// Returns a command that runs this program again, for one test as a part of
    /// another.
    fn command(&self, test: &str, part: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let name = format!("loopback::processes::{test}");
        command.args(["--exact", &name]).env(PART, part).env(FOLDER, &self.0);
        command
    }

    /// Writes the Atlas CLI's file to its place on Linux, macOS and Windows.
    fn write_profiles(&self, text: &str) {
        for place in [".config", "Library/Application Support", "AppData"] {
            let place = self.path(place).join("atlascli");
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("config.toml"), text).unwrap();
        }
    }

    /// Makes this folder a program's home, and removes credentials from its environment.
    fn enter(&self, command: &mut Command) {
        command.env("HOME", &self.0).env_remove("XDG_CONFIG_HOME");
        command.env("AppData", self.path("AppData"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["MONGODB_ATLAS_", "MCLI_"].iter().any(|prefix| text.starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
    }

    fn start(&self, test: &str, part: &str) -> Process {
        Process::start(&mut self.command(test, part))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

const PART: &str = "ATLAS_TEST_PART";
const FOLDER: &str = "ATLAS_TEST_FOLDER";

/// Returns the part of this process, and its store.
fn part() -> Option<(String, PathBuf, FileStore)> {
    let part = std::env::var(PART).ok()?;
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let store = FileStore::new(folder.join("tokens.json"));
    Some((part, folder, store))
}

/// A process that is killed with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    async fn succeeds(mut self) {
        let status = loop {
            match self.0.try_wait().unwrap() {
                Some(status) => break status,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        assert!(status.success(), "{status}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_process_reads_its_environment_and_its_profiles() {
    let test = "a_process_reads_its_environment_and_its_profiles";
    if let Some((url, ..)) = part() {
        let debug = format!("{:?}", Client::from_env().unwrap());
        assert!(debug.contains("ApiKey") && debug.contains(&url), "{debug}");
        let debug = format!("{:?}", Client::from_profile("work").unwrap());
        assert!(debug.contains("ServiceAccount") && debug.contains(&url), "{debug}");
        let error = Client::from_profile("other").unwrap_err().to_string();
        assert!(error.contains("config.toml") && error.contains("other"), "{error}");
        return;
    }
    let folder = Folder::new("told");
    let url = "http://127.0.0.1:9999";
    let profile = format!(
        "[work]\nclient_id = \"id\"\nclient_secret = \"s\"\nops_manager_url = \"{url}\"\n"
    );
    folder.write_profiles(&profile);
    let start = |variables: [(&str, &str); 2]| {
        let mut command = folder.command(test, url);
        folder.enter(&mut command);
        Process::start(command.envs(variables).env("MONGODB_ATLAS_BASE_URL", url))
    };
    for variables in [
        ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
        ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"],
    ] {
        start(variables.map(|variable| (variable, "x"))).succeeds().await;
    }
}

#[tokio::test]
async fn one_infers_what_its_surroundings_have() {
    let test = "one_infers_what_its_surroundings_have";
    if let Some((part, ..)) = part() {
        let inferred = Client::infer();
        if part == "nothing" {
            let error = inferred.unwrap_err().to_string();
            for place in
                ["MONGODB_ATLAS_ACCESS_TOKEN", "config.toml", "`atlas auth login`"]
            {
                assert!(error.contains(place), "{error}");
            }
            return;
        }
        let client = inferred.unwrap();
        let debug =
            format!("{client:?} {:?} {:?}", client.org_id(), client.project_id());
        assert!(part.split(' ').all(|part| debug.contains(part)), "{debug} {part}");
        return;
    }
    let folder = Folder::new("inferred");
    let start = |expected, variables: &[(&str, &str)]| {
        let mut command = folder.command(test, expected);
        folder.enter(&mut command);
        Process::start(command.envs(variables.iter().copied()))
    };
    start("nothing", &[]).succeeds().await;
    folder.write_profiles(
        "[work]\naccess_token = \"t\"\norg_id = \"o1\"\nproject_id = \"p1\"\n",
    );
    let token = ("MONGODB_ATLAS_ACCESS_TOKEN", "t");
    let key =
        [("MONGODB_ATLAS_PUBLIC_API_KEY", "x"), ("MONGODB_ATLAS_PRIVATE_API_KEY", "y")];
    let named = ("MONGODB_ATLAS_PROFILE", "Work");
    start("AccessToken \"o1\" \"p1\"", &[]).succeeds().await;
    start("AccessToken \"o1\"", &[named]).succeeds().await;
    start("ApiKey None", &key).succeeds().await;
    start("ApiKey \"o1\"", &[key[0], key[1], named]).succeeds().await;
    let id = ("MONGODB_ATLAS_ORG_ID", "o2");
    start("AccessToken \"o2\" \"p1\"", &[id]).succeeds().await;
    start("AccessToken \"o2\" None", &[id, token]).succeeds().await;
}

#[tokio::test]
async fn a_platform_without_certificates_is_reported_and_trusts_given_ones() {
    if part().is_some() {
        let build =
            |url| Client::builder().base_url(url).tls_backend(TlsBackend::Rustls);
        let built = build("https://cloud.mongodb.com").build();
        if cfg!(feature = "webpki-roots") {
            built.unwrap();
        } else {
            let error = built.unwrap_err().to_string();
            for part in [
                "No CA certificates",
                "ca-certificates",
                "SSL_CERT_FILE",
                "`root_certificates`",
                "`webpki-roots`",
            ] {
                assert!(error.contains(part) && !error.contains('\n'), "{error}");
            }
        }
        // Without TLS, no certificates are needed.
        build("http://127.0.0.1:9999").build().unwrap();
        let url = tls::start().await;
        let client = build(&url).root_certificates(ROOT).build().unwrap();
        assert_eq!(get().send(&client).await.unwrap()["id"], "1");
        return;
    }
    let folder = Folder::new("scratch");
    let test = "a_platform_without_certificates_is_reported_and_trusts_given_ones";
    let mut command = folder.command(test, "scratch");
    // Where the platform's list is a file: macOS and Windows always have theirs.
    if cfg!(target_os = "linux") {
        command.env("SSL_CERT_FILE", "/dev/null").env("SSL_CERT_DIR", "/nonexistent");
        Process::start(&mut command).succeeds().await;
    }
}

async fn appears(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn those_that_start_at_once_request_one_token() {
    if let Some((url, _, store)) = part() {
        let client = Client::builder().base_url(url).credentials(service_account());
        get().send(&client.token_store(store).build().unwrap()).await.unwrap();
        return;
    }
    let server = Server::start(|_, seen| match seen.target.as_str() {
        "/api/oauth/token" => {
            let token = r#"{"access_token":"t","expires_in":3600}"#;
            // So that all of them request one before there is one.
            Reply::new(200, &[], token).after(Duration::from_millis(500))
        }
        _ => Reply::json("{}"),
    })
    .await;
    let folder = Folder::new("at-once");
    let test = "those_that_start_at_once_request_one_token";
    let processes: Vec<_> = (0..6).map(|_| folder.start(test, &server.url)).collect();
    for process in processes {
        process.succeeds().await;
    }
    assert_eq!((server.count("POST"), server.count("GET")), (1, 6));
}

#[tokio::test]
async fn one_process_at_a_time_holds_the_lock() {
    if let Some((_, folder, store)) = part() {
        let inside = folder.join("inside");
        for _ in 0..10 {
            let lock = store.lock().await;
            // Fails if another process holds the lock as well.
            OpenOptions::new().write(true).create_new(true).open(&inside).unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            std::fs::remove_file(&inside).unwrap();
            drop(lock);
        }
        return;
    }
    let folder = Folder::new("turns");
    let start = || folder.start("one_process_at_a_time_holds_the_lock", "turns");
    let processes: Vec<_> = (0..4).map(|_| start()).collect();
    for process in processes {
        process.succeeds().await;
    }
}

#[tokio::test]
async fn the_lock_lasts_as_long_as_its_process() {
    if let Some((_, folder, store)) = part() {
        let _lock = store.lock().await;
        File::create(folder.join("inside")).unwrap();
        return std::future::pending().await;
    }
    let folder = Folder::new("death");
    let process = folder.start("the_lock_lasts_as_long_as_its_process", "hold");
    tokio::time::timeout(SOON, appears(&folder.path("inside"))).await.unwrap();
    // However long it takes: a slow process is not taken for a dead one.
    let lock = File::options().write(true).open(folder.path("tokens.json.lock"));
    let lock = lock.unwrap();
    let made = lock.metadata().unwrap().modified().unwrap();
    lock.set_modified(made - Duration::from_secs(3600)).unwrap();
    let store = folder.store();
    let meanwhile = tokio::time::timeout(Duration::from_millis(300), store.lock());
    assert!(meanwhile.await.is_err(), "two processes have the turn");
    // And no wait for a process that has died.
    drop(process);
    assert!(tokio::time::timeout(SOON, store.lock()).await.is_ok());
}
