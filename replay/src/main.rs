//! `cargo xtask replay`: the command line of the replay. `USAGE` describes it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use atlas_admin_replay::report::Report;
use atlas_admin_replay::route::Routes;
use atlas_admin_replay::{examples, exchange, har};
use lexopt::Arg;

use self::propose_command::Wanted;

const USAGE: &str = "\
Usage: cargo xtask replay PATH… [--json FILE]
       cargo xtask replay --examples DOCUMENT… [--json FILE]
       cargo xtask replay --propose PATH… [--out FILE] [--nulls] [--spec PATH] [--overlays DIR]

Decodes recorded exchanges from HAR 1.2 files, or from folders of them, with the types of their
operations and versions, encodes them again and compares.

  --examples    the paths are full OpenAPI documents of the API, whose examples are replayed as
                if they had been recorded
  --json FILE   also write the report as JSON
  --propose     write an overlay that declares what the document lacks according to the
                recordings, for a person to review and put into spec/overlays/: undeclared
                properties with their types, values of enums, statuses, and values and bodies of
                other types. Each action says how often the difference was seen, and where. The
                overlay contains no values but constants of enums, and no name that looks like
                data. A difference that no action can correct is a comment
  --out FILE    write the overlay to a file, completely or not at all; without an action, no file
                is written
  --nulls       propose an action for an undeclared `null` too; without this option, the `null`
                is a comment, because the crate reads it as unset
  --spec PATH, --overlays DIR
                the document and its corrections (default: those in spec/)

The last line counts the exchanges. An exchange is unmatched if no operation has its path, method
and version, or if the entry lacks the parts that identify an operation. Each unmatched exchange
is listed with the reason, and is no failure.

Exit code 0: nothing failed; 1: something failed; 2: the input can't be used: for example, a file
is not a recording.
With --propose, the overlay is written even if something failed.
";

mod propose_command;

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
    let Some(Arguments { paths, json, examples: is_document, propose }) =
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
    let outcomes: Vec<_> =
        exchanges.iter().map(|recorded| exchange::replay(recorded, &routes)).collect();
    if let Some(wanted) = &propose {
        propose_command::run(wanted, &exchanges, &outcomes)?;
    }
    let report = Report::new(&exchanges, outcomes);
    if propose.is_none() {
        // Whoever reads only the beginning closes the pipe; the exit code still counts.
        let _ = write!(std::io::stdout(), "{report}");
    } else if report.failed() > 0 {
        eprintln!(
            "{} exchanges failed; replay without --propose shows how",
            report.failed()
        );
    }
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
    propose: Option<Wanted>,
}

fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut found = Arguments::default();
    let mut wanted = Wanted::default();
    let mut is_proposal = false;
    let mut needs_proposal = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("json") => found.json = Some(parser.value()?.into()),
            Arg::Long("examples") => found.examples = true,
            Arg::Long("propose") => is_proposal = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(path) => found.paths.push(path.into()),
            Arg::Long(name @ ("out" | "nulls" | "spec" | "overlays")) => {
                let name = name.to_owned();
                match name.as_str() {
                    "out" => wanted.out = Some(parser.value()?.into()),
                    "spec" => wanted.spec = Some(parser.value()?.into()),
                    "overlays" => wanted.overlays = Some(parser.value()?.into()),
                    _ => wanted.nulls = true,
                }
                needs_proposal = Some(name);
            }
            other => return Err(other.unexpected()),
        }
    }
    match needs_proposal {
        Some(name) if !is_proposal => Err(format!("--{name} is for --propose").into()),
        // The examples of a document are no evidence against it.
        _ if is_proposal && found.examples => {
            Err("--propose is for recordings, not for --examples".into())
        }
        _ => {
            found.propose = is_proposal.then_some(wanted);
            Ok(Some(found))
        }
    }
}
