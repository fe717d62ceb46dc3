//! The parts of a desktop that a keyring needs: a session bus, a home folder and a
//! Secret Service.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::part;

/// Debian's Python, which has the modules of Debian's packages.
const PYTHON: &str = "/usr/bin/python3";

/// A bus that starts no services itself, so that no prompt and no second keyring appear.
const BUS: &str = r#"<busconfig>
    <type>session</type>
    <listen>unix:dir=FOLDER</listen>
    <auth>EXTERNAL</auth>
    <policy context="default">
        <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
    </policy>
</busconfig>"#;

/// A session bus in a separate folder. It ends with the test, and so do its programs.
pub(crate) struct Desktop {
    pub(crate) folder: PathBuf,
    address: String,
    processes: Vec<Child>,
}

impl Desktop {
    pub(crate) fn start(test: &str) -> Self {
        let name = format!("atlas-keyring-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("config/atlascli")).unwrap();
        let config = folder.join("bus.conf");
        let bus = BUS.replace("FOLDER", folder.to_str().unwrap());
        std::fs::write(&config, bus).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--nofork", "--print-address=1", "--config-file"]).arg(config);
        let mut daemon = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        let mut output = BufReader::new(daemon.stdout.take().unwrap());
        output.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("unix:"), "{address:?}");
        Self { folder, address, processes: vec![daemon] }
    }

    /// Writes the file of the Atlas CLI.
    pub(crate) fn config(&self, text: &str) {
        std::fs::write(self.folder.join("config/atlascli/config.toml"), text).unwrap();
    }

    /// Sets the environment of this desktop.
    pub(crate) fn inside<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", &self.folder)
            .env("XDG_RUNTIME_DIR", &self.folder)
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
    }

    /// Starts GNOME's keyring, with an unlocked login collection.
    pub(crate) fn start_keyring(&mut self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        let command = self.inside(&mut command).stdin(Stdio::piped());
        let mut keyring = command.stdout(Stdio::null()).spawn().unwrap();
        keyring.stdin.take().unwrap().write_all(b"a password").unwrap();
        self.processes.push(keyring);
        self.until("the keyring is there", |desktop| {
            desktop.secret_tool(&["lookup", "no", "thing"], "").1.is_empty()
        });
    }

    /// Starts the keyring of `prompting.py`, and returns the file with its calls.
    pub(crate) fn start_prompting(&mut self, mode: &str) -> PathBuf {
        let log = self.folder.join("calls");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/secrets/prompting.py");
        let mut command = Command::new(PYTHON);
        let command = self.inside(command.args([script, mode]).arg(&log));
        self.processes.push(command.spawn().unwrap());
        self.until("the service is there", |desktop| {
            desktop.secret_tool(&["lookup", "no", "thing"], "");
            log.exists()
        });
        log
    }

    /// Stores an item in the Atlas CLI's form.
    pub(crate) fn store(&self, service: &str, user: &str, value: &str) {
        let label = format!("--label=Password for '{user}' on '{service}'");
        let arguments = ["store", &label, "service", service, "username", user];
        let (is_success, errors) = self.secret_tool(&arguments, value);
        assert!(is_success, "{errors}");
    }

    /// Locks the login collection.
    pub(crate) fn lock(&self) {
        let script = "import secretstorage\n\
                      bus = secretstorage.dbus_init()\n\
                      secretstorage.get_default_collection(bus).lock()";
        let mut command = Command::new(PYTHON);
        assert!(self.inside(command.args(["-c", script])).status().unwrap().success());
    }

    /// Reads a profile in a process of this desktop.
    pub(crate) fn read(&self, profile: &str) -> Result<String, String> {
        part::result(self.inside(&mut part::command(profile)))
    }

    /// Returns whether the tool succeeded, and its error output.
    fn secret_tool(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let mut command = Command::new("secret-tool");
        let command = self.inside(command.args(arguments)).stdin(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), errors)
    }

    fn until(&self, what: &str, is_done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !is_done(self) {
            assert!(Instant::now() < end, "it does not become true that {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            _ = process.kill();
            _ = process.wait();
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}
