//! Programs that are started and stopped with a test.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running program. Dropping it ends it.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program and waits until it responds on its port.
    pub(crate) fn start(command: &mut Command, port: u16, package: &str) -> Self {
        let program = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{program:?} is missing ({error}): install the package {package}")
        });
        let mut process = Self(child);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            if let Some(status) = process.0.try_wait().unwrap() {
                panic!("{program:?} ended: {status}");
            }
            assert!(Instant::now() < end, "{program:?} does not respond on port {port}");
            std::thread::sleep(Duration::from_millis(20));
        }
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM first, with which Apache also ends its child processes.
        _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if let Ok(Some(_)) = self.0.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Returns a free port.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Returns an empty folder for a test, which Apache's own user can access.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join("atlas-admin-peers").join(name);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
