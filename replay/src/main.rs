//! `cargo xtask replay`: see the text below.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use atlas_admin_replay::report::Report;
use atlas_admin_replay::route::Routes;
use atlas_admin_replay::{examples, exchange, har};
use lexopt::Arg;

const USAGE: &str = "\
Usage: cargo xtask replay PATH… [--json FILE]
       cargo xtask replay --examples DOCUMENT… [--json FILE]

Decodes the recorded exchanges in HAR 1.2 files, or in folders of them, with the types of the
operation and version that each belongs to, encodes them again and compares.

  --examples    the paths are full OpenAPI documents of the API, whose examples are taken as if
                they had been recorded
  --json FILE   write the same for machines

The last line counts the exchanges. Unmatched are those that are of no operation, and entries of
a recording that lack what it takes to tell; each is listed with the reason, and fails nothing.

Exit code 0: nothing failed; 1: something did; 2: the input can't be used, as a file that is no
recording or that is none of any exchange.
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
    let Some(Arguments { paths, json, examples: is_document }) =
        parse().map_err(|error| error.to_string())?
    else {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    if paths.is_empty() {
        return Err(format!("no recordings are named\n\n{USAGE}"));
    }
    let exchanges = if is_document { documents(&paths)? } else { har::read(&paths)? };
    let routes = Routes::new();
    let outcomes =
        exchanges.iter().map(|recorded| exchange::replay(recorded, &routes)).collect();
    let report = Report::new(&exchanges, outcomes);
    // Whoever reads only the beginning closes the pipe; the exit code still counts.
    let _ = write!(std::io::stdout(), "{report}");
    if let Some(file) = json {
        let text = format!("{:#}\n", report.to_json());
        std::fs::write(&file, text)
            .map_err(|error| format!("can't write {}: {error}", file.display()))?;
    }
    Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn documents(paths: &[PathBuf]) -> Result<Vec<har::Recorded>, String> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.display();
        let bytes = std::fs::read(path)
            .map_err(|error| format!("can't read {name}: {error}"))?;
        found.extend(examples::read(&name.to_string(), &bytes)?);
    }
    Ok(found)
}

#[derive(Default)]
struct Arguments {
    paths: Vec<PathBuf>,
    json: Option<PathBuf>,
    examples: bool,
}

fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut found = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("json") => found.json = Some(parser.value()?.into()),
            Arg::Long("examples") => found.examples = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(path) => found.paths.push(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(found))
}
