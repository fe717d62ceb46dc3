//! The process that reads a profile: this program again, in the environment of a
//! desktop.

use std::process::Command;
use std::sync::{Arc, Mutex};

use atlas_admin_runtime::transport::{Body, BoxFuture, Request, TransportError};
use atlas_admin_runtime::{ClientBuilder, Transport};

use crate::loopback::api::get;

const PROFILE: &str = "ATLAS_TEST_PROFILE";
/// The prefix of the line with its result.
const RESULT: &str = "result of the part: ";

/// Returns a command that runs this program again, to read a profile.
pub(crate) fn command(profile: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "secrets::part::reads_the_profile", "--ignored"]);
    command.arg("--nocapture").env(PROFILE, profile);
    command
}

/// Returns the result of the other process: the credentials as `Debug` prints them and
/// the first `Authorization` header, or the error.
pub(crate) fn result(command: &mut Command) -> Result<String, String> {
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let Some((_, result)) = text.split_once(RESULT) else {
        panic!("{} {text}", String::from_utf8_lossy(&output.stderr));
    };
    let line = result.lines().next().unwrap();
    match line.split_once(' ').unwrap() {
        ("ok", value) => Ok(value.to_owned()),
        (_, error) => Err(error.to_owned()),
    }
}

/// Records the `Authorization` header of the first request, and breaks the connection.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<String>>>);

impl Transport for Kept {
    fn send(
        &self,
        request: Request,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let header = request.headers.get("authorization");
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        self.0.lock().unwrap().get_or_insert(header.unwrap_or_default());
        let mut refused = http::Response::new(bytes::Bytes::new().into());
        *refused.status_mut() = http::StatusCode::NOT_FOUND;
        Box::pin(async { Ok(refused) })
    }
}

// Inside async code: a keyring must not conflict with a program's runtime.
#[tokio::test]
#[ignore = "a part of the other tests"]
async fn reads_the_profile() {
    let Ok(profile) = std::env::var(PROFILE) else { return };
    let line = match ClientBuilder::from_profile(&profile) {
        Ok(builder) => {
            let kept = Kept::default();
            let debug = format!("{builder:?}");
            let client = builder.transport(kept.clone()).build().unwrap();
            _ = get().send(&client).await;
            let header = kept.0.lock().unwrap().clone();
            format!("ok {} {debug}", header.unwrap_or_default())
        }
        Err(error) => format!("error {error}"),
    };
    println!("\n{RESULT}{line}");
}
