//! A request as a `curl` command.

use std::fmt::Write;

use super::Parts;

/// The base URL of the printed command.
const BASE: &str = "https://cloud.mongodb.com";

impl Parts {
    pub(super) fn to_curl(&self) -> String {
        let mut command = String::from("curl --request ");
        command.push_str(self.operation.method.as_str());
        if !self.is_anonymous {
            // In double quotes, so that the shell expands the variable.
            command.push_str(" --header \"Authorization: Bearer $ATLAS_TOKEN\"");
        }
        for (name, value) in &self.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            _ = write!(command, " --header {}", quote(&format!("{name}: {value}")));
        }
        _ = write!(
            command,
            " --url {}",
            quote(&format!("{BASE}{}", self.path_and_query()))
        );
        if let Some(body) = &self.body {
            // `--data` would take a body that starts with @ as the name of a file.
            _ = write!(command, " --data-raw {}", quote(&body.redacted()));
        }
        command
    }
}

/// Quotes a text for a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
