//! Tests of reading items from the text of files.

use std::collections::BTreeMap;

use super::{Items, Kind, read};

fn items(module: &str, types: &str) -> Items {
    let files = [
        ("Cargo.toml", "[features]\npears = []\n"),
        ("src/pears.rs", module),
        ("src/types/pears.rs", types),
        ("src/lib.rs", "pub fn none() {}"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    read(&BTreeMap::from(files)).expect("a crate")
}

fn texts(items: &Items) -> Vec<(&str, Kind, &str)> {
    let text = |(path, item)| -> (&str, Kind, &str) {
        let (path, item): (&String, &super::Item) = (path, item);
        (path, item.kind, &item.text)
    };
    items.iter().map(text).collect()
}

#[test]
fn functions_builders_and_setters_are_read() {
    let module = r#"
        #[doc(alias = "getPear")]
        pub fn get_pear(id: &str) -> GetPear<types::Pear> { todo!() }
        fn private() {}
        pub struct GetPear<T> { pub(crate) request: Request<T> }
        impl<T> GetPear<T> {
            pub fn size(self, size: &str) -> Self { self.set("size", size) }
        }
        atlas_admin_runtime::builder!(GetPear, paged);
        pub mod v2024_08_05 {
            pub use super::get_pear;
        }
        pub mod preview {
            pub fn get_pear(id: &str) -> super::GetPear<types::Pear> { todo!() }
        }
    "#;
    let items = items(module, "");
    let signature = "fn get_pear(_: &str) -> pears::GetPear<Pear>";
    assert_eq!(
        texts(&items),
        [
            ("feature pears", Kind::Feature, ""),
            ("impl paging for pears::GetPear", Kind::Impl, ""),
            ("pears", Kind::Module, ""),
            ("pears::GetPear", Kind::Type, "struct <T>"),
            ("pears::GetPear::size", Kind::Method, "fn size(self, _: &str) -> Self"),
            ("pears::get_pear", Kind::Function, signature),
            ("pears::preview", Kind::Module, ""),
            ("pears::preview::get_pear", Kind::Function, signature),
            ("pears::v2024_08_05", Kind::Module, ""),
            ("pears::v2024_08_05::get_pear", Kind::Function, signature),
        ]
    );
    assert_eq!(items["pears::v2024_08_05::get_pear"].aliases, ["getPear"]);
    assert_eq!(items["pears::GetPear::size"].json_names, ["size"]);
}

#[test]
fn types_and_what_macros_add_are_read() {
    let types = r#"
        #[derive(Clone, Default)]
        pub struct Pear { pub size: Option<Size>, pub extra: Extra, hidden: bool }
        atlas_admin_runtime::record! { Pear 0 size "Size" [REQUIRED] }
        atlas_admin_runtime::page!(Pear, results => Plum);
        #[non_exhaustive]
        pub enum Size { S, Unknown(UndeclaredValue) }
        atlas_admin_runtime::open_enum! { Size S "SMALL" }
        pub enum Fruit { Pear(Pear) }
        atlas_admin_runtime::union! { Fruit by "kind" common Base; 0 Pear ["PEAR"] from Pear; }
    "#;
    let items = items("", types);
    assert_eq!(
        texts(&items)[1..],
        [
            ("impl Clone for types::Pear", Kind::Impl, ""),
            ("impl Default for types::Pear", Kind::Impl, ""),
            ("impl From<Pear> for types::Fruit", Kind::Impl, ""),
            ("impl Page for types::Pear", Kind::Impl, "Plum"),
            ("pears", Kind::Module, ""),
            ("types::Fruit", Kind::Type, "enum "),
            ("types::Fruit::Pear", Kind::Variant, "(Pear)"),
            ("types::Fruit::common", Kind::Method, "Base"),
            ("types::Pear", Kind::Type, "struct "),
            ("types::Pear::extra", Kind::Field, "Extra"),
            ("types::Pear::size", Kind::Field, "Option<Size>"),
            ("types::Size", Kind::Type, "non_exhaustive enum "),
            ("types::Size::S", Kind::Variant, ""),
            ("types::Size::Unknown", Kind::Variant, "(UndeclaredValue)"),
        ]
    );
    assert_eq!(items["types::Pear::size"].json_names, ["Size"]);
    assert_eq!(items["types::Size::S"].json_names, ["SMALL"]);
    assert_eq!(items["types::Fruit::Pear"].json_names, ["PEAR"]);
}

#[test]
fn what_a_private_module_holds_is_named_at_the_root() {
    let files = [
        ("src/lib.rs", "mod codes;\npub use codes::Code;\npub mod pears;"),
        ("src/codes.rs", "pub enum Code { A } impl From<u8> for Code {}"),
        ("src/pears.rs", ""),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let items = read(&BTreeMap::from(files)).expect("a crate");
    assert_eq!(
        texts(&items),
        [
            ("Code", Kind::Type, "enum "),
            ("Code::A", Kind::Variant, ""),
            ("impl From<u8> for Code", Kind::Impl, ""),
            ("pears", Kind::Module, ""),
        ]
    );
    assert_eq!(items["Code::A"].owner.as_deref(), Some("Code"));
    assert_eq!(items["Code"].file, "", "it belongs to no group");
}
