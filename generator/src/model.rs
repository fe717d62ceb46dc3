//! The API as data: types, operations and their versions.
//!
//! The model has no Rust names and no OpenAPI keywords: `lower` has decided the meaning of `$ref`,
//! `allOf` and `oneOf`, and `names` decides the Rust names.

use std::collections::BTreeSet;
use std::convert::Infallible;

use rustc_hash::FxHashSet;

use crate::pointer::Pointer;
use crate::template;
use crate::version::{Date, MediaType, Version};

pub use wait::{Polled, Source, Wait};

mod prune;
pub(crate) mod uses;
mod wait;

/// The whole API.
#[derive(Debug, Default)]
pub struct Api {
    /// Every type that an operation uses. A [`TypeId`] is an index into it.
    pub types: Vec<TypeDef>,
    /// In ascending order of path, then method.
    pub operations: Vec<Operation>,
    /// In ascending order of name.
    pub tags: Vec<Tag>,
    /// The parts of the document that the generated code doesn't express.
    pub unmapped: BTreeSet<Unmapped>,
}

/// A part of the document that the generated code doesn't express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmapped {
    pub pointer: Pointer,
    pub what: String,
}

/// An operation group (OpenAPI: tag).
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub prose: Option<String>,
    /// The recorded module, which its operations were first put into; `None` for a new group.
    pub module: Option<String>,
}

/// An index into [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// The type of a value. A definition is identified by its index; in the ledger, by its Rust name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type<D = TypeId> {
    Bool,
    Int,
    Float,
    String,
    DateTime,
    Date,
    /// Any JSON value.
    Json,
    List(Box<Type<D>>),
    /// A map with string keys.
    Map(Box<Type<D>>),
    Def(D),
}

/// A definition: a type with a name of its own.
#[derive(Clone, Debug)]
pub struct TypeDef {
    pub origin: Origin,
    /// The Rust name that the ledger has for the type; `None` for a new type.
    pub recorded: Option<String>,
    pub kind: Kind,
    pub prose: Option<String>,
    pub docs_url: Option<String>,
}

/// The places where a type is declared.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The places in order: one for a schema, any number for merged types.
    pub places: Vec<Place>,
    /// Whether it is a named schema of the document.
    pub named: bool,
}

/// A place in the document that declares a type, from which an inline type's name is derived.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The ledger key of the place: `Schema.property[]`. Reordering the document doesn't change
    /// it.
    pub key: String,
    /// The word for the type, from its property or parameter: `providerName`.
    pub hint: String,
    /// The owner of the place: the schema's name, or the operation's.
    pub owner: String,
    pub pointer: Pointer,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Record(Record),
    Enum(Enum),
    Union(Union),
}

/// An object with declared properties, in ascending order of their JSON names.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub json_name: String,
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    pub read_only: bool,
    pub write_only: bool,
    pub secret: bool,
    /// Whether it identifies its record among the others of a list.
    pub identity: bool,
    /// Whether the service keeps the secret where an update omits it.
    pub kept: bool,
    pub deprecated: bool,
    pub limits: Limits,
    /// The values that the field's places list for it or its items; empty if they list none. The
    /// field's type may have further values: those of other places, and of earlier documents.
    pub listed: Vec<String>,
    /// The keys of the places that declare the field: `Schema.property`. There are several if
    /// types were merged.
    pub places: Vec<String>,
    pub prose: Option<String>,
}

impl Field {
    /// Returns a field with a type and no other facts.
    pub fn new(json_name: &str, ty: Type) -> Self {
        Self {
            json_name: json_name.to_owned(),
            ty,
            required: false,
            nullable: false,
            read_only: false,
            write_only: false,
            secret: false,
            identity: false,
            kept: false,
            deprecated: false,
            limits: Limits::default(),
            listed: Vec::new(),
            places: Vec::new(),
            prose: None,
        }
    }

    /// Keeps the facts that also hold for another declaration of the same property. The caller
    /// merges the types.
    pub fn intersect(&mut self, other: &Self) {
        self.required &= other.required;
        self.nullable |= other.nullable;
        self.read_only &= other.read_only;
        self.write_only &= other.write_only;
        self.secret |= other.secret;
        self.identity |= other.identity;
        self.kept &= other.kept;
        self.deprecated &= other.deprecated;
        if self.limits != other.limits {
            self.limits = Limits::default();
        }
        self.add_places_of(other);
    }

    /// Adds the places of another declaration with the same type. Only the strings that both list
    /// remain listed, if there are any.
    pub fn add_places_of(&mut self, other: &Self) {
        for place in &other.places {
            if !self.places.contains(place) {
                self.places.push(place.clone());
            }
        }
        if self.listed.is_empty() {
            self.listed.clone_from(&other.listed);
            return;
        }
        let others: FxHashSet<&String> = other.listed.iter().collect();
        if self.listed.iter().any(|value| others.contains(value)) {
            self.listed.retain(|value| others.contains(value));
        }
    }
}

/// The limits on a value, in words for the documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Limits {
    pub default: Option<String>,
    pub minimum: Option<String>,
    pub maximum: Option<String>,
    pub exclusive: (bool, bool),
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    pub unique: bool,
    pub pattern: Option<String>,
    pub format: Option<String>,
    /// The values of an enum of integers.
    pub one_of: Vec<String>,
}

/// A string whose values the document lists.
#[derive(Clone, Debug)]
pub struct Enum {
    /// In the document's order, without duplicates.
    pub values: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Union {
    pub by: Discriminator,
    pub variants: Vec<Variant>,
    /// The record of the fields that all variants have in common, which an unknown variant has too.
    pub common: Option<Type>,
}

/// The discriminator that selects the variant of a union.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Discriminator {
    /// The value of a property; `inferred` if the document doesn't declare it as discriminator.
    Tag { property: String, inferred: bool },
    /// The kind of the JSON value.
    JsonKind,
}

#[derive(Clone, Debug)]
pub struct Variant {
    /// The Rust name that the ledger has for it; `None` for a new one.
    pub recorded: Option<String>,
    pub ty: Type,
    /// The discriminator values that select it, in order; empty where the JSON kind does.
    pub tags: Vec<String>,
}

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonKind {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    /// What [`operation_key`] returns, which doesn't depend on the id or the names of the
    /// parameters.
    pub key: String,
    /// The short name that the document gives, else the id.
    pub short: String,
    /// The index in [`Api::tags`] of the group whose module has it.
    pub tag: usize,
    /// The operation group in the document. It differs from that of `tag` if the operation has
    /// moved, because the operation stays in its module.
    pub group: String,
    pub method: Method,
    pub path: String,
    /// Path parameters in the order of the template, then query, then header parameters.
    pub parameters: Vec<Parameter>,
    /// In ascending order.
    pub versions: Vec<OperationVersion>,
    /// Whether the request is a builder with setters for the parameters that are no arguments.
    pub has_builder: bool,
    /// Whether the response is paged: there is a parameter for the page number, or was.
    pub is_paged: bool,
    /// Whether the request is sent without credentials.
    pub is_anonymous: bool,
    /// The wait for the end of the work that a call starts; `None` where none is known.
    pub wait: Option<Wait>,
    /// Whether the type of the request has a wait, which it keeps even where `wait` is gone.
    pub offers_wait: bool,
    pub deprecated: bool,
    pub roles: Vec<String>,
    pub docs_url: Option<String>,
    pub prose: Option<String>,
    pub pointer: Pointer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    /// The Rust name that the ledger has for it; `None` for a new one.
    pub recorded: Option<String>,
    pub location: Location,
    pub ty: Type,
    pub required: bool,
    /// Whether the request function takes it as argument; others are set on the request.
    pub is_argument: bool,
    /// Whether it is the page number of a list.
    pub numbers_pages: bool,
    /// The separator of the items of a list; `None` where each item repeats the parameter.
    pub joined: Option<&'static str>,
    pub deprecated: bool,
    pub limits: Limits,
    pub prose: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    Path,
    Query,
    Header,
}

/// One version of an operation.
#[derive(Clone, Debug)]
pub struct OperationVersion {
    pub version: Version,
    /// The response in each format, JSON first.
    pub responses: Vec<Response>,
    pub body: Option<Body>,
    /// The error statuses. The runtime knows the one format of their bodies.
    pub errors: Vec<u16>,
    pub sunset: Option<Date>,
}

/// The response of a version in one format.
#[derive(Clone, Debug)]
pub struct Response {
    pub media_type: MediaType,
    /// The success statuses in ascending order, each with the content of its body.
    pub statuses: Vec<(u16, Content)>,
    /// The value that a request resolves to.
    pub output: Output,
    /// Whether the function for it is the one with the plain name.
    pub is_first: bool,
}

/// The value that a request resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<D = TypeId> {
    Empty,
    Json(Type<D>),
    /// A value that one of the success statuses doesn't have.
    Optional(Type<D>),
    Stream,
}

/// The content of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Empty,
    Json(Type),
    /// Bytes in another format than JSON.
    Stream,
}

#[derive(Clone, Debug)]
pub struct Body {
    pub ty: Type,
    pub media_type: MediaType,
    /// Whether the body is sent as bytes in another format than JSON; its type then has no
    /// meaning.
    pub is_bytes: bool,
    /// Whether the request function takes it as argument.
    pub is_argument: bool,
}

/// The reason for which callers should avoid a version of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deprecation {
    /// The service may remove the version after a day.
    Sunset(Date),
    /// The document marks the operation as deprecated.
    Marked,
}

impl Location {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

impl Api {
    pub fn def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }

    pub fn is_enum(&self, id: TypeId) -> bool {
        matches!(self.def(id).kind, Kind::Enum(_))
    }

    /// Returns the kind of the JSON value of a type.
    pub fn json_kind(&self, ty: &Type) -> JsonKind {
        ty.json_kind(&|id| self.is_enum(*id))
    }

    /// Returns the distinct versions of all operations.
    pub fn versions(&self) -> BTreeSet<Version> {
        let versions = self.operations.iter().flat_map(|operation| &operation.versions);
        versions.map(|version| version.version).collect()
    }

    /// Counts the pairs of an operation and one of its versions.
    pub fn operation_versions(&self) -> usize {
        self.operations.iter().map(|operation| operation.versions.len()).sum()
    }
}

impl Operation {
    /// Returns the newest stable version.
    pub fn newest_stable(&self) -> Option<Version> {
        let stable = |version: &Version| matches!(version, Version::Stable(_));
        self.versions.iter().map(|version| version.version).filter(stable).max()
    }

    /// Returns why callers should avoid a version; `None` if nothing says that they should.
    pub fn deprecation(&self, version: &OperationVersion) -> Option<Deprecation> {
        let marked = self.deprecated.then_some(Deprecation::Marked);
        version.sunset.map(Deprecation::Sunset).or(marked)
    }

    /// Returns the version whose module has the builder, and which is polled where no other fits:
    /// the newest stable one, or the last where none is stable.
    pub fn home_version(&self) -> Option<Version> {
        let last = || self.versions.last().map(|version| version.version);
        self.newest_stable().or_else(last)
    }

    /// Returns the version whose module has the function of an operation without a stable version;
    /// `None` for other operations, whose function is in the module of the group.
    pub fn only_dated(&self) -> Option<Version> {
        self.home_version().filter(|_| self.newest_stable().is_none())
    }
}

/// Returns the key of an operation, its method and path with parameters by position:
/// `get /groups/{}/clusters`.
pub fn operation_key(method: Method, path: &str) -> String {
    format!("{} {}", method.as_str().to_lowercase(), template::positional(path))
}

impl Response {
    /// Returns the body of the first status that has a JSON body.
    pub fn body(&self) -> Option<&Type> {
        self.statuses.iter().find_map(|(_, content)| match content {
            Content::Json(ty) => Some(ty),
            Content::Empty | Content::Stream => None,
        })
    }

    /// Returns the output that follows from the statuses.
    pub fn output_of_statuses(&self) -> Output {
        let contents = || self.statuses.iter().map(|(_, content)| content);
        match self.body().cloned() {
            Some(ty) if contents().any(|content| *content == Content::Empty) => {
                Output::Optional(ty)
            }
            Some(ty) => Output::Json(ty),
            None if contents().any(|content| *content == Content::Stream) => {
                Output::Stream
            }
            None => Output::Empty,
        }
    }
}

impl<D> Output<D> {
    /// Returns the output with other definitions, or the first error.
    pub fn try_map<E, F>(
        &self,
        to: &mut dyn FnMut(&D) -> Result<E, F>,
    ) -> Result<Output<E>, F> {
        Ok(match self {
            Self::Empty => Output::Empty,
            Self::Json(ty) => Output::Json(ty.try_map(to)?),
            Self::Optional(ty) => Output::Optional(ty.try_map(to)?),
            Self::Stream => Output::Stream,
        })
    }
}

impl Output {
    /// Returns the definition that the output contains.
    pub fn leaf(&self) -> Option<TypeId> {
        match self {
            Self::Json(ty) | Self::Optional(ty) => ty.leaf(),
            Self::Empty | Self::Stream => None,
        }
    }
}

impl<D> Type<D> {
    /// Returns the type with other definitions.
    pub fn map<E>(&self, to: &mut dyn FnMut(&D) -> E) -> Type<E> {
        let Ok(ty) = self.try_map(&mut |def| Ok::<E, Infallible>(to(def)));
        ty
    }

    /// Returns the type with other definitions, or the first error.
    pub fn try_map<E, F>(
        &self,
        to: &mut dyn FnMut(&D) -> Result<E, F>,
    ) -> Result<Type<E>, F> {
        Ok(match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Float => Type::Float,
            Self::String => Type::String,
            Self::DateTime => Type::DateTime,
            Self::Date => Type::Date,
            Self::Json => Type::Json,
            Self::List(item) => Type::List(Box::new(item.try_map(to)?)),
            Self::Map(value) => Type::Map(Box::new(value.try_map(to)?)),
            Self::Def(def) => Type::Def(to(def)?),
        })
    }

    /// Returns the kind of the JSON value; `is_enum` tells which definitions are enums.
    pub fn json_kind(&self, is_enum: &dyn Fn(&D) -> bool) -> JsonKind {
        match self {
            Self::Bool => JsonKind::Boolean,
            Self::Int | Self::Float => JsonKind::Number,
            Self::String | Self::DateTime | Self::Date => JsonKind::String,
            Self::List(_) => JsonKind::Array,
            Self::Map(_) | Self::Json => JsonKind::Object,
            Self::Def(def) if is_enum(def) => JsonKind::String,
            Self::Def(_) => JsonKind::Object,
        }
    }
}

impl Type {
    /// Returns the definition in the type, through lists and maps.
    pub fn leaf(&self) -> Option<TypeId> {
        match self {
            Self::Def(id) => Some(*id),
            Self::List(item) | Self::Map(item) => item.leaf(),
            _ => None,
        }
    }

    /// Replaces every definition in it.
    pub fn map_defs(&mut self, to: &dyn Fn(TypeId) -> TypeId) {
        match self {
            Self::Def(id) => *id = to(*id),
            Self::List(item) | Self::Map(item) => item.map_defs(to),
            _ => {}
        }
    }
}

impl OperationVersion {
    /// Calls `each` with every type that the version names.
    pub fn for_each_type<'a>(&'a self, mut each: impl FnMut(&'a Type)) {
        for (_, content) in self.responses.iter().flat_map(|response| &response.statuses)
        {
            if let Content::Json(ty) = content {
                each(ty);
            }
        }
        if let Some(body) = &self.body {
            each(&body.ty);
        }
    }
}

impl Kind {
    /// Calls `each` with every type that the definition names.
    pub fn for_each_type<'a>(&'a self, mut each: impl FnMut(&'a Type)) {
        match self {
            Self::Record(record) => {
                record.fields.iter().for_each(|field| each(&field.ty))
            }
            Self::Enum(_) => {}
            Self::Union(union) => {
                union.variants.iter().map(|variant| &variant.ty).for_each(&mut each);
                union.common.iter().for_each(each);
            }
        }
    }

    /// Calls `each` with every type that the definition names, to change it.
    pub fn for_each_type_mut(&mut self, mut each: impl FnMut(&mut Type)) {
        match self {
            Self::Record(record) => {
                record.fields.iter_mut().for_each(|field| each(&mut field.ty))
            }
            Self::Enum(_) => {}
            Self::Union(union) => {
                union
                    .variants
                    .iter_mut()
                    .map(|variant| &mut variant.ty)
                    .for_each(&mut each);
                union.common.iter_mut().for_each(each);
            }
        }
    }
}
