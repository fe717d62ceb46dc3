//! The program, running for a test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running program, which is stopped when dropped.
pub struct Running {
    pub child: Child,
    pub line: String,
}

impl Running {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_atlas-admin-fake"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, line }
    }

    pub fn value(&self, name: &str) -> String {
        let pairs = self.line.split_whitespace().filter_map(|pair| pair.split_once('='));
        let found = pairs.into_iter().find(|(other, _)| *other == name);
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.line)).1.to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
