//! The mock server.

use std::path::Path;
use std::process::{Command, Stdio};

use atlas_admin::{Client, Credentials, RetryPolicy};
use serde_json::Value as Json;

use crate::process::{Process, folder, free_port};

/// A running Prism server.
pub(crate) struct Prism {
    pub(crate) url: String,
    _process: Process,
}

impl Prism {
    /// Installs the npm package and starts the server with a document.
    pub(crate) fn start(document: &Json) -> Self {
        let folder = folder("prism");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/prism");
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(from.join(name), folder.join(name)).unwrap();
        }
        std::fs::write(folder.join("document.json"), document.to_string()).unwrap();
        let mut npm = Command::new("npm");
        // Without scripts, because one of the packages' scripts reports to its maker.
        npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
        let status = npm.current_dir(&folder).status();
        let status = status.expect("npm is missing: install nodejs and npm");
        assert!(status.success(), "npm ci failed: {status}");
        let port = free_port();
        let mut prism = Command::new("node");
        prism.arg("node_modules/@stoplight/prism-cli/dist/index.js");
        prism.args(["mock", "--verboseLevel", "silent", "--port"]).arg(port.to_string());
        prism.arg("document.json").current_dir(&folder).stdout(Stdio::null());
        let process = Process::start(&mut prism, port, "nodejs");
        Self { url: format!("http://127.0.0.1:{port}"), _process: process }
    }

    /// Returns a client for the operations of a version, whose paths have a prefix.
    pub(crate) fn client(
        &self,
        version: &str,
        credentials: Option<Credentials>,
    ) -> Client {
        let builder = Client::builder().base_url(format!("{}/{version}", self.url));
        let builder = builder.retry(RetryPolicy::never());
        match credentials {
            Some(credentials) => builder.credentials(credentials).build().unwrap(),
            None => builder.build().unwrap(),
        }
    }
}
