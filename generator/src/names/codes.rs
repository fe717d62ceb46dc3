//! The names of error codes: variants of one enum that no document declares.

use crate::casing::{free_name, variant_name};
use crate::codes::ErrorCodes;
use crate::ledger::{Ledger, Section};

/// Names the codes. Recorded names are kept even where the list no longer has the code: a program
/// may use them.
pub(super) fn name_codes(codes: &ErrorCodes, ledger: &Ledger) -> Section {
    let mut names = ledger.error_codes().clone();
    for code in codes.iter() {
        if !names.contains_key(code) {
            let is_free = |name: &str| !names.values().any(|own| own == name);
            let name = free_name(&variant_name(code), is_free);
            names.insert(code.to_owned(), name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_name_on_the_list_or_not() {
        let ledger = "[error_codes]\nA_B = \"Old\"\nC_D = \"AB\"\n";
        let ledger = Ledger::parse(ledger).expect("a ledger");
        let list = "A_B = { report = \"x\" }\nAB = { report = \"x\" }\nE_F = { report = \"x\" }";
        let names = name_codes(&ErrorCodes::parse(list).expect("codes"), &ledger);
        let expected = [("AB", "Ab"), ("A_B", "Old"), ("C_D", "AB"), ("E_F", "EF")];
        let expected = expected.map(|(code, name)| (code.to_owned(), name.to_owned()));
        assert_eq!(names, Section::from(expected));
        // Two spellings with one name: the later one gets another.
        let list = "E_F = { report = \"x\" }\n\"E__F\" = { report = \"x\" }";
        let names = name_codes(&ErrorCodes::parse(list).expect("codes"), &ledger);
        assert_eq!((&*names["E_F"], &*names["E__F"]), ("EF", "EF2"));
    }
}
