//! `cargo xtask spec`: updates the vendored document.
//!
//! This module parses arguments and prints; the modules below it do the work.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::Arg;

pub(crate) use self::import::DOCUMENT;
use self::import::Request;
use crate::failure::{Failure, finish, read};

pub(crate) mod fetch;
pub(crate) mod import;
pub(crate) mod source;
pub(crate) mod today;

const USAGE: &str = "\
Usage: cargo xtask spec import PATH [--url URL] [--date YYYY-MM-DD] [--into DIR]
       cargo xtask spec fetch [--url URL] [--date YYYY-MM-DD] [--into DIR]
       cargo xtask spec diff OLD NEW [--crate] [--json | --changelog]

import   reads an OpenAPI 3.0 document (YAML or JSON), checks it, removes its prose
         and writes DIR/atlas-admin-v2.yaml and DIR/source.toml
fetch    downloads the published document and imports it
diff     lists what changed (`cargo xtask spec diff --help`)

  --url URL           where the document is published
  --date YYYY-MM-DD   the day it was published
  --into DIR          the folder to write to (default: spec/ of this repository)

Exit code 2 means that the input can't be used; nothing is written then.
";

/// Runs `cargo xtask spec …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    let mut ahead = arguments.clone();
    if matches!(ahead.next(), Ok(Some(Arg::Value(word))) if word == "diff") {
        return crate::diff::run(ahead);
    }
    finish(dispatch(arguments))
}

fn dispatch(mut arguments: lexopt::Parser) -> Result<String, Failure> {
    let mut words = Vec::new();
    let mut date = None;
    let mut url = None;
    let mut into = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(word) => words.push(word),
            Arg::Long("date") => date = Some(text(arguments.value()?)?),
            Arg::Long("url") => url = Some(text(arguments.value()?)?),
            Arg::Long("into") => into = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("help") | Arg::Short('h') => return Ok(USAGE.to_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let into = into.unwrap_or_else(|| crate::root().join("spec"));
    let (bytes, url) = match words.as_slice() {
        [command, path] if command == "import" => (read(Path::new(path))?, url),
        [command] if command == "fetch" => {
            let url = url.unwrap_or_else(|| fetch::PUBLISHED.to_owned());
            (fetch::fetch(&url)?, Some(url))
        }
        _ => return Err(Failure::Usage(USAGE.to_owned())),
    };
    let request = Request { bytes: &bytes, date, url, today: today::today() };
    import::import(&request, &into)
}

fn text(value: std::ffi::OsString) -> Result<String, Failure> {
    value.into_string().map_err(|value| {
        Failure::Usage(format!("{} is not UTF-8", value.to_string_lossy()))
    })
}
