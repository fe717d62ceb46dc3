//! Possible future documents, in several steps: each is generated with the ledger of the one
//! before.

use atlas_admin_generator::{Files, Ledger, Options, Output, generate};

use super::said;
use super::surface::surface;

const JSON: &str = "application/vnd.atlas.2024-01-01+json";
const CSV: &str = "application/vnd.atlas.2024-01-01+csv";
const X: &str = "{type: object, properties: {x: {type: string}}}";

fn document(paths: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.1\ninfo: {{title: t, version: '1'}}\npaths:\n{paths}\ncomponents: {{schemas: {{{schemas}}}}}\n"
    )
}

/// Returns an operation on one line.
fn get(path: &str, id: &str, tag: &str, more: &str, content: &str) -> String {
    format!(
        "  '{path}': {{get: {{operationId: {id}, tags: [{tag}], {more} responses: {{'200': {{description: '', content: {{{content}}}}}}}}}}}\n"
    )
}

fn json(schema: &str) -> String {
    format!("{JSON}: {{schema: {schema}}}")
}

/// Returns a document with one property `R.a`.
fn property(schema: &str, others: &str) -> String {
    let get = get("/r", "getR", "Fruits", "", &json("{$ref: '#/components/schemas/R'}"));
    document(
        &get,
        &format!("R: {{type: object, properties: {{a: {schema}}}}}, {others}"),
    )
}

fn generated(document: &str, ledger: &Ledger) -> Output {
    generate(document.as_bytes(), &[], ledger, &Options::default())
        .unwrap_or_else(|found| panic!("{}\n{document}", said(&found)))
}

/// Generates the documents one after the other, and each again with its own ledger, which changes
/// nothing.
fn chain(documents: &[String]) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::new();
    for document in documents {
        let empty = Ledger::default();
        let ledger = outputs.last().map_or(&empty, |before| &before.ledger);
        let output = generated(document, ledger);
        let again = generated(document, &output.ledger);
        assert_eq!(again.files, output.files, "a second run moves something");
        assert_eq!(again.ledger, output.ledger, "a second run has more to say");
        let text = output.ledger.render();
        let read = Ledger::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read, output.ledger);
        outputs.push(output);
    }
    outputs
}

/// Asserts that the names of the first document stay, except those that contain one of these words.
fn keeps(documents: &[String], gone: &[&str]) {
    let outputs = chain(documents);
    let first = surface(&outputs[0].files);
    for (index, output) in outputs.iter().enumerate() {
        let now = surface(&output.files);
        let is_gone = |name: &String| gone.iter().any(|gone| name.contains(gone));
        let missing: Vec<&String> =
            first.difference(&now).filter(|name| !is_gone(name)).collect();
        assert!(missing.is_empty(), "{index}: {missing:#?}\nbut {now:#?}");
    }
}

fn text(files: &Files) -> String {
    files.values().map(String::as_str).collect()
}

#[test]
fn the_function_of_a_format_stays_where_the_first_format_goes() {
    let csv = format!("{CSV}: {{schema: {{type: string, format: binary}}}}");
    let of = |content: &str| document(&get("/a", "getA", "Fruits", "", content), "");
    let both = of(&format!("{}, {csv}", json(X)));
    keeps(&[both.clone(), of(&csv), both], &["get_a()", "::get_a", "GetAResponse"]);
    let outputs = chain(&[of(&format!("{}, {csv}", json(X))), of(&csv)]);
    let names = surface(&outputs[1].files);
    assert!(names.contains("fn fruits::v2024_01_01::get_a_as_csv"), "{names:#?}");
    assert!(!names.contains("fn fruits::v2024_01_01::get_a"), "{names:#?}");
}

#[test]
fn a_body_that_comes_later_never_becomes_an_argument() {
    let of = |more: &str| document(&get("/a", "getA", "Fruits", more, &json(X)), "");
    let body = of(&format!("requestBody: {{content: {{{}}}}},", json(X)));
    keeps(&[of(""), body.clone(), body], &[]);
}

#[test]
fn a_parameter_that_comes_later_is_never_refused() {
    let parameter = |name: &str, place: &str| {
        format!(
            "{{name: {name}, in: {place}, required: true, schema: {{type: string}}}}"
        )
    };
    let filter = "{name: f, in: query, schema: {type: string}}";
    let of = |path: &str, parameters: &[&str]| {
        let parameters = format!("parameters: [{}],", parameters.join(", "));
        document(&get(path, "getA", "Fruits", &parameters, &json(X)), "")
    };
    let first = of("/a/{groupId}", &[&parameter("groupId", "path"), filter]);
    // The parameter of the path has another name, and a new parameter has its old one.
    let project = parameter("projectId", "path");
    let old = "{name: groupId, in: query, schema: {type: string}}";
    let header = "{name: f, in: header, schema: {type: string}}";
    let second = of("/a/{projectId}", &[&project, filter, old, header]);
    keeps(&[first.clone(), second, first], &[]);
}

#[test]
fn text_in_the_query_stays_text() {
    let of = |schema: &str| {
        let parameters =
            format!("parameters: [{{name: f, in: query, schema: {schema}}}],");
        document(&get("/a", "getA", "Fruits", &parameters, &json(X)), "")
    };
    let string = of("{type: string}");
    let either = of("{oneOf: [{type: string}, {type: integer}]}");
    keeps(&[string.clone(), either, of("{type: integer}"), string], &[]);
}

#[test]
fn a_map_stays_where_its_properties_come_to_be_declared() {
    let map = property("{type: object, additionalProperties: {type: string}}", "");
    let record = property(
        "{type: object, properties: {k: {type: string}, e: {type: string, enum: [A]}}}",
        "",
    );
    keeps(&[map.clone(), record, map], &[]);
}

const ALL: &str = "
  P: {type: object, properties: {k: {type: string}, o: {type: string}}},
  Q: {type: object, properties: {k: {type: string}, o: {type: string}}},
  Z: {type: object, properties: {k: {type: string}, o: {type: integer}}}";

fn union(names: &[&str]) -> String {
    let schema = |name: &&str| format!("{{$ref: '#/components/schemas/{name}'}}");
    let tag =
        |name: &&str| format!("{}: '#/components/schemas/{name}'", name.to_lowercase());
    let all: Vec<String> = names.iter().map(schema).collect();
    let tags: Vec<String> = names.iter().map(tag).collect();
    format!(
        "{{oneOf: [{}], discriminator: {{propertyName: k, mapping: {{{}}}}}}}",
        all.join(", "),
        tags.join(", ")
    )
}

#[test]
fn a_variant_with_another_type_leaves_the_common_record_its_field() {
    let first = property(&union(&["P", "Q"]), ALL);
    keeps(&[first.clone(), property(&union(&["P", "Q", "Z"]), ALL), first], &[]);
}

#[test]
fn a_union_becomes_a_record_or_free_form_and_comes_back() {
    let first = property(&union(&["P", "Q"]), ALL);
    let record = "{type: object, properties: {k: {type: string}, o: {type: string}}}";
    let others = [record, "{type: object}", "{}"].map(|it| property(it, ALL));
    for other in others {
        keeps(&[first.clone(), other, first.clone()], &[]);
    }
}

fn tagged(a: &str, b: &str, c: &str) -> String {
    let paths: String = [("/a", "getA", a), ("/b", "getB", b), ("/c", "getC", c)]
        .map(|(path, id, tag)| get(path, id, tag, "", &json(X)))
        .concat();
    document(&paths, "")
}

#[test]
fn tags_are_swapped_merged_split_and_renamed_to_one_another() {
    let first = tagged("One", "Two", "Two");
    for (a, b, c) in [
        ("Two", "One", "One"),
        ("Two", "Two", "Two"),
        ("One", "Half", "Other"),
        ("Two", "Half", "half"),
        ("Two", "Three", "Three"),
        ("Types", "Registry", "Registry"),
    ] {
        let then = tagged("Two", "One", "Three");
        keeps(&[first.clone(), tagged(a, b, c), then, first.clone()], &[]);
    }
}

#[test]
fn ids_are_swapped_and_given_to_others() {
    let first = tagged("One", "One", "Two");
    let swapped =
        first.replace("getA", "getQ").replace("getB", "getA").replace("getQ", "getB");
    let new = get("/d", "getA", "One", "", &json("{type: object}"));
    let given =
        first.replace("getA", "getOld").replace("paths:\n", &format!("paths:\n{new}"));
    keeps(&[first.clone(), swapped, given, first], &[]);
}

#[test]
fn schemas_swap_their_names() {
    let of = |a: &str, b: &str, schemas: &str| {
        let paths = [("/a", "getA", a), ("/b", "getB", b)].map(|(path, id, schema)| {
            get(
                path,
                id,
                "One",
                "",
                &json(&format!("{{$ref: '#/components/schemas/{schema}'}}")),
            )
        });
        document(&paths.concat(), schemas)
    };
    let (m, n) = (X, "{type: object, properties: {y: {type: integer}}}");
    let first = of("M", "N", &format!("M: {m}, N: {n}"));
    let swapped = of("N", "M", &format!("N: {m}, M: {n}"));
    let taken = of("K", "N", &format!("K: {m}, N: {n}, M: {{type: string, enum: [A]}}"));
    keeps(&[first.clone(), swapped, taken, first], &[]);
}

#[test]
fn a_ledger_of_nonsense_is_refused_in_words() {
    let first = chain(&[property("{type: string}", "")]);
    let ledger = first[0].ledger.render();
    let deep =
        format!("a: Option<{}String{}>", "Vec<".repeat(60_000), ">".repeat(60_000));
    for (from, to) in [
        ("a: Option<String>", "self: Option<String>"),
        ("a: Option<String>", "a: Option<Self>"),
        ("a: Option<String>", deep.as_str()),
        ("fruits::get_r", "fruits::super"),
        ("\"fruits\"", "\"crate\""),
    ] {
        assert!(ledger.contains(from), "{from}: {ledger}");
        assert!(
            Ledger::parse(&ledger.replace(from, to)).is_err(),
            "{from} → {:.40}",
            to
        );
    }
    let union = "\n[unions.U]\nby = 'k'\ncommon = 'no such'\n";
    assert!(Ledger::parse(&format!("{ledger}{union}")).is_err());
}

#[test]
fn a_tag_called_mod_is_no_file_of_that_name() {
    let first = tagged("One", "Two", "Two");
    let output = chain(&[first, tagged("One", "Two", "Mod")]).remove(1);
    let new = chain(&[tagged("Mod", "Mod", "Mod")]).remove(0);
    for files in [output.files, new.files] {
        assert!(
            files.keys().all(|path| !path.ends_with("/mod.rs")),
            "{:?}",
            files.keys()
        );
    }
}

#[test]
fn text_that_may_be_a_number_too_stays_text() {
    let string = property("{type: string}", "");
    let either = property("{oneOf: [{type: string}, {type: integer}]}", "");
    keeps(&[string.clone(), either, string], &[]);
}

#[test]
fn two_new_tags_may_differ_in_case_only() {
    let new = get("/d", "getD", "Four", "", &json(X))
        + &get("/e", "getE", "four", "", &json(X));
    let first = tagged("One", "Two", "Two");
    let second = first.replace("paths:\n", &format!("paths:\n{new}"));
    keeps(&[first, second], &[]);
}

#[test]
fn two_new_members_may_have_one_rust_name() {
    let enumeration =
        |values: &str| property(&format!("{{type: string, enum: [{values}]}}"), "");
    keeps(&[enumeration("FOO_BAR"), enumeration("FOO_BAR, fooBar, foo-bar")], &[]);
}

#[test]
fn a_reserved_name_in_the_ledger_is_refused() {
    let first = chain(&[property("{type: string, enum: [A]}", "")]);
    let ledger = first[0].ledger.render();
    for (from, to) in [
        ("a: Option<RA>", "extra: Option<RA>"),
        ("A = \"A\"", "A = \"Unknown\""),
        ("a: Option<RA>", "a: Option<Box<RA>>"),
    ] {
        assert!(ledger.contains(from), "{from}: {ledger}");
        let changed = Ledger::parse(&ledger.replace(from, to));
        let document = property("{type: string, enum: [A]}", "");
        let made = changed.map(|ledger| {
            generate(document.as_bytes(), &[], &ledger, &Options::default())
                .map(|it| text(&it.files))
        });
        assert!(
            !matches!(made, Ok(Ok(_))),
            "{from} → {to} makes a crate that cannot compile"
        );
    }
}
