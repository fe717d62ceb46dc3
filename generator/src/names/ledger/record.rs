//! Adding to the ledger what a document has chosen.

use std::collections::BTreeMap;

use super::text::{held_text, type_text};
use super::{Ledger, Operation, RecordedAnswer, RecordedField, Section, Union};
use crate::facts::{Facts, ITEMS};
use crate::model::{
    self, Api, Discriminator, Kind, Location, Parameter, Record, TypeId,
};
use crate::names::{Names, parameter_name};

impl Ledger {
    /// Adds what was named for the first time. The line of what the document itself has changed
    /// is written anew.
    pub(crate) fn record_all(&mut self, api: &Api, facts: &Facts, names: &Names) {
        for (tag, module) in api.tags.iter().zip(&names.modules) {
            add(&mut self.modules, &tag.name, module);
        }
        for (index, operation) in api.operations.iter().enumerate() {
            let module = &names.modules[operation.tag];
            let group = &api.tags[operation.tag].name;
            add(&mut self.modules, group, module);
            let line = self.operations.entry(operation.key()).or_default();
            line.record(operation, module, &names.functions[index], names);
        }
        for index in 0..api.types.len() {
            self.record_type(api, facts, names, TypeId(index));
        }
        for id in &facts.pages {
            add(&mut self.pages, &names.types[id.0], ITEMS);
        }
    }

    fn record_type(&mut self, api: &Api, facts: &Facts, names: &Names, id: TypeId) {
        let (def, name) = (api.def(id), &names.types[id.0]);
        for place in &def.origin.places {
            add(&mut self.types, &place.key, name);
        }
        let members = &names.members[id.0];
        let is_boxed = |member: usize| facts.boxed.contains(&(id, member));
        match &def.kind {
            Kind::Enum(values) => {
                let lines = self.enums.entry(name.clone()).or_default();
                for (value, variant) in values.values.iter().zip(members) {
                    add(lines, value, variant);
                }
            }
            Kind::Record(record) => {
                let lines = self.records.entry(name.clone()).or_default();
                record_fields(lines, record, members, &is_boxed, &names.types);
            }
            Kind::Union(union) => {
                let line = self.unions.entry(name.clone()).or_default();
                line.record(union, members, &is_boxed, &names.types);
                let converting = members
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| facts.conversions.contains(&(id, *index)));
                line.from.extend(converting.map(|(_, name)| name.clone()));
            }
        }
    }
}

fn record_fields(
    lines: &mut Section,
    record: &Record,
    members: &[String],
    is_boxed: &dyn Fn(usize) -> bool,
    types: &[String],
) {
    for (index, (field, name)) in record.fields.iter().zip(members).enumerate() {
        let line = RecordedField::line(name, field, is_boxed(index), types);
        lines.insert(field.json_name.clone(), line);
    }
}

impl Operation {
    fn record(
        &mut self,
        operation: &model::Operation,
        module: &str,
        function: &str,
        names: &Names,
    ) {
        self.function = format!("{module}::{function}");
        self.builder = operation.has_builder;
        self.newest.extend(operation.newest_stable().map(|version| version.to_string()));
        for version in &operation.versions {
            for answer in &version.answers {
                let key =
                    format!("{} {}", version.version, answer.media_type.format.as_str());
                let line =
                    RecordedAnswer::line(&answer.output, answer.is_first, &names.types);
                self.answers.insert(key, line);
            }
            // What came later than the function is no argument of it, and must not become one.
            if let Some(body) = version.body.as_ref().filter(|body| body.is_argument) {
                let ty = type_text(&body.ty, &names.types);
                self.bodies.insert(version.version.to_string(), ty);
            }
        }
        for (key, parameter) in parameter_keys(&operation.parameters) {
            // What is neither can still become a setter in a major version.
            if parameter.is_argument || operation.has_builder {
                let role = if parameter.is_argument { "argument" } else { "setter" };
                let ty = type_text(&parameter.ty, &names.types);
                let name = parameter_name(parameter);
                self.parameters.insert(key, format!("{role} {name}: {ty}"));
            }
        }
    }
}

/// Returns the parameters by what they are known by: those of the path by position.
pub(crate) fn parameter_keys(parameters: &[Parameter]) -> BTreeMap<String, &Parameter> {
    let keys = parameters.iter().enumerate().map(|(index, parameter)| {
        let key = match parameter.location {
            Location::Path => format!("{{{index}}}"),
            Location::Query => format!("?{}", parameter.name),
            Location::Header => format!("{}:", parameter.name),
        };
        (key, parameter)
    });
    keys.collect()
}

impl Union {
    fn record(
        &mut self,
        union: &model::Union,
        members: &[String],
        is_boxed: &dyn Fn(usize) -> bool,
        types: &[String],
    ) {
        self.by = match &union.by {
            Discriminator::Tag { property, .. } => Some(property.clone()),
            Discriminator::JsonKind => None,
        };
        if let Some(common) = &union.common {
            let boxed = is_boxed(union.variants.len());
            self.common = Some(held_text(common, boxed, types));
        }
        for (index, (variant, name)) in union.variants.iter().zip(members).enumerate() {
            let mut line = vec![held_text(&variant.ty, is_boxed(index), types)];
            line.extend(variant.tags.iter().cloned());
            self.variants.insert(name.clone(), line);
        }
    }
}

fn add(section: &mut Section, key: &str, name: &str) {
    section.entry(key.to_owned()).or_insert_with(|| name.to_owned());
}
