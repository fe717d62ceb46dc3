//! Records in the ledger the choices made for a document.

use std::convert::Infallible;

use crate::casing::parameter_name;
use crate::conventions::ITEMS;
use crate::facts::Facts;
use crate::ledger::{
    Content, FieldType, Fields, Function, Held, Ledger, RecordedField,
    RecordedOperation, RecordedParameter, RecordedResponse, RecordedResult,
    RecordedUnion, Section, parameter_key,
};
use crate::model::{
    Api, Discriminator, Kind, Operation, Output, Record, Type, TypeId, Union,
};
use crate::names::Names;

impl Ledger {
    /// Adds the names and types that were chosen for the first time, and rewrites a line if the
    /// document itself has changed its subject.
    pub(crate) fn record_all(&mut self, api: &Api, facts: &Facts, names: &Names) {
        for (tag, module) in api.tags.iter().zip(&names.modules) {
            add(&mut self.modules, &tag.name, module);
        }
        for (index, operation) in api.operations.iter().enumerate() {
            let module = &names.modules[operation.tag];
            let group = &api.tags[operation.tag].name;
            add(&mut self.modules, group, module);
            let line = self.operations.entry(operation.key.clone()).or_default();
            line.record(operation, module, &names.functions[index], names);
            if operation.offers_wait {
                line.record_results(api, facts, index, names);
            }
        }
        for index in 0..api.types.len() {
            self.record_type(api, facts, names, TypeId(index));
        }
        for (code, variant) in &names.codes {
            add(&mut self.error_codes, code, variant);
        }
        for id in facts.pages.keys() {
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
    lines: &mut Fields,
    record: &Record,
    members: &[String],
    is_boxed: &dyn Fn(usize) -> bool,
    types: &[String],
) {
    for (index, (field, name)) in record.fields.iter().zip(members).enumerate() {
        let held = held(&field.ty, is_boxed(index), types);
        let ty = Some(FieldType { held, nullable: field.nullable });
        lines.insert(field.json_name.clone(), RecordedField { name: name.clone(), ty });
    }
}

impl RecordedOperation {
    fn record(
        &mut self,
        operation: &Operation,
        module: &str,
        function: &str,
        names: &Names,
    ) {
        self.function =
            Function { module: module.to_owned(), name: function.to_owned() };
        self.builder = operation.has_builder;
        self.paged = operation.is_paged;
        self.waits |= operation.offers_wait;
        self.newest.extend(operation.newest_stable().map(|version| version.to_string()));
        for version in &operation.versions {
            for response in &version.responses {
                let key = format!(
                    "{} {}",
                    version.version,
                    response.media_type.format.as_str()
                );
                let output = named_output(&response.output, &names.types);
                let is_first = response.is_first;
                self.responses.insert(key, RecordedResponse { output, is_first });
            }
            // A body that was added later than the function is no argument, and must not become
            // one.
            if let Some(body) = version.body.as_ref().filter(|body| body.is_argument) {
                let ty = named(&body.ty, &names.types);
                self.bodies.insert(version.version.to_string(), ty);
            }
        }
        for (index, parameter) in operation.parameters.iter().enumerate() {
            let is_argument = parameter.is_argument;
            // A parameter that is neither can still become a setter in a major version.
            if is_argument || operation.has_builder {
                let name = parameter_name(parameter);
                let ty = named(&parameter.ty, &names.types);
                let recorded = RecordedParameter { name, ty, is_argument };
                self.parameters.insert(parameter_key(index, parameter), recorded);
            }
        }
    }
}

impl RecordedOperation {
    fn record_results(&mut self, api: &Api, facts: &Facts, index: usize, names: &Names) {
        for version in api.operations[index].versions.iter().map(|it| it.version) {
            let Some(waited) = facts.waits.get(&(index, version)) else { continue };
            let output = named_output(&waited.result, &names.types);
            let polled = waited.polled.map(|target| {
                api.operations[target.operation].versions[target.version].version
            });
            let key = version.to_string();
            // A wait or a version that is gone may come back, and is polled again then.
            let before = self.results.get(&key).and_then(|before| before.polled);
            let polled = before.or(polled);
            self.results.insert(key, RecordedResult { output, polled });
        }
    }
}

impl RecordedUnion {
    fn record(
        &mut self,
        union: &Union,
        members: &[String],
        is_boxed: &dyn Fn(usize) -> bool,
        types: &[String],
    ) {
        self.by = match &union.by {
            Discriminator::Tag { property, .. } => Some(property.clone()),
            Discriminator::JsonKind => None,
        };
        if let Some(common) = &union.common {
            self.common = Some(held(common, is_boxed(union.variants.len()), types));
        }
        for (index, (variant, name)) in union.variants.iter().zip(members).enumerate() {
            let held = held(&variant.ty, is_boxed(index), types);
            self.variants
                .insert(name.clone(), Content { held, tags: variant.tags.clone() });
        }
    }
}

fn held(ty: &Type, boxed: bool, types: &[String]) -> Held {
    Held { ty: named(ty, types), boxed }
}

/// Returns a type with names in place of definitions.
fn named(ty: &Type, types: &[String]) -> Type<String> {
    ty.map(&mut |id| types[id.0].clone())
}

fn named_output(output: &Output, types: &[String]) -> Output<String> {
    let Ok(output) = output.try_map(&mut |id| Ok::<_, Infallible>(types[id.0].clone()));
    output
}

fn add(section: &mut Section, key: &str, name: &str) {
    section.entry(key.to_owned()).or_insert_with(|| name.to_owned());
}
