//! A single view of a schema, for which `openapiv3` has several representations.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, ReferenceOr, Schema, SchemaData, SchemaKind, Type as Typed,
    VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::model::Limits;

/// A schema, or a reference to one by name.
#[derive(Clone, Copy)]
pub(super) enum Node<'d> {
    Reference(&'d str),
    Schema(&'d Schema),
}

impl<'d> Node<'d> {
    pub(super) fn of(schema: &'d ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => {
                Self::Reference(schema_name(reference))
            }
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }

    pub(super) fn of_boxed(schema: &'d ReferenceOr<Box<Schema>>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => {
                Self::Reference(schema_name(reference))
            }
            ReferenceOr::Item(schema) => Self::Schema(schema),
        }
    }
}

/// Returns the schema's name in a local reference, or the text itself where it is a bare name,
/// which the mapping of a discriminator may hold.
pub(super) fn schema_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

type Properties = IndexMap<String, ReferenceOr<Box<Schema>>>;

/// The keywords of a schema, whichever representation `openapiv3` chose.
pub(super) struct Facets<'d> {
    pub(super) ty: Option<&'d str>,
    pub(super) format: Option<String>,
    pub(super) properties: Option<&'d Properties>,
    pub(super) required: &'d [String],
    pub(super) additional: Option<&'d AdditionalProperties>,
    pub(super) items: Option<&'d ReferenceOr<Box<Schema>>>,
    pub(super) one_of: &'d [ReferenceOr<Schema>],
    pub(super) any_of: &'d [ReferenceOr<Schema>],
    pub(super) all_of: &'d [ReferenceOr<Schema>],
    /// Whether it lists alternatives of required properties, which don't define a type.
    pub(super) has_alternatives: bool,
    /// The values of an enum, in the document's order.
    pub(super) values: Vec<Value>,
    pub(super) data: &'d SchemaData,
    pub(super) limits: Limits,
}

impl<'d> Facets<'d> {
    pub(super) fn of(schema: &'d Schema) -> Self {
        let mut facets = Self {
            ty: None,
            format: None,
            properties: None,
            required: &[],
            additional: None,
            items: None,
            one_of: &[],
            any_of: &[],
            all_of: &[],
            has_alternatives: false,
            values: Vec::new(),
            data: &schema.schema_data,
            limits: Limits::default(),
        };
        match &schema.schema_kind {
            SchemaKind::Type(ty) => facets.read_type(ty),
            SchemaKind::OneOf { one_of } => facets.one_of = one_of,
            SchemaKind::AnyOf { any_of } => facets.any_of = any_of,
            SchemaKind::AllOf { all_of } => facets.all_of = all_of,
            SchemaKind::Not { .. } => {}
            SchemaKind::Any(any) => facets.read_any(any),
        }
        facets.set_alternatives_aside();
        facets.limits.default = schema.schema_data.default.as_ref().map(text);
        facets.limits.format = facets.format.clone();
        facets
    }

    /// Returns the keyword that lists the variants, and the variants.
    pub(super) fn variants(&self) -> (&'static str, &'d [ReferenceOr<Schema>]) {
        if self.one_of.is_empty() {
            ("anyOf", self.any_of)
        } else {
            ("oneOf", self.one_of)
        }
    }

    /// Tells whether the schema is a union.
    pub(super) fn is_union(&self) -> bool {
        !self.one_of.is_empty()
            || !self.any_of.is_empty()
            || self.data.discriminator.as_ref().is_some_and(|by| !by.mapping.is_empty())
    }

    pub(super) fn has_properties(&self) -> bool {
        self.properties.is_some_and(|properties| !properties.is_empty())
    }

    /// Tells whether the schema has no keywords besides its parts.
    pub(super) fn is_wrapper(&self) -> bool {
        self.all_of.len() == 1 && !self.has_properties() && !self.is_union()
    }

    /// Tells whether the schema has no keywords about the contents of the value.
    fn is_bare(&self) -> bool {
        !self.has_properties()
            && !self.is_union()
            && self.all_of.is_empty()
            && self.additional.is_none()
            && self.items.is_none()
            && self.values.is_empty()
    }

    /// Returns the values of an enum of strings; `None` if the schema is none.
    pub(super) fn strings(&self) -> Option<Vec<&str>> {
        if self.values.is_empty() || !matches!(self.ty, None | Some("string")) {
            return None;
        }
        let said: Option<Vec<&str>> =
            self.values.iter().filter(|v| !v.is_null()).map(Value::as_str).collect();
        said.filter(|values| !values.is_empty())
    }

    fn read_type(&mut self, ty: &'d Typed) {
        match ty {
            Typed::String(string) => {
                self.ty = Some("string");
                self.format = format_name(&string.format);
                self.limits.pattern = string.pattern.clone();
                self.limits.min_length = string.min_length;
                self.limits.max_length = string.max_length;
                self.values =
                    string.enumeration.iter().cloned().map(Value::from).collect();
            }
            Typed::Number(number) => {
                self.ty = Some("number");
                self.format = format_name(&number.format);
                self.read_range(
                    number.minimum.map(|n| n.to_string()),
                    number.maximum.map(|n| n.to_string()),
                    (number.exclusive_minimum, number.exclusive_maximum),
                );
                self.values =
                    number.enumeration.iter().map(|n| Value::from(*n)).collect();
            }
            Typed::Integer(integer) => {
                self.ty = Some("integer");
                self.format = format_name(&integer.format);
                self.read_range(
                    integer.minimum.map(|n| n.to_string()),
                    integer.maximum.map(|n| n.to_string()),
                    (integer.exclusive_minimum, integer.exclusive_maximum),
                );
                self.values =
                    integer.enumeration.iter().map(|n| Value::from(*n)).collect();
            }
            Typed::Object(object) => {
                self.ty = Some("object");
                self.properties = Some(&object.properties);
                self.required = &object.required;
                self.additional = object.additional_properties.as_ref();
            }
            Typed::Array(array) => {
                self.ty = Some("array");
                self.items = array.items.as_ref();
                self.limits.min_items = array.min_items;
                self.limits.max_items = array.max_items;
                self.limits.unique = array.unique_items;
            }
            Typed::Boolean(_) => self.ty = Some("boolean"),
        }
        self.list_values();
    }

    fn read_any(&mut self, any: &'d openapiv3::AnySchema) {
        self.ty = any.typ.as_deref();
        self.format.clone_from(&any.format);
        self.properties = Some(&any.properties);
        self.required = &any.required;
        self.additional = any.additional_properties.as_ref();
        self.items = any.items.as_ref();
        self.one_of = &any.one_of;
        self.any_of = &any.any_of;
        self.all_of = &any.all_of;
        self.values.clone_from(&any.enumeration);
        self.limits.pattern.clone_from(&any.pattern);
        self.limits.min_length = any.min_length;
        self.limits.max_length = any.max_length;
        self.limits.min_items = any.min_items;
        self.limits.max_items = any.max_items;
        self.limits.unique = any.unique_items.unwrap_or(false);
        self.read_range(
            any.minimum.map(|n| n.to_string()),
            any.maximum.map(|n| n.to_string()),
            (
                any.exclusive_minimum.unwrap_or(false),
                any.exclusive_maximum.unwrap_or(false),
            ),
        );
        self.list_values();
    }

    fn read_range(
        &mut self,
        minimum: Option<String>,
        maximum: Option<String>,
        exclusive: (bool, bool),
    ) {
        self.limits.minimum = minimum;
        self.limits.maximum = maximum;
        self.limits.exclusive = exclusive;
    }

    /// Drops a union whose variants only list required properties.
    fn set_alternatives_aside(&mut self) {
        for listed in [&mut self.one_of, &mut self.any_of] {
            if !listed.is_empty() && listed.iter().all(is_alternative) {
                *listed = &[];
                self.has_alternatives = true;
            }
        }
    }

    fn list_values(&mut self) {
        if matches!(self.ty, Some("integer" | "number")) {
            self.limits.one_of = self.values.iter().map(text).collect();
        }
    }
}

/// Tells whether a schema only lists required properties.
fn is_alternative(schema: &ReferenceOr<Schema>) -> bool {
    let ReferenceOr::Item(schema) = schema else { return false };
    match &schema.schema_kind {
        SchemaKind::Type(Typed::Object(object)) => {
            !object.required.is_empty()
                && object.properties.is_empty()
                && object.additional_properties.is_none()
        }
        SchemaKind::Any(_) => {
            let facets = Facets::of(schema);
            !facets.required.is_empty()
                && matches!(facets.ty, None | Some("object"))
                && facets.is_bare()
        }
        _ => false,
    }
}

/// Returns a schema's own prose, for those who are allowed to use it.
pub(super) fn prose(data: &SchemaData) -> Option<String> {
    match (&data.title, &data.description) {
        (Some(title), Some(text)) => Some(format!("{title}\n\n{text}")),
        (title, text) => title.as_ref().or(text.as_ref()).cloned(),
    }
}

/// Returns a value as text of a sentence: strings without quotes.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn format_name<T: serde::Serialize>(
    format: &VariantOrUnknownOrEmpty<T>,
) -> Option<String> {
    match format {
        VariantOrUnknownOrEmpty::Item(known) => {
            serde_json::to_value(known).ok()?.as_str().map(str::to_owned)
        }
        VariantOrUnknownOrEmpty::Unknown(name) => Some(name.clone()),
        VariantOrUnknownOrEmpty::Empty => None,
    }
}
