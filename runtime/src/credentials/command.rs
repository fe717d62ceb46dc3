//! Credentials from a command, such as `atlas auth token`, or those of 1Password and
//! Vault.

use std::ffi::OsString;
use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Credentials, CredentialsProvider, expiry};
use crate::transport::{BoxError, BoxFuture};

/// The time after which a command is run again if the expiry of its output is unknown.
const REFRESH: Duration = Duration::from_secs(10 * 60);

/// The time limit of a command: it may wait for a fingerprint.
const TIMEOUT: Duration = Duration::from_secs(50);

/// The largest output that is read, in bytes.
const LIMIT: u64 = 64 << 10;

/// A provider that runs a command whose output is the secret. Runs the command again
/// before the secret expires, at least every 10 minutes while the client sends requests,
/// and when the service refuses the secret.
///
/// The command gets no input, and its error output goes to that of the program. White
/// space around the output is removed. A command that fails, takes longer than 50
/// seconds or prints nothing is an error.
///
/// ```
/// use atlas_admin_runtime::{Client, CommandCredentials};
///
/// // The login of the Atlas CLI.
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

/// The kind of credentials that the output belongs to.
#[derive(Clone, Debug)]
enum Kind {
    ServiceAccount(String),
    ApiKey(String),
    AccessToken,
}

impl CommandCredentials {
    /// Creates a provider of a service account from its client ID, and the command that
    /// prints its secret.
    pub fn service_account(
        id: impl Into<String>,
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self::new(Kind::ServiceAccount(id.into()), program.into(), arguments)
    }

    /// Creates a provider of an API key from its public part, and the command that
    /// prints its private part.
    pub fn api_key(
        public: impl Into<String>,
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self::new(Kind::ApiKey(public.into()), program.into(), arguments)
    }

    /// Creates a provider of an access token from the command that prints it. The expiry
    /// is read from the token if it is a JWT (RFC 7519), as Atlas's tokens are.
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
            return Err(format!(
                "prints more than {LIMIT} bytes, which can't be a secret"
            ));
        }
        running.succeeded().await?;
        let text = String::from_utf8(bytes)
            .map_err(|_| "prints text that is not UTF-8".to_owned())?;
        match text.trim() {
            "" => Err("prints nothing".to_owned()),
            text => Ok(text.to_owned()),
        }
    }
}

/// A running command, killed on drop.
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
    /// Kills the command if it is still running.
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            _ = self.0.kill();
            // Otherwise it would stay in the process table.
            _ = self.0.wait();
        }
    }
}

/// Omits the arguments, because one may be a password.
impl fmt::Debug for CommandCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCredentials")
            .field("kind", &self.kind)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}
