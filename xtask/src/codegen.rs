//! `cargo xtask codegen`: writes the crate of the document to the disk.
//!
//! This module parses arguments, reads and writes files, and prints; the generator makes the texts.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, io, mem, thread};

use atlas_admin_generator::{
    self as generator, CrateLocation, Diagnostic, Docs, ErrorCodes, Ledger, Output,
    Share, UnmatchedAction, Words, document,
};
use lexopt::Arg;

use crate::failure::{Failure, read};
use crate::plan::Plan;
use crate::spec::DOCUMENT;

mod shapes;
pub(crate) mod tree;

const USAGE: &str = "\
Usage: cargo xtask codegen [--spec PATH] [--out DIR] [--overlays DIR] [--docs facts|full]
                           [--check] [--new-names]

Writes the crate in generated/ from spec/atlas-admin-v2.yaml, the corrections in
spec/overlays, the error codes in spec/error-codes.toml, the sentences in spec/words and the
names in spec/names.toml.

  --spec PATH         another document, YAML or JSON; corrections that don't apply to it are
                      notes then, and spec/ is left as it is:
                      DIR/unmapped.txt lists what is not typed
  --out DIR           another folder to write to
  --overlays DIR      other corrections
  --docs facts|full   doc comments in our words (the default), or with the document's prose,
                      whose licence then holds for the crate
  --new-names         for a major version: set the promises of spec/names.toml aside, name
                      everything by rule, and list what that changes for programs
  --check             write nothing; list what differs, and exit with 1 if anything does

Exit code 2 means that the input can't be used; nothing is written then.
";

struct Options {
    spec: Option<PathBuf>,
    out: Option<PathBuf>,
    overlays: Option<PathBuf>,
    docs: Docs,
    check: bool,
    new_names: bool,
}

/// Runs `cargo xtask codegen …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    let started = Instant::now();
    match parse(arguments).and_then(|options| match options {
        Some(options) => generate(&options, started),
        None => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
    }) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, Failure> {
    let mut options = Options {
        spec: None,
        out: None,
        overlays: None,
        docs: Docs::Facts,
        check: false,
        new_names: false,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("spec") => options.spec = Some(arguments.value()?.into()),
            Arg::Long("out") => options.out = Some(arguments.value()?.into()),
            Arg::Long("overlays") => options.overlays = Some(arguments.value()?.into()),
            Arg::Long("docs") => {
                options.docs = match arguments.value()?.to_str() {
                    Some("facts") => Docs::Facts,
                    Some("full") => Docs::Full,
                    _ => {
                        return Err(Failure::Usage(
                            "error: --docs is facts or full".to_owned(),
                        ));
                    }
                }
            }
            Arg::Long("check") => options.check = true,
            Arg::Long("new-names") => options.new_names = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}

fn generate(options: &Options, started: Instant) -> Result<ExitCode, Failure> {
    let root = crate::root();
    let spec = root.join("spec");
    let bytes = read(&options.spec.clone().unwrap_or_else(|| spec.join(DOCUMENT)))?;
    let overlays = read_overlays(
        &options.overlays.clone().unwrap_or_else(|| spec.join("overlays")),
    )?;
    // Corrections belong to the vendored document; of another one they may say nothing.
    let is_other = options.spec.is_some() && options.overlays.is_none();
    let unmatched =
        if is_other { UnmatchedAction::Note } else { UnmatchedAction::Error };
    let (known, words, document) = read_in_parallel(&spec, || {
        document::read(&bytes, &borrowed(&overlays), unmatched)
    })?;
    let none = Ledger::default();
    let ledger = if options.new_names { &none } else { &known };
    let out = options.out.clone().unwrap_or_else(|| root.join("generated"));
    let wanted = generator::Options {
        docs: options.docs,
        home: home(&root, &out)?,
        unmatched,
        codes: read_codes(&spec.join("error-codes.toml"))?,
        words,
    };
    let mut output = document
        .and_then(|document| generator::generate_read(document, ledger, &wanted))
        .map_err(Failure::Document)?;
    for note in &output.notes {
        eprintln!("{note}");
    }
    tell_stale(&output.wording.stale, options.spec.is_some());
    if options.new_names {
        for change in known.changes(&output.ledger) {
            println!("{change}");
        }
    }
    let is_ours =
        options.spec.is_none() && options.out.is_none() && options.docs == Docs::Facts;
    if !is_ours {
        output.files.insert(tree::UNMAPPED.to_owned(), output.unmapped.clone());
    }
    let mut planned = tree::plan(&out, &output.files)?;
    if is_ours {
        plan_beside(&mut planned, &root, &output)?;
    }
    let code = if options.check {
        report(&planned)
    } else {
        let changed = planned.len();
        planned.write()?;
        let folder = if is_ours { Path::new("spec") } else { &out };
        summarise(&output, changed, &folder.join(tree::UNMAPPED));
        println!("{:.2} s", started.elapsed().as_secs_f64());
        ExitCode::SUCCESS
    };
    // The process ends now. Freeing the many parts of these one by one would be work for nothing.
    mem::forget((known, wanted, output));
    Ok(code)
}

/// Reads the ledger and the sentences on one core, and on another the document, which takes four
/// times as long.
fn read_in_parallel<D>(
    spec: &Path,
    read_document: impl FnOnce() -> D,
) -> Result<(Ledger, Words, D), Failure> {
    thread::scope(|scope| {
        let others = scope.spawn(|| -> Result<(Ledger, Words), Failure> {
            Ok((
                read_ledger(&spec.join("names.toml"))?,
                read_words(&spec.join("words"))?,
            ))
        });
        let document = read_document();
        let others = others.join().unwrap_or_else(|panic| resume_unwind(panic));
        let (ledger, words) = others?;
        Ok((ledger, words, document))
    })
}

/// Prints the sentences that the document has no use for; for another document than the vendored
/// one, only their number.
fn tell_stale(stale: &[Diagnostic], is_other: bool) {
    if is_other && !stale.is_empty() {
        let count = stale.len();
        eprintln!(
            "note: {count} sentences of spec/words/ are for nothing in the document"
        );
    } else {
        stale.iter().for_each(|note| eprintln!("{note}"));
    }
}

/// Plans the files besides the crate: those in `spec/`, and the fake's lists of the shapes and
/// values of texts.
pub(crate) fn plan_beside(
    plan: &mut Plan,
    root: &Path,
    output: &Output,
) -> Result<(), Failure> {
    let spec = root.join("spec");
    plan.add(&spec.join("names.toml"), &output.ledger.render())?;
    plan.add(&spec.join("summary.toml"), &output.summary.render())?;
    plan.add(&spec.join(tree::UNMAPPED), &output.unmapped)?;
    let values = root.join("fake/src/values");
    plan.add(&values.join("shapes.txt"), &shapes::shapes(&output.tree))?;
    plan.add(&values.join("listed.txt"), &shapes::listed(&output.listed))
}

/// Returns the location of a crate: in this workspace or outside of it.
fn home(root: &Path, out: &Path) -> Result<CrateLocation, Failure> {
    let absolute = |path: &Path| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).map_err(|error| {
            Failure::Input(format!("error: can't find {}: {error}", path.display()))
        })
    };
    if absolute(out)? == absolute(&root.join("generated"))? {
        return Ok(CrateLocation::Workspace);
    }
    let runtime = absolute(&root.join("runtime"))?;
    Ok(CrateLocation::Alone(runtime.display().to_string().replace('\\', "/")))
}

/// Lists the files that differ.
fn report(planned: &Plan) -> ExitCode {
    for line in planned.lines() {
        println!("{line}");
    }
    if planned.is_empty() {
        println!("up to date");
        return ExitCode::SUCCESS;
    }
    println!("run `cargo xtask codegen`");
    ExitCode::FAILURE
}

fn summarise(output: &Output, changed: usize, unmapped: &Path) {
    let summary = &output.summary;
    println!(
        "{} operations in {} versions: {} operation-version pairs, {} types",
        summary.operations, summary.versions, summary.operation_versions, summary.types
    );
    println!("{} files, {changed} changed", summary.files);
    println!("{} things are not typed: {}", summary.unmapped, unmapped.display());
    let words = summary.words;
    let share = |what: &str, share: Share| {
        format!("{what} {} % ({} of {})", share.percent(), share.said, share.all)
    };
    let shares = [
        share("operations", words.operations),
        share("groups", words.tags),
        share("parameters", words.parameters),
        share("types", words.types),
        share("properties", words.properties),
    ];
    println!("with a sentence: {}", shares.join(", "));
}

/// Reads the overlays of a folder, in order of their names; none if there is no such folder.
pub(crate) fn read_overlays(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    read_folder(folder, &["yaml", "yml"])
}

/// Returns overlays in the form that the generator takes.
pub(crate) fn borrowed(overlays: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    overlays.iter().map(|(name, bytes)| (&**name, &**bytes)).collect()
}

/// Reads the files of a folder with one of the extensions, in order of their names.
fn read_folder(
    folder: &Path,
    extensions: &[&str],
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::unreadable(folder, &error)),
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if extensions.iter().any(|it| path.extension().is_some_and(|end| end == *it)) {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((name, read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the error codes; none if there is no such file.
pub(crate) fn read_codes(path: &Path) -> Result<ErrorCodes, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => ErrorCodes::parse(&text).map_err(Failure::Document),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(ErrorCodes::default())
        }
        Err(error) => Err(Failure::unreadable(path, &error)),
    }
}

/// Reads the sentences for doc comments; none if there is no such folder.
pub(crate) fn read_words(folder: &Path) -> Result<Words, Failure> {
    let files: Vec<(String, String)> = read_folder(folder, &["toml"])?
        .into_iter()
        .map(|(name, bytes)| {
            let name = name.trim_end_matches(".toml").to_owned();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Words::parse(files).map_err(Failure::Document)
}

/// Reads a ledger; an empty one if there is no such file.
pub(crate) fn read_ledger(path: &Path) -> Result<Ledger, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ledger::parse(&text).map_err(|error| Failure::Document(vec![error])),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ledger::default()),
        Err(error) => Err(Failure::unreadable(path, &error)),
    }
}
