//! `cargo xtask chain`: finds what an update of the document breaks in programs.
//!
//! A program that uses everything of an earlier crate is compiled against each later one, which was
//! generated with the ledger of the one before. Items that no longer compile are listed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, time::Instant};

use atlas_admin_generator::{
    self as generator, CrateLocation, Diagnostic, Ledger, Output, UnmatchedAction,
};
use lexopt::Arg;
use serde_json::Value;

use crate::failure::{Failure, read};
use crate::surface;
use compile::Pair;
use mutate::{MUTATIONS, Mutation};
use place::Document;
use report::Judge;

mod compile;
mod mutate;
pub(crate) mod place;
mod program;
mod report;

const USAGE: &str = "\
Usage: cargo xtask chain PATH... [--from N]... [--keep DIR]
       cargo xtask chain PATH... [--from N] --mutate NAME|all [--keep DIR]

Generates a crate from each document (files, and folders of .yaml files, in order), with the
ledger of the one before. Writes a program that uses every function of the dated modules of one
crate, and every field and variant of their types. Compiles it against each later crate, and
lists what no longer compiles.

  --from N       the document that the program is written for, counted from 1 (default: 1)
  --mutate NAME  compiles it against changed copies of that document instead: ids, tag, required,
                 enums, grown, schemas, inline, versions, waits, parameters, or all
  --keep DIR     the folder for crates and programs, which are kept (default: target/chain,
                 where only cargo's output is kept)

Whether the later document still has a broken item is decided by the item's place: method, path
and version, and the JSON names from there, through any branch of a union. That is an
approximation. spec/broken.txt lists the items that the API itself has broken and that the place
does not show. Exit code 1 means that a promise is broken or, with --mutate, that anything is.
";

struct Options {
    documents: Vec<PathBuf>,
    from: Vec<usize>,
    mutations: Vec<&'static Mutation>,
    keep: Option<PathBuf>,
}

/// A document, and the crate generated from it.
struct Generated {
    name: String,
    tree: Value,
    output: Output,
}

/// Runs `cargo xtask chain …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    let outcome = parse(arguments).and_then(|options| match options {
        Some(options) => chain(&options),
        None => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
    });
    outcome.unwrap_or_else(|failure| failure.report())
}

fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, Failure> {
    let mut options = Options {
        documents: Vec::new(),
        from: Vec::new(),
        mutations: Vec::new(),
        keep: None,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(path) => options.documents.extend(documents(Path::new(&path))?),
            Arg::Long("from") => {
                let number =
                    arguments.value()?.to_str().and_then(|text| text.parse().ok());
                let number: usize =
                    number.ok_or_else(|| usage("--from requires a number"))?;
                options.from.push(number.wrapping_sub(1));
            }
            Arg::Long("mutate") => {
                let name = arguments.value()?;
                let chosen = |it: &&Mutation| {
                    name == "all" || name == it.group || name == it.name
                };
                options.mutations.extend(MUTATIONS.iter().filter(chosen));
                if options.mutations.is_empty() {
                    return Err(usage(
                        "--mutate requires the name of a mutation, or all",
                    ));
                }
            }
            Arg::Long("keep") => options.keep = Some(arguments.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.from.is_empty() {
        options.from.push(0);
    }
    if options.from.iter().any(|from| *from >= options.documents.len()) {
        return Err(usage(
            "--from must be the number of a document, and there must be a document",
        ));
    }
    Ok(Some(options))
}

/// Reads the list of items that the API itself has broken.
fn known() -> Result<Vec<String>, Failure> {
    let bytes = read(&crate::root().join("spec/broken.txt"))?;
    let text = String::from_utf8_lossy(&bytes);
    let items =
        text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(items.filter(|item| !item.is_empty()).map(str::to_owned).collect())
}

fn usage(what: &str) -> Failure {
    Failure::Usage(format!("error: {what}"))
}

/// Returns a file, or the .yaml files of a folder in order of their names.
fn documents(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries =
        fs::read_dir(path).map_err(|error| Failure::unreadable(path, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    paths.sort();
    Ok(paths)
}

fn chain(options: &Options) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let mut crates: Vec<Generated> = Vec::new();
    for path in &options.documents {
        let empty = Ledger::default();
        let ledger = crates.last().map_or(&empty, |before| &before.output.ledger);
        crates.push(generate_file(path, ledger)?);
        eprintln!(
            "generated {} ({:.0} s)",
            path.display(),
            started.elapsed().as_secs_f64()
        );
        if !options.mutations.is_empty() && crates.len() > options.from[0] {
            break;
        }
    }
    let mut refused = 0;
    let mut pairs = Vec::new();
    if options.mutations.is_empty() {
        for from in &options.from {
            pairs.extend((from + 1..crates.len()).map(|later| (*from, later)));
        }
    }
    let base = options.from[0];
    for mutation in &options.mutations {
        match mutated(&crates[base], mutation) {
            Ok(changed) => {
                pairs.push((base, crates.len()));
                crates.push(changed);
            }
            Err(said) => {
                refused += 1;
                println!("\n## {}: refused by the generator\n", mutation.name);
                println!("{}", Failure::Document(said));
            }
        }
    }
    let broken = compare(options, &crates, &pairs)?;
    eprintln!("{:.0} s", started.elapsed().as_secs_f64());
    Ok(if broken + refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn generate_file(path: &Path, ledger: &Ledger) -> Result<Generated, Failure> {
    let overlays = crate::codegen::read_overlays(&crate::root().join("spec/overlays"))?;
    let overlays: Vec<(&str, &[u8])> =
        overlays.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let document =
        generator::document::read(&read(path)?, &overlays, UnmatchedAction::Note)
            .map_err(Failure::Document)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("chain-{}", name.replace('.', "-"));
    generate(name, document.tree, ledger).map_err(Failure::Document)
}

fn mutated(base: &Generated, mutation: &Mutation) -> Result<Generated, Vec<Diagnostic>> {
    let mut tree = base.tree.clone();
    (mutation.apply)(&mut tree);
    generate(format!("chain-mutated-{}", mutation.name), tree, &base.output.ledger)
}

/// Generates the crate of a document that has already been corrected.
fn generate(
    name: String,
    tree: Value,
    ledger: &Ledger,
) -> Result<Generated, Vec<Diagnostic>> {
    let runtime = crate::root().join("runtime");
    let runtime = runtime.canonicalize().unwrap_or(runtime);
    let options = generator::Options {
        home: CrateLocation::Alone(runtime.display().to_string()),
        // The waits are those of the vendored document.
        unmatched: UnmatchedAction::Note,
        ..generator::Options::default()
    };
    let output =
        generator::generate(tree.to_string().as_bytes(), &[], ledger, &options)?;
    Ok(Generated { name, tree, output })
}

/// Compiles and reports; returns the number of broken promises.
fn compare(
    options: &Options,
    crates: &[Generated],
    numbers: &[(usize, usize)],
) -> Result<usize, Failure> {
    let folder =
        options.keep.clone().unwrap_or_else(|| crate::root().join("target/chain"));
    fs::create_dir_all(&folder).map_err(|error| Failure::unwritable(&folder, &error))?;
    let folder =
        folder.canonicalize().map_err(|error| Failure::unreadable(&folder, &error))?;
    let mut programs = Vec::new();
    for from in &options.from {
        let surface =
            surface::read(&crates[*from].output.files).map_err(Failure::Input)?;
        let places = place::places(&surface);
        let items = program::items(&surface, |name| places.contains_key(name));
        programs.push((surface, places, items));
    }
    let program = |from: usize| {
        let index = options.from.iter().position(|it| *it == from).unwrap_or_default();
        &programs[index]
    };
    let pair = |&(from, later): &(usize, usize)| Pair {
        items: &program(from).2,
        against: crates[later].name.clone(),
        files: &crates[later].output.files,
        broken: Default::default(),
    };
    let mut pairs: Vec<Pair<'_>> = numbers.iter().map(pair).collect();
    compile::compile(&folder, &mut pairs)?;
    let known = known()?;
    let mut broken = 0;
    for (pair, &(from, later)) in pairs.iter().zip(numbers) {
        let (surface, places, _) = program(from);
        let (earlier, later) = (&crates[from], &crates[later]);
        let judge = Judge {
            surface,
            places,
            earlier: Document::of(&earlier.tree),
            later: Document::of(&later.tree),
            known: &known,
        };
        let title = format!("{} → {}", earlier.name, later.name);
        let (text, promises) = report::report(&title, pair, &judge);
        print!("{text}");
        broken +=
            if options.mutations.is_empty() { promises } else { pair.broken.len() };
    }
    if options.keep.is_none() {
        compile::clean(&folder).map_err(|error| Failure::unwritable(&folder, &error))?;
    }
    Ok(broken)
}
