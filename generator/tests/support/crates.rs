//! Compiles generated crates: all are members of one workspace like this one, so that their
//! dependencies are compiled once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use atlas_admin_generator::Files;
use toml::{Table, Value};

/// The features of a generated crate that its code depends on. The others only turn on those of
/// the runtime, and their dependencies take longer to compile than the crates.
pub const OPERATIONS: &[&str] =
    &["--no-default-features", "--features", "full,older-versions,preview,registry"];

/// A workspace of generated crates, in which a warning is an error.
pub struct Workspace(PathBuf);

impl Workspace {
    /// Writes the workspace of a test; crates have a name and files.
    pub fn write<'a>(
        test: &str,
        crates: impl IntoIterator<Item = (&'a str, &'a Files)>,
    ) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        let _ = fs::remove_dir_all(&folder);
        let mut members = Vec::new();
        for (name, files) in crates {
            for (path, text) in files {
                let path = folder.join(name).join(path);
                fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
                fs::write(path, text).expect("a file");
            }
            let manifest = member(test, name, &files["Cargo.toml"]);
            fs::write(folder.join(name).join("Cargo.toml"), manifest).expect("a file");
            members.push(Value::from(name));
        }
        let manifest = workspace(members);
        fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock");
        Self(folder)
    }

    /// Asserts that cargo reports nothing.
    pub fn check(&self, arguments: &[&str]) {
        // The output goes to the target folder that this test was compiled to.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a parent");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", target)
            .current_dir(&self.0)
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo check {}\n{said}", arguments.join(" "));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a crate's manifest with its own name, and without the parts about handwritten files.
fn member(test: &str, name: &str, manifest: &str) -> String {
    let mut manifest: Table = manifest.parse().expect("a manifest");
    manifest.remove("example");
    manifest.remove("test");
    manifest.remove("dev-dependencies");
    let package = manifest["package"].as_table_mut().expect("a package");
    package.insert("name".to_owned(), format!("{test}-{name}").into());
    manifest.to_string()
}

/// Returns the manifest of this repository's workspace, with other members.
fn workspace(members: Vec<Value>) -> String {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let mut manifest: Table = text.parse().expect("a manifest");
    let workspace = manifest["workspace"].as_table_mut().expect("a workspace");
    workspace.insert("members".to_owned(), members.into());
    let runtime = root().join("runtime").canonicalize().expect("the runtime");
    let dependency = workspace["dependencies"]["atlas-admin-runtime"].as_table_mut();
    let path = Value::from(runtime.to_string_lossy().as_ref());
    dependency.expect("the runtime").insert("path".to_owned(), path);
    let lints = workspace["lints"]["rust"].as_table_mut().expect("the lints");
    lints.insert("warnings".to_owned(), "deny".into());
    manifest.to_string()
}
