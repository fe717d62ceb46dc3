//! The registry holds every operation of the document in every version.
//!
//! The expectation is read from the document's text here, not by the generator.

use std::collections::BTreeSet;

const FEATURES: &str =
    "cargo test -p atlas-admin --features registry,preview,older-versions";

#[test]
#[cfg_attr(
    not(all(
        feature = "full",
        feature = "registry",
        feature = "preview",
        feature = "older-versions"
    )),
    ignore = "NOT RUN: it needs the features registry, preview and older-versions"
)]
fn every_operation_of_the_document_is_there_in_every_version() {
    let expected = document::pairs();
    assert!(!expected.is_empty(), "the document was not understood");
    let found = compiled::pairs();
    let missing: BTreeSet<_> = &expected - &found;
    let surplus: BTreeSet<_> = &found - &expected;
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "in the document only: {missing:#?}\nin the registry only: {surplus:#?}\n({FEATURES})"
    );
}

/// The registry that is compiled in.
mod compiled {
    use std::collections::BTreeSet;

    #[cfg(not(feature = "registry"))]
    pub(super) fn pairs() -> BTreeSet<String> {
        panic!("{}", super::FEATURES)
    }

    #[cfg(feature = "registry")]
    pub(super) fn pairs() -> BTreeSet<String> {
        atlas_admin::registry::entries().map(describe).collect()
    }

    #[cfg(feature = "registry")]
    fn describe(entry: &atlas_admin::registry::Entry) -> String {
        use atlas_admin::operation::Location;

        let operation = entry.operation;
        let others = entry.alternatives.iter().map(|other| other.accept);
        let accept: BTreeSet<&str> =
            [operation.accept].into_iter().chain(others).collect();
        let success: BTreeSet<u16> = operation.success.iter().copied().collect();
        let mut parameters: Vec<String> = operation
            .parameters
            .iter()
            .map(|parameter| {
                let location = match parameter.location {
                    Location::Path => "path",
                    Location::Query => "query",
                    Location::Header => "header",
                };
                super::parameter(
                    location,
                    parameter.name,
                    parameter.required,
                    parameter.default,
                )
            })
            .collect();
        parameters.sort_unstable();
        let sunset = operation.sunset.map(|date| {
            format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
        });
        let errors: BTreeSet<u16> = entry.errors.iter().copied().collect();
        format!(
            "{} {} {:?} {} {} {} accepts {accept:?} sends {:?} with {parameters:?} for {:?} \
             gets {success:?} or {errors:?} until {sunset:?} deprecated {} at {}",
            operation.id,
            operation.name,
            operation.tag,
            operation.method.as_str(),
            operation.path,
            operation.version,
            operation.content_type,
            operation.roles,
            operation.deprecated,
            operation.docs,
        )
    }
}

fn parameter(
    location: &str,
    name: &str,
    required: bool,
    default: Option<&str>,
) -> String {
    let required = if required { "!" } else { "" };
    let default = default.map(|default| format!("={default}")).unwrap_or_default();
    format!("{location} {name}{required}{default}")
}

/// The contents of the document.
mod document {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use serde_yaml::Value;

    const PREFIX: &str = "application/vnd.atlas.";

    pub(super) fn pairs() -> BTreeSet<String> {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/atlas-admin-v2.yaml");
        let text = fs::read_to_string(path).expect("the document");
        let document: Value = serde_yaml::from_str(&text).expect("YAML");
        let mut pairs = BTreeSet::new();
        for (path, item) in document["paths"].as_mapping().expect("paths") {
            for method in ["get", "put", "post", "delete", "patch", "head"] {
                if let Some(operation) = item.get(method) {
                    let operation = Operation {
                        document: &document,
                        path: path.as_str().expect("a path"),
                        item,
                        method,
                        operation,
                    };
                    pairs.extend(operation.pairs());
                }
            }
        }
        pairs
    }

    struct Operation<'d> {
        document: &'d Value,
        path: &'d str,
        item: &'d Value,
        method: &'d str,
        operation: &'d Value,
    }

    impl<'d> Operation<'d> {
        fn resolve(&self, node: &'d Value) -> &'d Value {
            match node.get("$ref").and_then(Value::as_str) {
                Some(reference) => {
                    let path = reference.trim_start_matches("#/").split('/');
                    self.resolve(path.fold(self.document, |node, key| &node[key]))
                }
                None => node,
            }
        }

        fn pairs(&self) -> Vec<String> {
            let mut versions: BTreeMap<&str, Version> = BTreeMap::new();
            let mut errors = BTreeSet::new();
            for (code, response) in
                self.operation["responses"].as_mapping().expect("responses")
            {
                let code: u16 =
                    code.as_str().and_then(|code| code.parse().ok()).expect("a code");
                if !(200..300).contains(&code) {
                    errors.insert(code);
                    continue;
                }
                let content = self.resolve(response)["content"].as_mapping();
                for (name, media) in content.into_iter().flatten() {
                    let name = name.as_str().expect("a media type");
                    let version = versions.entry(version(name)).or_default();
                    version.accept.insert(name);
                    version.success.insert(code);
                    let sunset = media.get("x-sunset").and_then(Value::as_str);
                    version.sunset = version.sunset.or(sunset);
                }
            }
            versions
                .iter()
                .map(|(name, version)| self.describe(name, version, &errors))
                .collect()
        }

        fn describe(
            &self,
            name: &str,
            version: &Version<'_>,
            errors: &BTreeSet<u16>,
        ) -> String {
            let text = |key: &str| self.operation.get(key).and_then(Value::as_str);
            let id = text("operationId").expect("an id");
            let roles: Vec<&str> = self.operation["x-rolesRequirements"]
                .as_sequence()
                .map(|roles| roles.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            let docs = text("x-xgen-docs-url").unwrap_or_default();
            format!(
                "{id} {} {:?} {} {} {name} accepts {:?} sends {:?} with {:?} for {roles:?} \
                 gets {:?} or {errors:?} until {:?} deprecated {} at {docs}",
                text("x-xgen-operation-id-override").unwrap_or(id),
                self.operation["tags"][0].as_str().expect("a tag"),
                self.method.to_uppercase(),
                self.path,
                version.accept,
                self.body(name),
                self.parameters(),
                version.success,
                version.sunset.map(|date| &date[..10]),
                self.operation
                    .get("deprecated")
                    .and_then(Value::as_bool)
                    .unwrap_or(false),
            )
        }

        /// Returns the body of a version, else that of the version before, else the oldest: not
        /// every version lists its body again.
        fn body(&self, name: &str) -> Option<&'d str> {
            let content = self.resolve(self.operation.get("requestBody")?)["content"]
                .as_mapping()?;
            let mut names: Vec<&str> =
                content.keys().filter_map(Value::as_str).collect();
            names.sort_by_key(|media| version(media));
            let before = names.iter().rfind(|media| version(media) <= name);
            before.or(names.first()).copied()
        }

        fn parameters(&self) -> Vec<String> {
            let listed =
                [self.item, self.operation].map(|holder| holder.get("parameters"));
            let listed =
                listed.into_iter().flatten().filter_map(Value::as_sequence).flatten();
            let mut parameters: Vec<String> = listed
                .map(|parameter| self.resolve(parameter))
                .filter(|parameter| {
                    parameter["name"] != "envelope" && parameter["name"] != "pretty"
                })
                .map(|parameter| {
                    let text = |key: &str| parameter[key].as_str().expect("text");
                    let required = parameter.get("required").and_then(Value::as_bool);
                    let default =
                        self.resolve(&parameter["schema"]).get("default").map(scalar);
                    super::parameter(
                        text("in"),
                        text("name"),
                        required.unwrap_or(false),
                        default.as_deref(),
                    )
                })
                .collect();
            parameters.sort_unstable();
            parameters
        }
    }

    #[derive(Default)]
    struct Version<'d> {
        accept: BTreeSet<&'d str>,
        success: BTreeSet<u16>,
        sunset: Option<&'d str>,
    }

    fn version(media_type: &str) -> &str {
        let rest = media_type.strip_prefix(PREFIX).expect("a media type of the API");
        rest.split_once('+').expect("a format").0
    }

    fn scalar(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            // As JSON, which is the Debug output of a list of plain words.
            Value::Sequence(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| format!("{:?}", scalar(item))).collect();
                format!("[{}]", items.join(","))
            }
            other => panic!("a default of {other:?}"),
        }
    }
}
