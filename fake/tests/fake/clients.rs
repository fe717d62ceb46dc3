//! Clients by others, against the program: MongoDB's own MCP server over HTTPS with a service
//! account, and npm's `mongodb-atlas-api-client` over HTTP with an API key.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::running::Running;

/// Installs the npm packages, once for all tests. Their own scripts don't run.
fn install() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
        std::fs::create_dir_all(&folder).unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--omit=optional", "--ignore-scripts"]);
        npm.args(["--silent", "--no-audit", "--no-fund"]).current_dir(&folder);
        let status = npm.status().expect("npm is missing: install nodejs and npm");
        assert!(status.success(), "npm ci failed: {status}");
        folder
    })
}

fn node(script: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(script).current_dir(install()).stdin(Stdio::null());
    node
}

#[test]
#[ignore = "installs packages from npm: .ci/run clients"]
fn mongodbs_mcp_server_finds_all_that_its_atlas_tools_need() {
    let path = install().join("ca.pem");
    let service = Running::start(&["--ca-file", path.to_str().unwrap()]);
    let mut node = node("mcp.mjs");
    // The first is for the client's own requests, the second for those that Node makes for it.
    node.env("SSL_CERT_FILE", &path).env("NODE_EXTRA_CA_CERTS", &path);
    let status = node.arg(service.value("url")).status().unwrap();
    assert!(status.success(), "a tool failed: {status}");
}

#[test]
#[ignore = "installs packages from npm: .ci/run clients"]
fn mongodb_atlas_api_client_works_in_both_apis() {
    let service = Running::start(&[]);
    for api in ["/api/atlas/v2", "/api/atlas/v1.0"] {
        let mut node = node("atlas-api-client.cjs");
        let status = node.arg(service.value("url")).arg(api).status().unwrap();
        assert!(status.success(), "{api}: {status}");
    }
}
