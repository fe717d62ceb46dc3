//! Conformance to RFC 8259, compared with `serde_json`.

use atlas_admin_runtime::codec::{Json, Map};

use super::{json, read, survives, write};

#[test]
fn texts_are_read_as_serde_json_reads_them() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "1.5",
        "-1.5e-3",
        "1e5",
        "1E+5",
        "0.0",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e308",
        "123456789012345678901234567890",
        "\"\"",
        "\"a\"",
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u0041\u00e9\u20ac""#,
        r#""\ud83d\ude00""#,
        r#""\uD83D\uDE00x""#,
        "\"é€😀\"",
        "\"\u{7f}\"",
        r#""\u0000""#,
        "[]",
        "{}",
        "[ ]",
        "{ }",
        "[1,2]",
        " [ 1 , 2 ] ",
        r#"{"a":1,"a":2}"#,
        r#"{"":{"":[]}}"#,
        "[[[[]]]]",
        "[1,[2,{\"a\":[null,true]}]]",
        r#"{"a\u0062": "\u0061b"}"#,
        "\t\n\r 1 ",
    ] {
        let read = read::<Json>(text).unwrap();
        assert_eq!(serde_json::Value::from(read), json(text), "{text}");
        survives::<Json>(text);
    }
}

#[test]
fn texts_are_refused_as_serde_json_refuses_them() {
    for text in [
        "nul",
        "nulll",
        "True",
        "tru",
        "+1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "-",
        "--1",
        "01",
        "-01",
        "0x1",
        "1_0",
        "NaN",
        "Infinity",
        "\"",
        "\"a",
        "'a'",
        r#""\a""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"\u{1}\"",
        "\"\t\"",
        r#""\"#,
        r#""\u""#,
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[,1]",
        "[1 2]",
        "[1:2]",
        "{",
        "}",
        "{]",
        "[}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "1 2",
        "1]",
        "{}{}",
        "//",
        "/**/1",
        "\u{a0}1",
        "\u{0}",
    ] {
        assert!(read::<Json>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        // The discriminator is searched for before validation.
        let nested = format!("{{\"x\": {text}, \"providerName\": \"AWS\"}}");
        assert!(read::<super::sample::Region>(&nested).is_err(), "{nested}");
    }
}

#[test]
fn what_serde_json_refuses_and_a_service_sends_is_read() {
    for (text, expected) in [
        ("\u{feff}\"a\"", "a"),
        (r#""\ud800""#, "\u{fffd}"),
        (r#""\udc00""#, "\u{fffd}"),
        (r#""\ud800\u0041""#, "\u{fffd}A"),
        (r#""\ud800\n""#, "\u{fffd}\n"),
        (r#""\ud800x""#, "\u{fffd}x"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\udc00\ud800""#, "\u{fffd}\u{fffd}"),
    ] {
        assert!(serde_json::from_str::<String>(text).is_err(), "{text}");
        assert_eq!(read::<String>(text).unwrap(), expected);
        assert_eq!(read::<Json>(text).unwrap(), Json::from(expected));
    }
    assert!(read::<String>(r#""\ud83d\ud83""#).is_err());
    assert!(read::<String>(r#""\ud83d\"#).is_err());
}

#[test]
fn strings_of_every_length_are_read_to_their_ends() {
    for length in 0..40 {
        for special in ["", "\"", "\\", "\n", "\u{1f}", "é", "😀", "\u{7f}", "\u{80}"]
        {
            for place in 0..=length {
                let (before, after) = ("a".repeat(place), "b".repeat(length - place));
                let string = Json::String(format!("{before}{special}{after}"));
                let text = string.to_string();
                assert_eq!(read::<String>(&text).unwrap(), string.as_str().unwrap());
                assert_eq!(write(&string), text);
            }
        }
    }
}

#[test]
fn every_character_survives() {
    let string: String = (0..=0x1_FFFF).filter_map(char::from_u32).collect();
    let text = write(&string);
    assert_eq!(read::<String>(&text).unwrap(), string);
    assert_eq!(serde_json::from_str::<String>(&text).unwrap(), string);
}

#[test]
fn integers_survive_exactly() {
    for number in [0, 1, -1, 9, 10, 99, 100, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1]
    {
        assert_eq!(read::<i64>(&write(&number)).unwrap(), number);
        assert_eq!(write(&number), number.to_string());
    }
    assert_eq!(write(&Json::from(u64::MAX)), u64::MAX.to_string());
}

#[test]
fn floats_survive_exactly() {
    for number in [
        0.0,
        -0.0,
        0.1,
        1.0 / 3.0,
        1e21,
        1e-7,
        5e-324,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        123456789.125,
    ] {
        let text = write(&number);
        assert_eq!(
            read::<f64>(&text).unwrap().to_bits(),
            f64::to_bits(number),
            "{text}"
        );
        assert!(serde_json::from_str::<f64>(&text).is_ok(), "{text}");
    }
}

/// The fast ways for short decimals, and where they end, give what the standard library and
/// `serde_json` give.
#[test]
fn decimals_are_read_and_written_as_by_others() {
    let wholes =
        [0_u64, 1, 7, 10, 99, 1_234, 80_008, 999_999_999, 4_503_599_627_370_497];
    let fractions =
        ["0", "5", "01", "10", "125", "9999", "00001", "123456789", "3000000001"];
    for whole in wholes {
        for (sign, fraction, exponent) in ["", "-"].iter().flat_map(|sign| {
            fractions.iter().flat_map(move |fraction| {
                ["", "e0", "E-3", "e+19", "e-300"]
                    .map(|exponent| (sign, fraction, exponent))
            })
        }) {
            let text = format!("{sign}{whole}.{fraction}{exponent}");
            let number: f64 = text.parse().unwrap();
            assert_eq!(
                read::<f64>(&text).unwrap().to_bits(),
                number.to_bits(),
                "{text}"
            );
            let written = write(&number);
            assert_eq!(
                written.parse::<f64>().unwrap().to_bits(),
                number.to_bits(),
                "{text}"
            );
            if number.fract() != 0.0 {
                assert_eq!(written, serde_json::to_string(&number).unwrap(), "{text}");
            }
        }
    }
    for number in (1..200_000).map(|number| f64::from(number) / 10_000.0) {
        assert_eq!(read::<f64>(&write(&number)).unwrap().to_bits(), number.to_bits());
        if number.fract() != 0.0 {
            assert_eq!(write(&number), serde_json::to_string(&number).unwrap());
        }
    }
}

/// Strings are copied in chunks of 4, 8 and 16 bytes: each place in each length is escaped.
#[test]
fn every_place_of_a_string_is_escaped() {
    for length in 0..70 {
        for (place, odd) in (0..length).flat_map(|place| {
            ["\"", "\\", "\n", "\0", "\u{1f}", "\u{7f}", "é"].map(|odd| (place, odd))
        }) {
            let string =
                format!("{}{odd}{}", "a".repeat(place), "b".repeat(length - place));
            let text = write(&string);
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), string);
            assert_eq!(read::<String>(&text).unwrap(), string);
            let names =
                Map::from_iter([(string.clone(), true), ("c".to_owned(), false)]);
            assert_eq!(read::<Map<bool>>(&write(&names)).unwrap(), names);
        }
    }
}
