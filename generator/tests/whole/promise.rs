//! The names' promise: every name that a program can use today stays usable after an update, unless
//! the API itself has removed it.

use std::collections::BTreeSet;

use atlas_admin_generator::{Ledger, Options, Output, generate};

use super::said;
use super::surface::surface;

const HEAD: &str = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\n";

/// The first document; changes replace parts of it.
const PATHS: &str = "
paths:
  /basket:
    get:
      operationId: getGroupBasket
      tags: [Fruits]
      parameters:
        - {name: order, in: query, schema: {type: string, enum: [UP, DOWN]}}
      responses:
        '200':
          description: ''
          content:
            application/vnd.atlas.2024-01-01+json:
              schema: {$ref: '#/components/schemas/Basket'}
";

const SCHEMAS: &str = "
components:
  schemas:
    Basket:
      type: object
      properties:
        apple: {$ref: '#/components/schemas/Apple'}
        pear: {$ref: '#/components/schemas/Pear'}
        fruit: {$ref: '#/components/schemas/Fruit'}
        notice: {$ref: '#/components/schemas/Notice'}
        ping: {$ref: '#/components/schemas/Ping'}
        limit: {oneOf: [{type: boolean}, {type: string}]}
        mapping: {oneOf: [{$ref: '#/components/schemas/Apple'}, {type: array, items: {$ref: '#/components/schemas/Apple'}}]}
    Ping: {type: object, properties: {pong: {$ref: '#/components/schemas/Pong'}}}
    Pong: {type: object, properties: {ping: {$ref: '#/components/schemas/Ping'}}}
    Apple:
      type: object
      properties:
        kind: {type: string}
        unit: {type: string, enum: [KILO, PIECE]}
        grade: {type: string, enum: [A, B]}
        origin: {type: object, properties: {country: {type: string}, soil: {type: string, enum: [CLAY]}}}
    Pear:
      type: object
      properties:
        kind: {type: string}
        unit: {type: string, enum: [KILO, PIECE]}
        origin: {type: object, properties: {country: {type: string}, soil: {type: string, enum: [CLAY]}}}
    Fruit:
      discriminator:
        propertyName: kind
        mapping: {APPLE: '#/components/schemas/Apple', PEAR: '#/components/schemas/Pear'}
      oneOf: [{$ref: '#/components/schemas/Apple'}, {$ref: '#/components/schemas/Pear'}]
    Notice:
      oneOf: [{$ref: '#/components/schemas/RipeNotice'}, {$ref: '#/components/schemas/SoldNotice'}]
    RipeNotice: {type: object, properties: {type: {type: string, enum: [RIPE]}, days: {type: integer}}}
    SoldNotice: {type: object, properties: {type: {type: string, enum: [SOLD]}, cents: {type: integer}}}
";

fn document(changes: &[(&str, &str)]) -> String {
    let mut document = format!("{HEAD}{PATHS}{SCHEMAS}");
    for (from, to) in changes {
        assert!(document.contains(from), "nothing to change: {from}");
        document = document.replace(from, to);
    }
    document
}

fn generated(document: &str, ledger: &Ledger) -> Output {
    generate(document.as_bytes(), &[], ledger, &Options::default())
        .unwrap_or_else(|found| panic!("{}\n{document}", said(&found)))
}

fn first() -> Output {
    generated(&document(&[]), &Ledger::default())
}

/// Asserts that a changed document keeps all names, and that a second run changes nothing more.
fn keeps_every_name(changes: &[(&str, &str)]) -> Output {
    keeps(changes, &[])
}

/// Asserts that a changed document keeps all names except those that contain one of these words.
fn keeps(changes: &[(&str, &str)], gone: &[&str]) -> Output {
    let first = first();
    let changed = document(changes);
    let second = generated(&changed, &first.ledger);
    let now = surface(&second.files);
    let missing: Vec<String> = surface(&first.files)
        .into_iter()
        .filter(|name| {
            !now.contains(name) && !gone.iter().any(|gone| name.contains(gone))
        })
        .collect();
    assert!(missing.is_empty(), "no longer there: {missing:#?}\nbut: {now:#?}");
    if gone.is_empty() {
        keeps_lines(&first.ledger, &second.ledger);
    }
    let third = generated(&changed, &second.ledger);
    assert_eq!(third.files, second.files, "a second run moves something");
    assert_eq!(third.ledger, second.ledger);
    second
}

/// Asserts that a ledger was only added to.
pub(crate) fn keeps_lines(before: &Ledger, after: &Ledger) {
    let parse = |ledger: &Ledger| {
        toml::Value::Table(ledger.render().parse::<toml::Table>().expect("TOML"))
    };
    keeps_value("", &parse(before), &parse(after));
}

fn keeps_value(at: &str, before: &toml::Value, after: &toml::Value) {
    match (before, after) {
        (toml::Value::Table(before), toml::Value::Table(after)) => {
            for (key, value) in before {
                let at = format!("{at}/{key}");
                let now = after.get(key).unwrap_or_else(|| panic!("{at} is gone"));
                keeps_value(&at, value, now);
            }
        }
        (toml::Value::Array(before), toml::Value::Array(after)) => {
            let kept = before.iter().all(|value| after.contains(value));
            assert!(kept, "{at}: {before:?} became {after:?}");
        }
        _ => assert_eq!(before, after, "{at}"),
    }
}

#[test]
fn the_same_document_with_its_ledger_changes_nothing() {
    keeps_every_name(&[]);
}

#[test]
fn a_second_enum_of_the_same_property_takes_no_name() {
    let plums = "{type: object, properties: {unit: {type: string, enum: [LITRE]}, grade: {type: string, enum: [X]}, order: {type: string, enum: [LEFT]}}}";
    let added = format!(
        "    Basket:
      type: object
      properties:
        one: {plums}
        two: {plums}
        three: {plums}
"
    );
    keeps_every_name(&[(
        "    Basket:\n      type: object\n      properties:\n",
        &added,
    )]);
}

#[test]
fn enums_that_stop_being_equal_stay_one_type() {
    let pear = (
        "{type: string, enum: [KILO, PIECE]}\n        origin",
        "{type: string, enum: [KILO, CRATE]}\n        origin",
    );
    let second = keeps_every_name(&[pear]);
    let names = surface(&second.files);
    assert!(names.contains("variant types::Unit::Crate"), "{names:#?}");
}

#[test]
fn records_that_stop_being_equal_stay_one_type() {
    let city = "country: {type: string}, city: {type: string}, soil: {type: string, enum: [CLAY, SAND]}";
    let both = "country: {type: string}, soil: {type: string, enum: [CLAY]}";
    // Apple's is the first of the two properties, Pear's the second.
    let (apple, pear) = SCHEMAS.split_once("    Pear:").expect("two schemas");
    for changed in [
        format!("{}    Pear:{pear}", apple.replace(both, city)),
        format!("{apple}    Pear:{}", pear.replace(both, city)),
    ] {
        let second = keeps_every_name(&[(SCHEMAS, &changed)]);
        let names = surface(&second.files);
        assert!(
            names.contains("field types::Origin.city: Option < String >"),
            "{names:#?}"
        );
    }
}

#[test]
fn a_new_schema_leaves_an_inline_type_its_name() {
    let added = "    Basket:
      type: object
      properties:
        a: {$ref: '#/components/schemas/Unit'}
        b: {$ref: '#/components/schemas/AppleGrade'}
        c: {$ref: '#/components/schemas/GetGroupBasketOrder'}
";
    let schemas = "  schemas:
    Unit: {type: object, properties: {x: {type: string}}}
    AppleGrade: {type: object, properties: {x: {type: string}}}
    GetGroupBasketOrder: {type: object, properties: {x: {type: string}}}
";
    keeps_every_name(&[
        ("    Basket:\n      type: object\n      properties:\n", added),
        ("  schemas:\n", schemas),
    ]);
}

#[test]
fn a_new_variant_leaves_its_siblings_their_names() {
    let second = keeps_every_name(&[
        (
            "mapping: {APPLE: '#/components/schemas/Apple', ",
            "mapping: {APPLE: '#/components/schemas/Apple', CRAB: '#/components/schemas/Apple', PLUM: '#/components/schemas/Plum', ",
        ),
        (
            "    Notice:\n      oneOf: [",
            "    Notice:\n      oneOf: [{$ref: '#/components/schemas/Ripe'}, ",
        ),
        (
            "  schemas:\n",
            "  schemas:\n    Plum: {type: object, properties: {kind: {type: string}}}\n    Ripe: {type: object, properties: {type: {type: string, enum: [LOST]}}}\n",
        ),
    ]);
    let names = surface(&second.files);
    assert!(names.contains("variant types::Fruit::Plum (Plum)"), "{names:#?}");
}

#[test]
fn a_new_kind_of_json_before_the_others_moves_none() {
    keeps_every_name(&[(
        "{oneOf: [{type: boolean}, {type: string}]}",
        "{oneOf: [{type: integer}, {type: boolean}, {type: string}]}",
    )]);
}

#[test]
fn a_new_version_leaves_the_dated_function_where_it_is() {
    let schema = "schema: {$ref: '#/components/schemas/Basket'}\n";
    let added = format!(
        "{schema}            application/vnd.atlas.2025-01-01+json:\n              {schema}"
    );
    keeps_every_name(&[(schema, &added)]);
}

#[test]
fn a_short_name_given_later_changes_no_function() {
    let id = "operationId: getGroupBasket\n";
    let short = format!("{id}      x-xgen-operation-id-override: getBasket\n");
    keeps_every_name(&[(id, &short)]);
}

#[test]
fn what_is_gone_keeps_its_line_and_comes_back_as_it_was() {
    let gone = document(&[
        ("        pear: {$ref: '#/components/schemas/Pear'}\n", ""),
        (
            ", PEAR: '#/components/schemas/Pear'}\n      oneOf: [{$ref: '#/components/schemas/Apple'}, {$ref: '#/components/schemas/Pear'}]",
            "}\n      oneOf: [{$ref: '#/components/schemas/Apple'}]",
        ),
    ]);
    let first = first();
    let second = generated(&gone, &first.ledger);
    assert!(!surface(&second.files).contains("type types::Pear"));
    keeps_lines(&first.ledger, &second.ledger);
    let third = generated(&document(&[]), &second.ledger);
    // Fields that only the apple was left to share stay common too.
    let missing = &surface(&first.files) - &surface(&third.files);
    assert!(missing.is_empty(), "{missing:#?}");
    keeps_lines(&second.ledger, &third.ledger);
}

#[test]
fn what_is_kept_though_the_document_declares_it_no_more_is_listed() {
    assert_eq!(first().unmapped, "");
    let second = keeps_every_name(&[
        (
            "      discriminator:
        propertyName: kind
        mapping: {APPLE: '#/components/schemas/Apple', PEAR: '#/components/schemas/Pear'}
      oneOf: [{$ref: '#/components/schemas/Apple'}, {$ref: '#/components/schemas/Pear'}]
",
            "      {type: object, properties: {kind: {type: string}}}\n",
        ),
        (
            "{type: object, properties: {country: {type: string}, soil: {type: string, enum: [CLAY]}}}",
            "{type: object}",
        ),
    ]);
    for line in [
        "`Fruit` keeps variants that the document does not declare: `Apple`, `Pear`\n",
        "keeps properties that the document does not declare: `country`, `soil`\n",
    ] {
        assert!(second.unmapped.contains(line), "{}", second.unmapped);
    }
}

#[test]
fn what_the_document_lists_is_told_where_the_type_has_more() {
    assert!(first().listed.is_empty(), "{:?}", first().listed);
    let second = keeps_every_name(&[(
        "        unit: {type: string, enum: [KILO, PIECE]}\n        grade",
        "        unit: {type: string, enum: [PIECE]}\n        grade",
    )]);
    let told = [("Apple.unit".to_owned(), vec!["PIECE".to_owned()])];
    assert_eq!(second.listed, told.into());
}

#[test]
fn the_first_place_of_an_inline_type_may_go() {
    keeps(
        &[(
            "        unit: {type: string, enum: [KILO, PIECE]}\n        grade",
            "        grade",
        )],
        // The apple's own field, and that of apples and pears in common.
        &["field types::Apple.unit", "field types::FruitCommon.unit"],
    );
}

#[test]
fn a_name_that_was_taken_once_is_not_given_again() {
    let removed =
        document(&[("        unit: {type: string, enum: [KILO, PIECE]}\n", "")]);
    let second = generated(&removed, &first().ledger);
    // Two equal types at other places, so that the word alone means them.
    let unit = "unit: {type: object, properties: {grams: {type: integer}}}, ";
    let other = removed
        .replace("days: {type: integer}", &format!("{unit}days: {{type: integer}}"))
        .replace("cents: {type: integer}", &format!("{unit}cents: {{type: integer}}"));
    let third = generated(&other, &second.ledger);
    let names = surface(&third.files);
    assert!(names.contains("type types::UnitValue"), "{names:#?}");
    assert!(!names.contains("type types::Unit"), "{names:#?}");
}

#[test]
fn a_type_that_comes_first_moves_no_box() {
    let pong = "{$ref: '#/components/schemas/Pong'}";
    let second = keeps_every_name(&[
        (
            "        ping:",
            "        first: {$ref: '#/components/schemas/Aaa'}\n        ping:",
        ),
        (
            "    Ping:",
            &format!(
                "    Aaa: {{type: object, properties: {{pong: {pong}}}}}\n    Ping:"
            ),
        ),
    ]);
    let names = surface(&second.files);
    assert!(
        names.contains("field types::Pong.ping: Option < Box < Ping > >"),
        "{names:#?}"
    );
}

#[test]
fn types_that_become_equal_stay_two() {
    let kind = "kind: {type: string}\n";
    let grade = format!("{kind}        grade: {{type: string, enum: [ONE]}}\n");
    let (apple, pear) = SCHEMAS.split_once("    Pear:").expect("two schemas");
    let different =
        format!("{HEAD}{PATHS}{apple}    Pear:{}", pear.replace(kind, &grade));
    let equal = different.replace("[ONE]", "[A, B]");
    let first = generated(&different, &Ledger::default());
    let second = generated(&equal, &first.ledger);
    let names = surface(&second.files);
    for name in [
        "field types::Apple.grade: Option < AppleGrade >",
        "field types::Pear.grade: Option < PearGrade >",
    ] {
        assert!(names.contains(name), "{name}: {names:#?}");
    }
}

#[test]
fn another_operation_id_changes_nothing() {
    keeps_every_name(&[("operationId: getGroupBasket", "operationId: fetchBasket")]);
}

#[test]
fn a_renamed_group_keeps_its_module_and_feature() {
    let second = keeps_every_name(&[("tags: [Fruits]", "tags: [Groceries]")]);
    assert!(second.files["Cargo.toml"].contains("\nfruits = []\n"));
    let names = surface(&second.files);
    assert!(names.contains("type types::Apple with feature = \"fruits\""), "{names:#?}");
    assert!(!second.files["Cargo.toml"].contains("groceries"));
}

/// Returns the first document with a second operation, in a group of its own.
fn two_groups() -> String {
    let second = PATHS[8..].replace("basket", "box").replace("Fruits", "Boxes");
    let second = second.replace("getGroupBasket", "getBox");
    document(&[(PATHS, &format!("{PATHS}{second}"))])
}

#[test]
fn the_feature_of_a_group_that_is_gone_stays() {
    let both = generated(&two_groups(), &Ledger::default());
    assert!(both.files.contains_key("src/boxes.rs"));
    let second = generated(&document(&[]), &both.ledger);
    assert!(!second.files.contains_key("src/boxes.rs"));
    assert!(second.files["Cargo.toml"].contains("\nboxes = []\n"));
}

#[test]
fn required_and_nullable_may_toggle() {
    keeps_every_name(&[
        ("days: {type: integer}", "days: {type: integer, nullable: true}"),
        ("    Ping: {type: object,", "    Ping: {type: object, required: [pong],"),
    ]);
}

#[test]
fn an_enum_stays_one_and_text_stays_text() {
    let second = keeps_every_name(&[
        ("grade: {type: string, enum: [A, B]}", "grade: {type: string}"),
        (
            "order, in: query, schema: {type: string, enum: [UP, DOWN]}",
            "order, in: query, schema: {type: string}",
        ),
        ("country: {type: string}", "country: {type: string, enum: [FR, DE]}"),
    ]);
    let names = surface(&second.files);
    assert!(names.contains("field types::Origin.country: Option < String >"));
    assert!(
        second.files["src/types/fruits.rs"].contains("`FR`"),
        "the values are documented"
    );
}

#[test]
fn a_value_that_is_gone_stays() {
    keeps_every_name(&[("enum: [A, B]", "enum: [B, C]")]);
}

#[test]
fn text_may_turn_into_a_time_and_back() {
    let first =
        [("country: {type: string}", "country: {type: string, format: date-time}")];
    keeps_every_name(&first);
}

#[test]
fn an_inline_type_may_get_a_name() {
    keeps_every_name(&[
        (
            "origin: {type: object, properties: {country: {type: string}, soil: {type: string, enum: [CLAY]}}}",
            "origin: {$ref: '#/components/schemas/Provenance'}",
        ),
        (
            "  schemas:\n",
            "  schemas:\n    Provenance: {type: object, properties: {country: {type: string}, soil: {$ref: '#/components/schemas/Ground'}}}\n    Ground: {type: string, enum: [CLAY]}\n",
        ),
    ]);
}

#[test]
fn a_schema_may_be_renamed() {
    let renamed = SCHEMAS
        .replace("    Apple:", "    Pomaceous:")
        .replace("schemas/Apple'", "schemas/Pomaceous'")
        .replace("    Notice:", "    Announcement:")
        .replace("schemas/Notice'", "schemas/Announcement'");
    keeps_every_name(&[(SCHEMAS, &renamed)]);
}

#[test]
fn a_schema_that_takes_the_name_of_another_gets_another_name() {
    let swapped = SCHEMAS
        .replace("    Ping:", "    Third:")
        .replace("    Pong:", "    Ping:")
        .replace("    Third:", "    Pong:")
        .replace("schemas/Ping'", "schemas/Third'")
        .replace("schemas/Pong'", "schemas/Ping'")
        .replace("schemas/Third'", "schemas/Pong'");
    keeps_every_name(&[(SCHEMAS, &swapped)]);
}

#[test]
fn a_first_optional_parameter_makes_no_builder() {
    let plain = "      parameters:
        - {name: order, in: query, schema: {type: string, enum: [UP, DOWN]}}
";
    let first = generated(&document(&[(plain, "")]), &Ledger::default());
    let second = generated(&document(&[]), &first.ledger);
    let now = surface(&second.files);
    assert!(surface(&first.files).is_subset(&now), "{now:#?}");
    let calls = &second.files["tests/contract/calls/fruits.rs"];
    assert!(calls.contains(".query(\"order\", "), "it can still be set: {calls}");
}

#[test]
fn an_optional_parameter_that_becomes_required_stays_a_setter() {
    keeps_every_name(&[(
        "name: order, in: query,",
        "name: order, in: query, required: true,",
    )]);
}

#[test]
fn any_json_value_keeps_what_was_a_record() {
    keeps_every_name(&[(
        "notice: {$ref: '#/components/schemas/Notice'}",
        "notice: {type: object}",
    )]);
}

#[test]
fn a_choice_that_becomes_one_record_stays_a_choice() {
    let choice = "      oneOf: [{$ref: '#/components/schemas/RipeNotice'}, {$ref: '#/components/schemas/SoldNotice'}]";
    keeps_every_name(&[(
        choice,
        "      {type: object, properties: {type: {type: string}, days: {type: integer}, cents: {type: integer}}}",
    )]);
}

#[test]
fn a_number_that_becomes_text_breaks_alone() {
    let second =
        keeps(&[("cents: {type: integer}", "cents: {type: string}")], &["cents"]);
    let names = surface(&second.files);
    assert!(
        names.contains("field types::SoldNotice.cents: Option < String >"),
        "{names:#?}"
    );
}

/// Generates with an empty ledger to which lines were added by hand.
fn named_by_hand(lines: &str) -> BTreeSet<String> {
    let ledger = Ledger::parse(lines).unwrap_or_else(|problem| panic!("{problem}"));
    let first = generated(&document(&[]), &ledger);
    let second = generated(&document(&[]), &first.ledger);
    assert_eq!(second.files, first.files, "a second run moves something");
    surface(&first.files)
}

#[test]
fn names_can_be_given_by_hand() {
    let given = [
        ("[operations.\"get /basket\"]\nfunction = \"shop::get_it\"", "fn shop::get_it"),
        ("[modules]\nFruits = \"shop\"", "fn shop::get_group_basket"),
        ("[types]\nApple = \"Pome\"", "type types::Pome"),
        ("[types]\nFruit = \"Edible\"", "type types::Edible"),
        ("[types]\n\"Apple.grade\" = \"Grade\"", "type types::Grade"),
        (
            "[records.Apple]\nkind = \"species\"",
            "field types::Apple.species: Option < String >",
        ),
        ("[enums.AppleGrade]\nA = \"Best\"", "variant types::AppleGrade::Best"),
        (
            "[unions.Fruit.variants]\nRound = [\"Apple\", \"APPLE\"]",
            "variant types::Fruit::Round (Apple)",
        ),
    ];
    for (lines, name) in given {
        let names = named_by_hand(lines);
        assert!(names.contains(name), "{name}\n{names:#?}");
    }
}

#[test]
fn a_new_variant_never_stands_for_one_that_is_gone() {
    let pear = "PEAR: '#/components/schemas/Pear'";
    let gone = [
        (pear, "PLUM: '#/components/schemas/Plum'"),
        (
            "{$ref: '#/components/schemas/Pear'}]\n    Notice",
            "{$ref: '#/components/schemas/Plum'}]\n    Notice",
        ),
        (
            "    Fruit:\n",
            "    Plum: {type: object, properties: {kind: {type: string}, unit: {type: string, enum: [KILO, PIECE]}, origin: {type: object, properties: {country: {type: string}, soil: {type: string, enum: [CLAY]}}}, stone: {type: boolean}}}\n    Fruit:\n",
        ),
    ];
    let second = keeps(&gone, &["Fruit::Pear"]);
    let names = surface(&second.files);
    assert!(names.contains("variant types::Fruit::Plum (Plum)"), "{names:#?}");
}

#[test]
fn an_operation_that_moves_to_another_group_stays_in_its_module() {
    let first = generated(&two_groups(), &Ledger::default());
    let moved = two_groups().replace("tags: [Fruits]", "tags: [Boxes]");
    let second = generated(&moved, &first.ledger);
    let missing = &surface(&first.files) - &surface(&second.files);
    assert!(missing.is_empty(), "{missing:#?}");
    let module = &second.files["src/fruits.rs"];
    assert!(module.contains("tag: \"Boxes\""), "{module}");
}
