//! Parameters: the parts of a request in its path, query and headers.

use std::collections::BTreeMap;

use openapiv3::{
    Operation as Source, Parameter as SourceParameter, ParameterSchemaOrContent,
    PathItem, PathStyle, QueryStyle, ReferenceOr,
};

use super::facets::{Facets, Node, schema_name};
use super::operation::Called;
use super::{Lowering, Place};
use crate::conventions::PAGE_NUMBER;
use crate::model::{Location, Parameter, Type};
use crate::pointer::Pointer;
use crate::template;

/// Query parameters of every operation that change the shape of the response for clients that can't
/// read headers. The runtime reads headers and decodes the declared shape.
const WRAPPING: [&str; 2] = ["envelope", "pretty"];

impl<'d> Lowering<'d> {
    /// Lowers the parameters of an operation; `None` where a path parameter is not declared.
    pub(super) fn lower_parameters(
        &mut self,
        path: &'d str,
        item: &'d PathItem,
        source: &'d Source,
        called: Called<'_>,
        at: &Pointer,
    ) -> Option<Vec<Parameter>> {
        let mut found: BTreeMap<(Location, &'d str), (&'d SourceParameter, Pointer)> =
            BTreeMap::new();
        let above = at.parent().unwrap_or_default();
        let listed = [(&item.parameters, above), (&source.parameters, at.clone())];
        for (parameters, at) in listed {
            for (index, parameter) in parameters.iter().enumerate() {
                let at = at.child("parameters").item(index);
                let Some((location, source, at)) = self.parameter(parameter, at) else {
                    continue;
                };
                let name = source.parameter_data_ref().name.as_str();
                if location != Location::Query || !WRAPPING.contains(&name) {
                    found.insert((location, name), (source, at));
                }
            }
        }
        let mut lowered = Vec::new();
        for name in template::parameters(path) {
            match found.remove(&(Location::Path, name)) {
                Some((data, pointer)) => {
                    lowered.push(self.lower_parameter(
                        Location::Path,
                        data,
                        called,
                        &pointer,
                    ));
                }
                None => {
                    let what =
                        format!("not generated: no parameter declares {{{name}}}");
                    self.unmapped(at, what);
                    return None;
                }
            }
        }
        for ((location, name), (data, pointer)) in found {
            if location == Location::Path {
                self.unmapped(
                    &pointer,
                    format!("the path does not contain the parameter `{name}`: it is not sent"),
                );
            } else {
                lowered.push(self.lower_parameter(location, data, called, &pointer));
            }
        }
        Some(lowered)
    }

    fn parameter(
        &mut self,
        parameter: &'d ReferenceOr<SourceParameter>,
        at: Pointer,
    ) -> Option<(Location, &'d SourceParameter, Pointer)> {
        let (parameter, at) = match parameter {
            ReferenceOr::Item(parameter) => (parameter, at),
            ReferenceOr::Reference { reference } => {
                let name = schema_name(reference);
                let components = self.document.components.as_ref()?;
                let at =
                    Pointer::root().child("components").child("parameters").child(name);
                match components.parameters.get(name)? {
                    ReferenceOr::Item(parameter) => (parameter, at),
                    other @ ReferenceOr::Reference { .. } => {
                        return self.parameter(other, at);
                    }
                }
            }
        };
        let location = match parameter {
            SourceParameter::Path { .. } => Location::Path,
            SourceParameter::Query { .. } => Location::Query,
            SourceParameter::Header { .. } => Location::Header,
            SourceParameter::Cookie { .. } => {
                self.unmapped(&at, "cookie parameters are not sent");
                return None;
            }
        };
        Some((location, parameter, at))
    }

    fn lower_parameter(
        &mut self,
        location: Location,
        source: &'d SourceParameter,
        called: Called<'_>,
        pointer: &Pointer,
    ) -> Parameter {
        let data = source.parameter_data_ref();
        let place = Place {
            key: format!("{}?{}", called.key, data.name),
            hint: data.name.clone(),
            owner: called.short.to_owned(),
            pointer: pointer.child("schema"),
        };
        let (mut ty, limits) = match &data.format {
            ParameterSchemaOrContent::Schema(schema) => {
                let node = Node::of(schema);
                let limits = self.resolve(node).map(|schema| Facets::of(schema).limits);
                (self.lower_node(node, &place), limits.unwrap_or_default())
            }
            ParameterSchemaOrContent::Content(_) => {
                self.unmapped(pointer, "a parameter with a media type is sent as text");
                (Type::String, Default::default())
            }
        };
        if location == Location::Path && !self.is_scalar(&ty) {
            self.unmapped(pointer, "a list or an object in the path is sent as text");
            ty = Type::String;
        } else if self.is_object(&ty) {
            let what = "an object is sent as the text that the caller sets; its style is not used";
            self.unmapped(pointer, what);
            ty = Type::String;
        }
        let joined = self.separator(source, &ty, pointer);
        Parameter {
            name: data.name.clone(),
            recorded: None,
            location,
            ty,
            required: data.required || location == Location::Path,
            is_argument: true,
            numbers_pages: location == Location::Query && data.name == PAGE_NUMBER,
            deprecated: data.deprecated.unwrap_or(false),
            limits,
            joined,
            prose: data.description.clone(),
        }
    }

    /// Returns the separator between the items of a list; `None` where each item repeats the
    /// parameter. Notes any other style, for the parameter is sent in the default style.
    fn separator(
        &mut self,
        source: &'d SourceParameter,
        ty: &Type,
        pointer: &Pointer,
    ) -> Option<&'static str> {
        let is_list = matches!(ty, Type::List(_));
        match source {
            SourceParameter::Query {
                style,
                allow_reserved,
                allow_empty_value,
                parameter_data,
            } => {
                if *allow_reserved {
                    let what = "reserved characters are percent-encoded although the document allows them";
                    self.unmapped(&pointer.child("allowReserved"), what);
                }
                if *allow_empty_value == Some(true) {
                    let what =
                        "an empty value is sent only if the caller sets an empty string";
                    self.unmapped(&pointer.child("allowEmptyValue"), what);
                }
                if matches!(style, QueryStyle::DeepObject) && is_list {
                    let what = "the style is not used: a list repeats the parameter";
                    self.unmapped(&pointer.child("style"), what);
                }
                match (style, parameter_data.explode) {
                    (QueryStyle::Form, Some(false)) if is_list => Some(","),
                    (QueryStyle::PipeDelimited, None | Some(false)) if is_list => {
                        Some("|")
                    }
                    (QueryStyle::SpaceDelimited, None | Some(false)) if is_list => {
                        Some(" ")
                    }
                    _ => None,
                }
            }
            SourceParameter::Path {
                style: PathStyle::Matrix | PathStyle::Label,
                ..
            } => {
                let what = "the style is not used: the value is sent without prefix";
                self.unmapped(&pointer.child("style"), what);
                None
            }
            _ => None,
        }
    }

    /// Tells whether a type is an object, or a list of objects.
    fn is_object(&self, ty: &Type) -> bool {
        match ty {
            Type::List(item) => !self.is_scalar(item) && **item != Type::Json,
            Type::Json => false,
            other => !self.is_scalar(other),
        }
    }

    fn is_scalar(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) | Type::Map(_) | Type::Json => false,
            Type::Def(id) => self.api.is_enum(*id),
            _ => true,
        }
    }
}
