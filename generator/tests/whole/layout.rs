//! Generated code looks as rustfmt would lay it out.

use std::process::Command;

use super::root;

#[test]
fn rustfmt_has_nothing_to_change() {
    if Command::new("rustfmt").arg("--version").output().is_err() {
        println!("NOT RUN: there is no rustfmt here");
        return;
    }
    // It follows the modules from there.
    let output = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "generated/src/lib.rs"])
        .current_dir(root())
        .output()
        .expect("rustfmt runs");
    let diff = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{diff}");
}
