//! `cargo xtask bench`: the figures of `docs/src/measurements.md`, as ratios measured in one run.
//!
//! Each figure is that of the run with the median user time, because other work on the machine
//! affects user time less than wall time. Programs that are not installed are not measured, and
//! the table says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::Arg;

use crate::failure::{Failure, finish};
use measure::{Measure, Usage};

mod calls;
mod codec;
mod floor;
mod instructions;
mod measure;
mod peer;
mod program;
mod reading;
mod scratch;
mod twin;

/// The page that has the table, from the root of the repository.
const PAGE: &str = "docs/src/measurements.md";

const USAGE: &str = "\
Usage: cargo xtask bench [--page] [--runs N] [--sdk FOLDER]
       cargo xtask bench --codec [--runs N]
       cargo xtask bench --go [--runs N] [--sdk FOLDER]

Measures, in release builds where stated:
  codegen             against ploidy, where it is installed (`cargo install ploidy --version 0.15.0`)
                      and in instructions against reading the document, where valgrind is installed
  the generated crate against its floor: the same types with only derived Clone, Debug, Default
                      and PartialEq; dev profile, not incremental, all features
                      and against the crate that ploidy writes, measured once
                      and in instructions, where valgrind is installed
  one group           the crate with the feature `clusters` alone
  a program           ten lines that list clusters, with all dependencies, from scratch, against
                      the same call without a client
  its size            in release, stripped, and the number of its packages, against that call
  the codec           against the same types with serde derives, in turns, on recorded responses
                      and, where there are none, on samples
  calls               against the official Go SDK, where Go and the SDK's source are, and against
                      `net/http` of Go: calls a second, CPU time, connections

  --codec        measures only the codec
  --go           measures only the calls; ends with exit code 77 if Go or the SDK is missing
  --page         puts the table into docs/src/measurements.md, between its two markers
  --runs N       the number of runs, of which the median counts (default: 3)
  --sdk FOLDER   the source of the Go SDK, which has its `go.mod`; Go finds its dependencies

Needs /usr/bin/time (Debian package `time`). Temporary files are in target/bench.
";

/// Runs `cargo xtask bench`.
pub(crate) fn run(arguments: lexopt::Parser) -> ExitCode {
    finish(bench(arguments))
}

/// The only part that is measured.
enum Alone {
    Codec,
    Calls,
}

fn bench(mut arguments: lexopt::Parser) -> Result<String, Failure> {
    let (mut page, mut runs, mut alone, mut sdk) = (false, 3, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("page") => page = true,
            Arg::Long("codec") => alone = Some(Alone::Codec),
            Arg::Long("go") => alone = Some(Alone::Calls),
            Arg::Long("sdk") => sdk = Some(PathBuf::from(arguments.value()?)),
            Arg::Long("runs") => {
                let number =
                    arguments.value()?.to_str().and_then(|text| text.parse().ok());
                runs = number.filter(|runs| *runs > 0).ok_or_else(|| {
                    Failure::Usage(
                        "error: --runs requires a number above zero".to_owned(),
                    )
                })?;
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(USAGE.to_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let root = crate::root();
    let scratch = root.join("target/bench");
    fs::create_dir_all(&scratch)
        .map_err(|error| Failure::unwritable(&scratch, &error))?;
    let measure = Measure { runs, root, scratch };
    match alone {
        Some(Alone::Codec) => return codec::table(&measure),
        Some(Alone::Calls) => {
            let calls::Comparison { text, missing } =
                calls::compare(&measure, sdk.as_deref())?;
            let Some(missing) = missing else { return Ok(text) };
            print!("{text}");
            return Err(Failure::Missing(missing));
        }
        None => {}
    }
    let table = format!(
        "{}\n{}\n{}\n{}\n{}",
        table(&measure)?,
        instructions::sentences(&measure)?,
        size_of_program(&measure)?,
        codec::table(&measure)?,
        calls::compare(&measure, sdk.as_deref())?
    );
    if page {
        put_into_page(&measure.root.join(PAGE), &table)?;
    }
    Ok(table)
}

fn table(measure: &Measure) -> Result<String, Failure> {
    // Before the measurements add to the load.
    let machine = measure.machine();
    let mut rows = vec![codegen(measure)?];
    let ours =
        measure.crate_build(&measure.root, &["-p", "atlas-admin", "--all-features"])?;
    let floor = floor::write(&measure.root, &measure.scratch)?;
    let floor = measure.crate_build(&floor, &["--all-features"])?;
    let what = "the crate alone, all features";
    rows.push(row(what, &ours, "its floor", Some(&floor), "see below"));
    let peer = peer::crate_build(measure);
    let budget = "≤ 0.06 ×";
    rows.push(row(what, &ours, "ploidy's crate", peer.as_ref(), budget));
    let tag = ["-p", "atlas-admin", "--no-default-features", "--features", "clusters"];
    let tag = measure.crate_build(&measure.root, &tag)?;
    rows.push(row("one operation group (`clusters`) alone", &tag, "", None, "≤ 0.5 s"));
    let program::Pair { ours, by_hand } = program::clean_builds(measure)?;
    let what = "a program that lists clusters, with all dependencies";
    rows.push(row(what, &ours, "the same call by hand", Some(&by_hand), "≤ 1.15 ×"));
    Ok(format!(
        "Measured on {} with `cargo xtask bench`: {machine}.\n\
         Medians of {} runs, of ploidy's crate one; where the load is above zero, other work \
         shared the machine, and the wall times are too long.\n\n\
         | what | wall time, user time, peak memory | against | ratio of wall times | of user times | of memory | budget |\n\
         |---|---|---|---|---|---|---|\n{}",
        crate::spec::today::today(),
        measure.runs,
        rows.concat()
    ))
}

fn codegen(measure: &Measure) -> Result<String, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::Input(format!("error: can't find this program: {error}"))
    })?;
    let out = measure.scratch.join("generated");
    let ours = measure
        .command(&program, &["codegen".as_ref(), "--out".as_ref(), out.as_os_str()])?;
    let peer = peer::codegen(measure);
    let budget = "≤ 0.25 ×";
    Ok(row("codegen, whole document", &ours, "ploidy 0.15", peer.as_ref(), budget))
}

fn size_of_program(measure: &Measure) -> Result<String, Failure> {
    let program::Pair { ours, by_hand } = program::sizes(measure)?;
    Ok(format!(
        "The program in release, stripped: {:.2} MB, of {} packages; the same call by hand with \
         reqwest and serde, given a token: {:.2} MB, of {}. Ratio of sizes {:.2}, budget ≤ 1.15.\n",
        ours.bytes as f64 / 1e6,
        ours.packages,
        by_hand.bytes as f64 / 1e6,
        by_hand.packages,
        ours.bytes as f64 / by_hand.bytes as f64
    ))
}

fn row(
    what: &str,
    ours: &Usage,
    against: &str,
    other: Option<&Usage>,
    budget: &str,
) -> String {
    let (against, ratios) = match other {
        Some(other) => (
            format!("{against}: {}", figures(other)),
            format!(
                "{:.2} | {:.2} | {:.2}",
                ours.wall / other.wall,
                ours.user / other.user,
                f64::from(ours.memory) / f64::from(other.memory)
            ),
        ),
        None if against.is_empty() => ("–".to_owned(), "– | – | –".to_owned()),
        None => (format!("{against}: not measured"), "– | – | –".to_owned()),
    };
    format!("| {what} | {} | {against} | {ratios} | {budget} |\n", figures(ours))
}

fn figures(usage: &Usage) -> String {
    format!("{:.2} s, {:.2} s, {} MB", usage.wall, usage.user, usage.memory)
}

fn put_into_page(path: &Path, table: &str) -> Result<(), Failure> {
    const MARKERS: (&str, &str) = ("<!-- bench -->\n", "<!-- /bench -->");
    let text =
        fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let parts = text.split_once(MARKERS.0).and_then(|(before, rest)| {
        rest.split_once(MARKERS.1).map(|(_, after)| (before, after))
    });
    let Some((before, after)) = parts else {
        return Err(Failure::Input(format!(
            "error: {PAGE} must have two bench markers"
        )));
    };
    let text = format!("{before}{}{table}{}{after}", MARKERS.0, MARKERS.1);
    fs::write(path, text).map_err(|error| Failure::unwritable(path, &error))
}
