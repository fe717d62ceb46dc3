use super::*;

fn problems(file: &str, text: &str) -> Vec<String> {
    let found = Words::parse([(file, text)]).expect_err("an error");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn sentences_are_found_by_kind_and_key() {
    let words = Words::parse([
        ("operations", "# Why.\ngetBike = \"Returns a bike.\"\n"),
        ("values", "[\"Bike.state\"]\nNEW = \"Not ridden yet.\"\n"),
    ])
    .expect("words");
    assert_eq!(words.operations["getBike"].text, "Returns a bike.");
    let place = Place::Text { line: 2, column: 1 };
    assert_eq!(words.operations["getBike"].place, place);
    assert_eq!(words.values["Bike.state"]["NEW"].text, "Not ridden yet.");
    assert!(Words::parse([]).expect("none").is_empty());
}

#[test]
fn a_line_that_is_wrong_is_named_with_what_to_do() {
    for (file, text, says) in [
        ("tags", "A = \"A.\"\nB = \"no end\"", "has for `B` no sentence"),
        ("tags", "A = \"A.\"\nB = \" B.\"", "no sentence"),
        ("tags", "A = \"A.\"\nB = \"\"", "no sentence"),
        ("tags", "A = \"A.\"\nB = \"a\\nb.\"", "more than one line"),
        ("types", "A = \"A.\"\nB = \"`b.\"", "a backtick without its partner"),
        ("values", "[A]\nB = \"`b.\"", "has for `B` a backtick"),
        ("values", "[A]\nB = 1", "invalid type"),
        ("properties", "A = \"A.\"\nA = \"A.\"", "duplicate key"),
        ("properties", "A = \"A.\"\nB", "is not valid TOML"),
    ] {
        let found = problems(file, text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let said = &found[0];
        assert!(said.contains(says), "{text}: {said}");
        assert!(said.contains(&format!("spec/words/{file}.toml ")), "{text}: {said}");
        assert!(said.contains("at line 2, column "), "{text}: {said}");
        assert!(said.contains("help: "), "{text}: {said}");
    }
}

#[test]
fn a_file_of_another_kind_is_named() {
    let found = problems("property", "");
    assert!(found[0].contains("spec/words/property.toml holds"), "{found:?}");
    assert!(found[0].contains("help: call it operations, "), "{found:?}");
}

#[test]
fn all_wrong_lines_are_named() {
    assert_eq!(problems("tags", "A = \"a\"\nB = \"b\"").len(), 2);
}

#[test]
fn the_first_sentence_ends_before_the_next_begins() {
    let first = |text: &'static str| split(text).0;
    assert_eq!(first("One. Two."), "One.");
    let long = "Version 7.0 of `a. B`, e. g. it. `Two` it is.";
    assert_eq!(split(long), ("Version 7.0 of `a. B`, e. g. it.", Some("`Two` it is.")));
    assert_eq!(split("One."), ("One.", None));
    assert_eq!(split("One. Two. Three.").1, Some("Two. Three."));
}
