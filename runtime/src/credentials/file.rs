//! Credentials in files, such as secrets that Kubernetes or Docker mounts.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Credentials, CredentialsProvider};
use crate::transport::{BoxError, BoxFuture};

/// The time after which the files are read again.
const REFRESH: Duration = Duration::from_secs(30);

/// The largest file that is read, in bytes. A secret has some tens.
const LIMIT: u64 = 64 << 10;

/// The number of times that two files are read until they belong together.
const READS: usize = 5;

/// A provider that reads credentials from files. Reads the files again every 30 seconds
/// while the client sends requests, and when the service refuses the credentials. White
/// space around a value is removed.
///
/// Gives no credentials if a file is missing, so that a [chain](crate::CredentialsChain)
/// continues.
///
/// ```
/// use atlas_admin_runtime::{Client, FileCredentials};
///
/// // A Kubernetes secret with two keys, mounted at /etc/atlas.
/// let files = FileCredentials::service_account("/etc/atlas/client_id", "/etc/atlas/client_secret");
/// let client = Client::builder().credentials_provider(files).build()?;
/// # Ok::<(), atlas_admin_runtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileCredentials(Files);

#[derive(Clone, Debug)]
enum Files {
    ServiceAccount { id: PathBuf, secret: PathBuf },
    ApiKey { public: PathBuf, private: PathBuf },
    AccessToken(PathBuf),
}

impl FileCredentials {
    /// Creates a provider of a service account from the files of its client ID and its
    /// secret.
    pub fn service_account(id: impl Into<PathBuf>, secret: impl Into<PathBuf>) -> Self {
        Self(Files::ServiceAccount { id: id.into(), secret: secret.into() })
    }

    /// Creates a provider of an API key from the files of its public and private part.
    pub fn api_key(public: impl Into<PathBuf>, private: impl Into<PathBuf>) -> Self {
        Self(Files::ApiKey { public: public.into(), private: private.into() })
    }

    /// Creates a provider of an access token from a file in which another process renews
    /// it.
    pub fn access_token(path: impl Into<PathBuf>) -> Self {
        Self(Files::AccessToken(path.into()))
    }
}

impl CredentialsProvider for FileCredentials {
    fn provide(&self) -> BoxFuture<'_, Result<Option<Credentials>, BoxError>> {
        let files = self.0.clone();
        Box::pin(async move {
            // A mounted volume may be on a network.
            let read = tokio::task::spawn_blocking(move || read_all(&files));
            let credentials = read.await??;
            Ok(credentials.map(|credentials| credentials.refresh_after(REFRESH)))
        })
    }
}

fn read_all(files: &Files) -> Result<Option<Credentials>, BoxError> {
    Ok(match files {
        Files::ServiceAccount { id, secret } => pair(id, secret)?
            .map(|(id, secret)| Credentials::service_account(id, secret)),
        Files::ApiKey { public, private } => pair(public, private)?
            .map(|(public, private)| Credentials::api_key(public, private)),
        Files::AccessToken(path) => read(path)?.map(Credentials::access_token),
    })
}

/// Reads two files that belong together. They may be replaced one after the other, or
/// both at once between two reads.
fn pair(first: &Path, second: &Path) -> Result<Option<(String, String)>, BoxError> {
    let mut before = None;
    for _ in 0..READS {
        let now = (read(first)?, read(second)?);
        if before.as_ref() == Some(&now) {
            let (Some(one), Some(other)) = now else { return Ok(None) };
            return Ok(Some((one, other)));
        }
        before = Some(now);
    }
    let (first, second) = (first.display(), second.display());
    Err(format!("{first} and {second} keep changing while they are read").into())
}

/// Reads a file without the white space around its text; `None` if there is no file.
fn read(path: &Path) -> Result<Option<String>, BoxError> {
    use std::io::Read;
    let fail =
        |what: String| -> BoxError { format!("{}: {what}", path.display()).into() };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(fail(format!("longer than {LIMIT} bytes, which can't be a secret")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| fail("the file is not UTF-8".to_owned()))?;
    match text.trim() {
        "" => Err(fail("the file is empty".to_owned())),
        text => Ok(Some(text.to_owned())),
    }
}
