//! The floors of the runtime and of the generator: the modules of a crate are in layers, and a
//! module may only use modules of lower layers.
//!
//! The lists are the order of the modules, the lowest first. A module that is in neither list, a
//! line without a module and a path to a higher module fail. A name of the crate's root counts as
//! higher, because the root re-exports modules of all layers for users. Tests are not checked.

mod source;

use std::collections::BTreeMap;
use std::path::Path;

use source::{Crate, Named};

const GENERATOR: &[&str] = &[
    "pointer",
    "diagnostic",
    "version",
    "template",
    "codes",
    "words",
    "conventions",
    "tree",
    "grammar",
    "prose",
    "canonical",
    "overlay",
    "document",
    "model",
    "casing",
    "ledger",
    "lower",
    "reconcile",
    "settle",
    "facts",
    "names",
    "listed",
    "sentences",
    "summary",
    "enter",
    "render",
    "emit",
];

/// The transport that comes with the runtime is above the trait, and above the errors, which name
/// what the trait fails with.
const RUNTIME: &[&str] = &[
    "version",
    "media_type",
    "headers",
    "inflate",
    "template",
    "operation",
    "codec",
    "text",
    "paging",
    "registry",
    "response",
    "builder",
    "transport",
    "credentials",
    "clock",
    "file",
    "error",
    "transport::absent",
    "transport::reqwest",
    "trace",
    "failure",
    "retry",
    "pace",
    "connection",
    "auth",
    "layer",
    "additions",
    "client",
    "request",
    "download",
    "exchange",
    "output",
    "send",
    "page",
    "poll",
    "wait",
    "blocking",
    "testing",
];

#[test]
fn nothing_in_the_generator_imports_upwards() {
    assert_floors("../generator/src", GENERATOR);
}

#[test]
fn nothing_in_the_runtime_imports_upwards() {
    assert_floors("../runtime/src", RUNTIME);
}

fn assert_floors(folder: &str, floors: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let wrong = wrong(&Crate::read(&folder), floors);
    assert!(wrong.is_empty(), "{}:\n{}", folder.display(), wrong.join("\n"));
}

/// Returns all violations of the order of a crate.
fn wrong(source: &Crate, floors: &[&str]) -> Vec<String> {
    let mut wrong: Vec<String> = floors
        .iter()
        .filter(|floor| !source.modules.contains(&path_of(floor)))
        .map(|floor| format!("`{floor}` is a floor, but no module"))
        .collect();
    for Named { file, line, module, path } in &source.named {
        let place = format!("{file}:{line}");
        let Some(from) = floor(floors, module) else {
            wrong.push(format!("{place}: `{}` is on no floor", module.join("::")));
            continue;
        };
        let said = path.join("::");
        let target = source.macros.get(path.first().map_or("", String::as_str));
        match floor(floors, target.unwrap_or(path)) {
            None => wrong.push(format!(
                "{place}: `{said}` is a name of the root; write the module that defines it"
            )),
            Some(to) if to > from => wrong.push(format!(
                "{place}: `{}` names `{said}`, and `{}` is above it",
                floors[from], floors[to]
            )),
            Some(_) => {}
        }
    }
    wrong.dedup();
    wrong
}

/// Returns the position of a path: that of the longest matching module in the list.
fn floor(floors: &[&str], path: &[String]) -> Option<usize> {
    let stands = |floor: &&str| path.starts_with(&path_of(floor));
    let found = floors.iter().enumerate().filter(|(_, floor)| stands(floor));
    found.max_by_key(|(_, floor)| floor.len()).map(|(index, _)| index)
}

fn path_of(module: &str) -> Vec<String> {
    module.split("::").map(str::to_owned).collect()
}

fn judged(files: &[(&str, &str)], floors: &[&str]) -> Vec<String> {
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    wrong(&Crate::of(&files), floors)
}

#[test]
fn what_leads_upwards_is_found_wherever_it_stands() {
    let high = ("high.rs", "pub struct High;");
    for text in [
        "use crate::high::High;",
        "use crate::{low::inner, high::High};",
        "use super::high;",
        "pub(crate) use crate::high as other;",
        "mod inner { use super::super::high::High; }",
        "fn f() -> crate::high::High { todo!() }",
        "fn f() { println!(\"{:?}\", crate::high::High); }",
        "macro_rules! m { () => { crate::high::High } }",
        "#[cfg(feature = \"x\")]\nuse crate::high::High;",
    ] {
        let found = judged(&[("low.rs", text), high], &["low", "high"]);
        let is_it = |found: &String| {
            found.starts_with("low.rs:") && found.ends_with("`high` is above it")
        };
        assert!(found.len() == 1 && is_it(&found[0]), "{text}: {found:?}");
        let found = judged(&[("low.rs", text), high], &["high", "low"]);
        assert_eq!(found, [""; 0], "{text}");
    }
}

#[test]
fn what_is_no_import_is_passed_over() {
    for text in [
        "// use crate::high::High;",
        "use self::inner::A; mod inner { pub struct A; }",
        "mod inner { use super::Own; } struct Own;",
        "#[cfg(test)]\nuse crate::high::High;",
        "#[cfg(test)]\nmod tests { use crate::high::High; }",
        "macro_rules! m { () => { $crate::high::High } }",
        "fn f() -> TokenStream { quote!(use crate::high::High;) }",
        "pub(in crate::low) fn f() {}",
    ] {
        let files = [("low.rs", text), ("high.rs", "")];
        assert_eq!(judged(&files, &["low", "high"]), [""; 0], "{text}");
    }
    let files = [
        ("low.rs", "#[cfg(test)]\nmod tests;"),
        ("low/tests.rs", "use crate::high::High;"),
        ("high.rs", ""),
    ];
    assert_eq!(judged(&files, &["low", "high"]), [""; 0]);
}

#[test]
fn a_part_of_a_module_can_be_on_a_floor_of_its_own() {
    let files = [
        ("low.rs", "pub mod part;"),
        ("low/part.rs", "use crate::high::High;\n"),
        ("high.rs", "use crate::low::Low;"),
    ];
    assert_eq!(judged(&files, &["low", "high", "low::part"]), [""; 0]);
    let files = [("low.rs", "\nuse self::part::Part;"), files[1], files[2]];
    assert_eq!(
        judged(&files, &["low", "high", "low::part"]),
        ["low.rs:2: `low` names `low::part::Part`, and `low::part` is above it"]
    );
}

#[test]
fn modules_without_a_floor_and_names_of_the_root_are_wrong() {
    let files = [("low.rs", "\nuse crate::High;"), ("high.rs", "use crate::low::Low;")];
    assert_eq!(
        judged(&files, &["low", "high"]),
        ["low.rs:2: `High` is a name of the root; write the module that defines it"]
    );
    assert_eq!(
        judged(&files, &["low", "gone"]),
        [
            "`gone` is a floor, but no module",
            "high.rs:1: `high` is on no floor",
            "low.rs:2: `High` is a name of the root; write the module that defines it",
        ]
    );
}

#[test]
fn an_exported_macro_belongs_to_its_module() {
    let files = [
        ("low.rs", "#[macro_export]\nmacro_rules! made { () => {} }"),
        ("high.rs", "use crate::made;"),
    ];
    assert_eq!(judged(&files, &["low", "high"]), [""; 0]);
    assert_eq!(
        judged(&files, &["high", "low"]),
        ["high.rs:1: `high` names `made`, and `low` is above it"]
    );
}
