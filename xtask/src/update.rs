//! `cargo xtask update`: brings in the newest document in one step.
//!
//! Imports, generates and compares, and writes the results: `spec/`, `generated/`, the entry of
//! the changelog, the version, and a page for the reviewer. Writes all results or nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use atlas_admin_generator::{
    self as generator, CrateLocation, Diagnostic, Docs, ErrorCodes, Ledger, Output,
    UnmatchedAction, Words,
};
use lexopt::Arg;
use serde_json::Value;

use crate::codegen::{
    borrowed, plan_beside, read_codes, read_ledger, read_overlays, read_words, tree,
};
use crate::diff::{Comparison, of_trees};
use crate::failure::{Failure, finish, read};
use crate::spec::import::{self, DOCUMENT, Imported, Request, SOURCE};
use crate::spec::{fetch, source::Source, today};
use aside::Aside;
use page::Page;

mod aside;
mod changelog;
mod page;
mod programs;
mod version;

const USAGE: &str = "\
Usage: cargo xtask update [PATH|URL] [--date YYYY-MM-DD] [--summary PATH] [--root DIR]

Brings in a document (default: the published one, which is downloaded): writes spec/,
generated/, an entry in CHANGELOG.md and, where the present version is released, the next
version; then prints a page for the reviewer. Writes all of it or nothing, and nothing where
the document says the same.

  --date YYYY-MM-DD   the day the document was published (default: the name of the file, if
                      that is a date)
  --summary PATH      the file to write the page to, instead of printing it
  --root DIR          another copy of this repository

Corrections in spec/overlays/ that the document no longer needs are taken out and listed. A
mark of a secret or an exception for identity that matches nothing stops the update.

Exit code 2 means that the input can't be used; nothing is written then.
";

struct Options {
    from: String,
    date: Option<String>,
    summary: Option<PathBuf>,
    root: PathBuf,
}

/// Runs `cargo xtask update …`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    finish(parse(arguments).and_then(|options| match options {
        Some(options) => update(&options),
        None => Ok(USAGE.to_owned()),
    }))
}

fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, Failure> {
    let mut from = None;
    let (mut date, mut summary, mut root) = (None, None, crate::root());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(word) if from.is_none() => {
                from = Some(word.to_string_lossy().into_owned());
            }
            Arg::Long("date") => {
                date = Some(arguments.value()?.to_string_lossy().into_owned());
            }
            Arg::Long("summary") => summary = Some(arguments.value()?.into()),
            Arg::Long("root") => root = arguments.value()?.into(),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    let from = from.unwrap_or_else(|| fetch::PUBLISHED.to_owned());
    Ok(Some(Options { from, date, summary, root }))
}

fn update(options: &Options) -> Result<String, Failure> {
    let spec = options.root.join("spec");
    let imported = import(options, &spec)?;
    let bytes = read(&spec.join(DOCUMENT))?;
    let before = generator::document::parse(&bytes).map_err(Failure::Document)?;
    let day = day_of(&imported.source);
    if says_the_same(&before, &imported.tree) {
        return Ok(format!(
            "The document of {day} says the same as spec/{DOCUMENT}: nothing is written.\n"
        ));
    }
    let inputs = Inputs::read(&options.root)?;
    let made = inputs.generate(&bytes, imported.text.as_bytes())?;
    let entries = of_trees(&before, &imported.tree);
    let both = Comparison::of(entries, &made.old.files, &made.new.files)?;
    let programs = programs::uses(&options.root, &made.new.files, &both)?;
    let bump = version::plan(&options.root, both.of_crate.verdict)?;

    let out = options.root.join("generated");
    let files = bump.apply_to_files(made.new.files.clone());
    let mut plan = tree::plan(&out, &files)?;
    plan_beside(&mut plan, &options.root, &made.new)?;
    plan.add(&spec.join(DOCUMENT), &imported.text)?;
    plan.add(&spec.join(SOURCE), &imported.source.render()?)?;
    made.aside.plan(&inputs.overlays, &spec.join("overlays"), &mut plan)?;
    changelog::plan(&options.root, &day, &both.changelog(), &mut plan)?;
    bump.plan(&options.root, &mut plan)?;
    let page = Page {
        day: &day,
        old: &made.old,
        new: &made.new,
        both: &both,
        aside: &made.aside,
        programs: &programs,
        bump: &bump,
        notes: &imported.notes,
    };
    let page = page.render();
    if let Some(path) = &options.summary {
        plan.add(path, &page)?;
    }
    plan.write()?;
    for it in &programs {
        eprintln!("{}", it.told());
    }
    Ok(match &options.summary {
        Some(path) => format!("{}the page: {}\n", bump.told(&day), path.display()),
        None => page,
    })
}

/// Reads or downloads the document.
fn import(options: &Options, spec: &Path) -> Result<Imported, Failure> {
    let from = &options.from;
    let is_url = from.starts_with("https://") || from.starts_with("http://");
    let (bytes, url) = if is_url {
        eprintln!("downloading {from}");
        (fetch::fetch(from)?, Some(from.clone()))
    } else {
        (read(Path::new(from))?, None)
    };
    let stem = Path::new(from).file_stem().map(|stem| stem.to_string_lossy());
    let named = stem.filter(|stem| !is_url && today::is_date(stem));
    let date = options.date.clone().or(named.map(|stem| stem.into_owned()));
    let request = Request { bytes: &bytes, date, url, today: today::today() };
    import::prepare(&request, spec)
}

fn day_of(source: &Source) -> String {
    source.date.clone().or(source.imported.clone()).unwrap_or_default()
}

/// Tells whether two documents have the same content, apart from the commits that they were built
/// from.
fn says_the_same(old: &Value, new: &Value) -> bool {
    let (mut old, mut new) = (old.clone(), new.clone());
    for tree in [&mut old, &mut new] {
        if let Some(info) = tree.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("x-xgen-sha");
        }
    }
    old == new
}

/// The inputs of the generator besides the document.
struct Inputs {
    overlays: Vec<(String, Vec<u8>)>,
    ledger: Ledger,
    codes: ErrorCodes,
    words: Words,
}

/// The crates of both documents.
struct Made {
    old: Output,
    new: Output,
    aside: Aside,
}

impl Inputs {
    fn read(root: &Path) -> Result<Self, Failure> {
        let spec = root.join("spec");
        Ok(Self {
            overlays: read_overlays(&spec.join("overlays"))?,
            ledger: read_ledger(&spec.join("names.toml"))?,
            codes: read_codes(&spec.join("error-codes.toml"))?,
            words: read_words(&spec.join("words"))?,
        })
    }

    fn generate(&self, old: &[u8], new: &[u8]) -> Result<Made, Failure> {
        let (old, new) = thread::scope(|scope| {
            let old = scope
                .spawn(|| self.generate_one(old, &self.overlays, UnmatchedAction::Note));
            let new = self.generate_new(new);
            (old.join(), new)
        });
        let old = old.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (new, aside) = new?;
        Ok(Made { old: old.map_err(Failure::Document)?, new, aside })
    }

    /// Generates the new crate. Sets aside the corrections that have nothing to correct any more.
    fn generate_new(&self, bytes: &[u8]) -> Result<(Output, Aside), Failure> {
        let mut aside = Aside::of_document(bytes, &self.overlays)?;
        loop {
            let overlays = aside.rest(&self.overlays)?;
            match self.generate_one(bytes, &overlays, UnmatchedAction::Error) {
                Ok(output) => return Ok((output, aside)),
                // Each iteration sets at least one wait aside, so the loop ends.
                Err(found) => aside.add_waits(&found, &self.overlays)?,
            }
        }
    }

    fn generate_one(
        &self,
        bytes: &[u8],
        overlays: &[(String, Vec<u8>)],
        unmatched: UnmatchedAction,
    ) -> Result<Output, Vec<Diagnostic>> {
        let options = generator::Options {
            docs: Docs::Facts,
            home: CrateLocation::Workspace,
            unmatched,
            codes: self.codes.clone(),
            words: self.words.clone(),
        };
        generator::generate(bytes, &borrowed(overlays), &self.ledger, &options)
    }
}
