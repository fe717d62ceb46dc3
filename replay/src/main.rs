//! `cargo xtask replay`: see the text below.

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

Decodes the recorded exchanges in HAR 1.2 files, or in folders of them, with the types of the
operation and version that each belongs to, encodes them again and compares.

  --examples    the paths are full OpenAPI documents of the API, whose examples are taken as if
                they had been recorded
  --json FILE   write the same for machines
  --propose     write what the recordings show and the document lacks as an overlay, for a person
                to review and put into spec/overlays/: undeclared properties with their types,
                values of enums, statuses, values and bodies of other types. Each action says how
                often and where it was seen. No value gets into it but constants of enums, and
                no name that looks like data; what no action can say is a comment
  --out FILE    write the overlay to a file, whole or not at all; none is written for no action
  --nulls       make `null` where the document does not allow it an action too; without, it is a
                comment, because the crate reads it as unset
  --spec PATH, --overlays DIR
                the document and the corrections that it has; without, those in spec/

The last line counts the exchanges. Unmatched are those that are of no operation, and entries of
a recording that lack what it takes to tell; each is listed with the reason, and fails nothing.

Exit code 0: nothing failed; 1: something did; 2: the input can't be used, as a file that is no
recording or that is none of any exchange.
With --propose, the overlay is written all the same if something failed.
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
