//! `cargo xtask replay`: see the text below.

use std::path::PathBuf;
use std::process::ExitCode;

use atlas_admin_replay::report::Report;
use atlas_admin_replay::route::Routes;
use atlas_admin_replay::{exchange, har};
use lexopt::Arg;

const USAGE: &str = "\
Usage: cargo xtask replay PATH… [--json FILE]

Decodes the recorded exchanges in HAR 1.2 files, or in folders of them, with the types of the
operation and version that each belongs to, encodes them again and compares.

  --json FILE   write the same for machines

Exit code 0: nothing failed; 1: something did; 2: the input can't be used.
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let Some((paths, json)) = parse().map_err(|error| error.to_string())? else {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    if paths.is_empty() {
        return Err(format!("no recordings are named\n\n{USAGE}"));
    }
    let exchanges = har::read(&paths)?;
    let routes = Routes::new();
    let outcomes =
        exchanges.iter().map(|recorded| exchange::replay(recorded, &routes)).collect();
    let report = Report::new(&exchanges, outcomes);
    print!("{report}");
    if let Some(file) = json {
        let text = format!("{:#}\n", report.to_json());
        std::fs::write(&file, text)
            .map_err(|error| format!("can't write {}: {error}", file.display()))?;
    }
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Arguments = (Vec<PathBuf>, Option<PathBuf>);

fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let (mut paths, mut json) = (Vec::new(), None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("json") => json = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(path) => paths.push(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some((paths, json)))
}
