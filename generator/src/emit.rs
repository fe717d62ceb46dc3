//! The conversion of the model to files. This module decides nothing: all decisions are in the
//! model, the facts and the names.

mod cfg;
mod contract;
mod description;
mod docs;
mod enum_;
mod error_code;
mod example;
mod front;
mod literal;
mod manifest;
mod operation;
mod record;
mod registry;
mod tag;
mod ty;
mod types;
mod union;
mod wait;

use std::collections::BTreeMap;

use crate::facts::Facts;
use crate::model::Api;
use crate::names::Names;
use crate::sentences::Sentences;

/// The source of the sentences in doc comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Docs {
    /// Our own sentences of `spec/words/`, as far as there are some, and facts.
    #[default]
    Facts,
    /// The document's own prose, as far as there is some, for those who are allowed to use it.
    Full,
}

/// The location of the generated crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CrateLocation {
    /// In this repository: it inherits metadata of the workspace, and handwritten tests call its
    /// generated functions.
    #[default]
    Workspace,
    /// Outside of the repository, with the path to the runtime.
    Alone(String),
}

/// The input of the emitters.
pub struct Emit<'a> {
    pub api: &'a Api,
    pub facts: &'a Facts,
    pub names: &'a Names,
    pub sentences: &'a Sentences<'a>,
    pub docs: Docs,
    pub home: &'a CrateLocation,
}

/// The text of files, by their path in the generated crate.
pub type Files = BTreeMap<String, String>;

/// Returns the files of the crate, made on all cores.
pub fn emit(emit: &Emit<'_>) -> Files {
    let mut jobs: Vec<Job<'_>> = vec![
        Job::new("Cargo.toml", || manifest::cargo_toml(emit)),
        Job::new("README.md", || manifest::readme(emit)),
        Job::new("src/lib.rs", || manifest::lib(emit)),
        Job::new("src/registry.rs", || registry::registry(emit)),
    ];
    if !emit.names.codes.is_empty() {
        jobs.push(Job::new("src/error_code.rs", || error_code::error_code(emit)));
    }
    jobs.push(Job::new("src/types.rs", || types::root(emit)));
    if *emit.home == CrateLocation::Workspace {
        jobs.push(Job::new("tests/contract/calls.rs", || contract::root(emit)));
        for (tag, module) in emit.names.modules.iter().enumerate() {
            let path = format!("tests/contract/calls/{module}.rs");
            jobs.push(Job::new(path, move || contract::tag(emit, tag)));
        }
    }
    for (tag, module) in emit.names.modules.iter().enumerate() {
        jobs.push(Job::new(format!("src/{module}.rs"), move || tag::tag(emit, tag)));
    }
    // The largest jobs are last in the list, and taken first: no core is left with a large one at
    // the end.
    let mut by_size: Vec<_> = emit.names.files.iter().collect();
    by_size.sort_by_key(|file| file.types.len());
    for file in by_size {
        let path = format!("src/types/{}.rs", file.name);
        jobs.push(Job::new(path, move || types::file(emit, file)));
    }
    run(jobs)
}

/// The making of one file.
struct Job<'a> {
    path: String,
    make: Box<dyn FnOnce() -> String + Send + 'a>,
}

impl<'a> Job<'a> {
    fn new(path: impl Into<String>, make: impl FnOnce() -> String + Send + 'a) -> Self {
        Self { path: path.into(), make: Box::new(make) }
    }
}

fn run(jobs: Vec<Job<'_>>) -> Files {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let queue = std::sync::Mutex::new(jobs);
    let next = || queue.lock().ok()?.pop();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut made = Vec::new();
                    while let Some(job) = next() {
                        made.push((job.path, (job.make)()));
                    }
                    made
                })
            })
            .collect();
        // A panic must not pass for a file that is not wanted.
        let join = |worker: std::thread::ScopedJoinHandle<'_, Vec<_>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    })
}
