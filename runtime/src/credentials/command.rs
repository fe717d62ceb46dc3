//! Credentials from a command: `atlas auth token`, 1Password, Vault.

use std::ffi::OsString;
use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Credentials, CredentialsProvider, expiry};
use crate::transport::{BoxError, BoxFuture};

/// The time after which a command is run again where nothing tells when its output expires.
const REFRESH: Duration = Duration::from_secs(10 * 60);

/// The time that a command may take: it may wait for a finger on a sensor.
const TIMEOUT: Duration = Duration::from_secs(50);

/// The longest output that is read, in bytes.
const LIMIT: u64 = 64 << 10;

/// Runs a command whose output is the secret, and again before it expires, at the latest every
/// 10 minutes while the client sends requests, and when the service refuses it.
///
/// The command gets no input, and its messages (standard error) go where those of the program
/// go. White space around the output is left out. A command that fails, takes longer than
/// 50 seconds or prints nothing is an error.
///
/// ```
/// use atlas_admin_runtime::{Client, CommandCredentials};
///
/// // Who is logged in with the Atlas CLI.
/// let token = CommandCredentials::access_token("atlas", ["auth", "token"]);
/// // A service account whose secret is in 1Password.
/// let account = CommandCredentials::service_account(
///     "mdb_sa_id_…",
///     "op",
///     ["read", "op://infrastructure/atlas/secret"],
/// );
/// let client = Client::builder().credentials_provider(account).build()?;
/// # _ = token;
/// # Ok::<(), atlas_admin_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct CommandCredentials {
    kind: Kind,
    program: OsString,
    arguments: Vec<OsString>,
}

/// What the output is the secret of.
#[derive(Clone, Debug)]
enum Kind {
    ServiceAccount(String),
    ApiKey(String),
    AccessToken,
}

impl CommandCredentials {
    /// A service account: its client ID, and the command that prints its secret.
    pub fn service_account(
        id: impl Into<String>,
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self::new(Kind::ServiceAccount(id.into()), program.into(), arguments)
    }

    /// An API key: its public part, and the command that prints its private part.
    pub fn api_key(
        public: impl Into<String>,
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self::new(Kind::ApiKey(public.into()), program.into(), arguments)
    }

    /// An access token that the command prints. Of a token that is a JWT (RFC 7519), as those of
    /// Atlas are, the time is read at which it expires.
    pub fn access_token(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self::new(Kind::AccessToken, program.into(), arguments)
    }

    fn new(
        kind: Kind,
        program: OsString,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { kind, program, arguments }
    }

    fn credentials(&self, secret: String) -> Credentials {
        match &self.kind {
            Kind::ServiceAccount(id) => Credentials::service_account(id, secret),
            Kind::ApiKey(public) => Credentials::api_key(public, secret),
            Kind::AccessToken => Credentials {
                expires_at: expiry(&secret),
                ..Credentials::access_token(secret)
            },
        }
        .refresh_after(REFRESH)
    }
}

impl CredentialsProvider for CommandCredentials {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        Box::pin(async move {
            let name = self.program.to_string_lossy().into_owned();
            let secret = self.run().await.map_err(|what| format!("{name}: {what}"))?;
            Ok(Some(self.credentials(secret)))
        })
    }
}

impl CommandCredentials {
    async fn run(&self) -> Result<String, String> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("can't be run: {error}"))?;
        let output = child.stdout.take();
        let mut running = Running(child);
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            if let Some(output) = output {
                output.take(LIMIT + 1).read_to_end(&mut bytes)?;
            }
            Ok::<_, std::io::Error>(bytes)
        });
        let bytes = tokio::time::timeout(TIMEOUT, read)
            .await
            .map_err(|_| format!("took longer than {TIMEOUT:?}"))?
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())?;
        if bytes.len() as u64 > LIMIT {
            return Err(format!("prints more than {LIMIT} bytes, so no secret"));
        }
        running.succeeded().await?;
        let text = String::from_utf8(bytes).map_err(|_| "prints no UTF-8".to_owned())?;
        match text.trim() {
            "" => Err("prints nothing".to_owned()),
            text => Ok(text.to_owned()),
        }
    }
}

/// A command that runs, until this is dropped.
struct Running(Child);

impl Running {
    /// Waits for the end of a command that has closed its output.
    async fn succeeded(&mut self) -> Result<(), String> {
        let mut pause = Duration::from_millis(1);
        let end = tokio::time::timeout(TIMEOUT, async {
            loop {
                match self.0.try_wait() {
                    Ok(Some(status)) => return Ok(status),
                    Ok(None) => tokio::time::sleep(pause).await,
                    Err(error) => return Err(error.to_string()),
                }
                pause = (pause * 2).min(Duration::from_millis(100));
            }
        });
        let status =
            end.await.map_err(|_| format!("took longer than {TIMEOUT:?}"))??;
        match status.success() {
            true => Ok(()),
            false => Err(format!("ended with {status}")),
        }
    }
}

impl Drop for Running {
    /// Ends the command where nobody waits for it any more.
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            _ = self.0.kill();
            // Else it stays in the table of processes.
            _ = self.0.wait();
        }
    }
}

/// Prints no arguments: one may be a password.
impl fmt::Debug for CommandCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCredentials")
            .field("kind", &self.kind)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}
