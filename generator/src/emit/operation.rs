//! Request functions, the statics that describe their operations, and builders for parameters.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::cfg::{availability_cfg, availability_line};
use super::description::description;
use super::{Emit, docs, wait};
use crate::casing;
use crate::conventions;
use crate::facts::{Availability, Waited};
use crate::model::{
    Body, Deprecation, Location, Operation, OperationVersion, Output, Parameter,
    Response, Type,
};
use crate::render::{Comments, Piece, blank};

/// A request function: an operation in one version and format.
pub(super) struct Call<'a> {
    pub(super) index: usize,
    pub(super) operation: &'a Operation,
    pub(super) version: &'a OperationVersion,
    pub(super) response: &'a Response,
    pub(super) function: String,
    /// The wait after the call; `None` if no wait is known.
    pub(super) waited: Option<&'a Waited>,
    pub(super) availability: Availability,
    /// Whether the function is available outside of its version's module.
    pub(super) is_newest: bool,
    /// Whether the builder of the operation is in the same module.
    pub(super) owns_builder: bool,
    /// Whether the function is for the version's first format.
    pub(super) is_first_format: bool,
}

/// Returns all request functions of an operation group.
pub(super) fn calls<'a>(emit: &Emit<'a>, tag: usize) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    for (index, operation) in emit.api.operations.iter().enumerate() {
        if operation.tag != tag {
            continue;
        }
        for version in &operation.versions {
            let formats = 0..version.responses.len();
            calls.extend(formats.map(|format| Call::of(emit, index, version, format)));
        }
    }
    calls
}

impl<'a> Call<'a> {
    /// Returns the call of an operation in one version and one of its formats.
    pub(super) fn of(
        emit: &Emit<'a>,
        index: usize,
        version: &'a OperationVersion,
        format: usize,
    ) -> Self {
        let operation = &emit.api.operations[index];
        let own = version.version;
        let response = &version.responses[format];
        let other = (!response.is_first).then_some(&response.media_type.format);
        Self {
            index,
            operation,
            version,
            response,
            function: casing::function_of(&emit.names.functions[index], other),
            waited: emit.facts.waits.get(&(index, own)),
            availability: emit.facts.availability(operation, own),
            is_newest: Some(own) == operation.newest_stable(),
            owns_builder: Some(own) == operation.home_version() && format == 0,
            is_first_format: format == 0,
        }
    }

    /// Tells whether the request is a builder.
    pub(super) fn has_builder(&self) -> bool {
        self.operation.has_builder
    }

    /// Tells whether another call requests the same operation and version in another format than
    /// the first one.
    pub(super) fn is_in_other_format(&self, other: &Self) -> bool {
        let is_same =
            other.index == self.index && other.version.version == self.version.version;
        is_same && !other.is_first_format
    }

    /// Returns the parameters that the function takes as arguments.
    fn taken(&self) -> impl Iterator<Item = &Parameter> {
        self.operation.parameters.iter().filter(|parameter| parameter.is_argument)
    }

    /// Returns why callers should avoid the function, if the document deprecates it.
    pub(super) fn deprecation(&self) -> Option<Deprecation> {
        self.operation.deprecation(self.version)
    }

    /// Tells whether the function or the builder beside it names a type of the API.
    fn names_types(&self) -> bool {
        let responses = self.response.output.leaf().is_some();
        let is_here = |p: &&Parameter| p.is_argument || self.defines_builder();
        let mut parameters = self.operation.parameters.iter().filter(is_here);
        let result = self.result().is_some_and(|result| result.leaf().is_some());
        let body = self.body().is_some_and(|body| body.ty.leaf().is_some());
        responses
            || body
            || result
            || parameters.any(|parameter| parameter.ty.leaf().is_some())
    }

    /// Returns the kind of the call's requests.
    fn kind(&self) -> Kind {
        match self.operation {
            operation if operation.is_paged => Kind::Paged,
            operation if operation.offers_wait => Kind::Waits,
            _ => Kind::Plain,
        }
    }

    /// Tells whether the call returns one page of a list whose other pages can be requested.
    pub(super) fn returns_page(&self, emit: &Emit<'_>) -> bool {
        let is_page = |ty: &Type| match ty {
            Type::Def(id) => emit.facts.pages.contains_key(id),
            _ => matches!(ty, Type::List(_)),
        };
        self.operation.is_paged
            && matches!(&self.response.output, Output::Json(ty) if is_page(ty))
    }

    /// Returns the result of the wait after the call, if the request's type has a wait.
    fn result(&self) -> Option<&'a Output> {
        let waited = self.waited.filter(|_| self.operation.offers_wait);
        waited.map(|waited| &waited.result)
    }

    /// Tells whether the call's builder is in the same module.
    fn defines_builder(&self) -> bool {
        self.owns_builder && self.has_builder()
    }

    /// Tells whether the call's builder is in the same module and takes a list.
    fn lists(&self) -> bool {
        let is_list = |p: &Parameter| !p.is_argument && matches!(p.ty, Type::List(_));
        self.defines_builder() && self.operation.parameters.iter().any(is_list)
    }

    /// Returns the body, if the function takes it as argument.
    pub(super) fn body(&self) -> Option<&Body> {
        self.version.body.as_ref().filter(|body| body.is_argument)
    }

    fn streams(&self) -> bool {
        self.response.output == Output::Stream
    }

    /// Returns the name of the static that describes the operation.
    pub(super) fn static_name(&self) -> String {
        casing::static_name(&self.function)
    }
}

/// The kind of a request, by the functions that it has besides those of every request.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Paged,
    Waits,
}

impl Kind {
    /// Returns the runtime's type.
    fn name(self) -> TokenStream {
        match self {
            Self::Plain => quote!(Request),
            Self::Paged => quote!(PagedRequest),
            Self::Waits => quote!(WaitingRequest),
        }
    }

    /// Returns the call that makes a plain request one of this kind.
    fn conversion(self) -> TokenStream {
        match self {
            Self::Plain => TokenStream::new(),
            Self::Paged => quote!(.paged()),
            Self::Waits => quote!(.waiting()),
        }
    }

    /// Returns the argument of the runtime's macro for builders.
    fn argument(self) -> TokenStream {
        match self {
            Self::Plain => TokenStream::new(),
            Self::Paged => quote!(, paged),
            Self::Waits => quote!(, waits),
        }
    }
}

/// Returns the imports of the functions of a module; `attribute` is their `cfg`.
pub(super) fn imports(calls: &[&Call<'_>], attribute: &TokenStream) -> TokenStream {
    let any = |what: &dyn Fn(&Call<'_>) -> bool| calls.iter().any(|call| what(call));
    let parameter =
        any(&|call| !call.operation.parameters.is_empty()).then(|| quote!(Parameter,));
    let date = any(&|call| call.version.sunset.is_some())
        .then(|| quote!(#attribute use atlas_admin_runtime::jiff::civil::date;));
    let download = any(&|call| call.streams()).then(|| quote!(Download,));
    let types =
        any(&|call| call.names_types()).then(|| quote!(#attribute use crate::types;));
    let list = any(&|call| call.lists())
        .then(|| quote!(#attribute use atlas_admin_runtime::builder::IntoList;));
    // A builder that is defined in another module names the type of its request there.
    let names = |call: &Call<'_>| call.defines_builder() || !call.has_builder();
    let paged = any(&|call| call.kind() == Kind::Paged && names(call))
        .then(|| quote!(PagedRequest,));
    let waiting = any(&|call| call.kind() == Kind::Waits && names(call))
        .then(|| quote!(WaitingRequest,));
    let waits = wait::imports(calls);
    quote! {
        #types
        #list
        #date
        #attribute
        use atlas_admin_runtime::operation::{Method, Operation, #parameter #(#waits,)*};
        #attribute
        use atlas_admin_runtime::{#download #paged Request, Version, #waiting};
    }
}

/// Makes the function and its static; `module` is the availability of the module they are in.
pub(super) fn function(
    emit: &Emit<'_>,
    call: &Call<'_>,
    module: Availability,
) -> [Piece; 2] {
    let need =
        if call.availability == module { Availability::None } else { call.availability };
    let cfg = availability_cfg(need);
    let name = casing::ident(&call.function);
    let mut comments = Comments::default();
    let doc = comments.add(docs::lines(docs::operation(emit, call)));
    let alias = aliases(emit, call);
    let deprecated = call.deprecation().map(|reason| {
        let note = match reason {
            Deprecation::Sunset(date) => {
                format!("the service may remove this version after {date}")
            }
            Deprecation::Marked => {
                "the API's document marks this operation as deprecated".to_owned()
            }
        };
        quote!(#[deprecated(note = #note)])
    });
    let too_many = (call.taken().count() + usize::from(call.body().is_some()) > 7).then(|| {
        quote!(#[expect(clippy::too_many_arguments, reason = "the operation requires them all")])
    });
    let arguments =
        arguments(emit, call).into_iter().map(|(name, ty)| quote!(#name: #ty));
    let output = output(emit, call);
    let request = make(emit, call);
    let result = call.result().map(|result| output_type(emit, result));
    let kind = call.kind();
    let conversion = kind.conversion();
    // A wait mostly ends with the output of the call.
    let result = result
        .filter(|result| result.to_string() != output.to_string())
        .map(|result| quote!(, #result));
    let (ty, request) = if call.has_builder() {
        let above = if call.owns_builder || call.is_newest {
            TokenStream::new()
        } else {
            builder_path(call)
        };
        let builder = casing::ident(&emit.names.builders[call.index]);
        (
            quote!(#above #builder<#output #result>),
            quote!(#above #builder { request: #request #conversion }),
        )
    } else if kind == Kind::Waits {
        (quote!(WaitingRequest<#output #result>), quote!(#request #conversion))
    } else {
        (quote!(Request<#output>), request)
    };
    let function = quote! {
        #doc
        #alias
        #deprecated
        #too_many
        #cfg
        #[inline]
        pub fn #name(#(#arguments),*) -> #ty {
            #request
        }
    };
    let constant = format!("{}{}", availability_line(need), constant(emit, call));
    [Piece::Commented(function, comments), Piece::Text(constant)]
}

/// Makes the static that describes the operation.
fn constant(emit: &Emit<'_>, call: &Call<'_>) -> String {
    let name = call.static_name();
    let value = description(call, &wait::data(emit, call), "date");
    // The registry of the operation group lists the statics of all versions.
    let visibility = if call.is_newest { "" } else { "pub(super) " };
    format!("{visibility}static {name}: Operation = {value};\n")
}

fn builder_path(call: &Call<'_>) -> TokenStream {
    let Some(home) = call.operation.only_dated() else { return quote!(super::) };
    let module = casing::ident(&casing::version_module(home));
    quote!(super::#module::)
}

/// Returns the aliases by which rustdoc's search finds the function.
fn aliases(emit: &Emit<'_>, call: &Call<'_>) -> TokenStream {
    let operation = call.operation;
    let mut aliases = vec![&*operation.id, &*operation.short, &*operation.path];
    aliases.extend(without_prefix(&operation.path));
    // Without a stable version, the function is only in the module of its version.
    if call.is_newest || call.owns_builder {
        aliases.extend(emit.sentences.aliases(call.index));
    }
    aliases.dedup();
    aliases.retain(|alias| *alias != call.function);
    quote!(#(#[doc(alias = #aliases)])*)
}

/// Returns a path without the prefix of the API, which the documentation of the service leaves out
/// too: `/api/fleets/v1/bikes` → `/bikes`.
fn without_prefix(path: &str) -> Option<&str> {
    path.strip_prefix(conventions::PATH_PREFIX).filter(|rest| rest.starts_with('/'))
}

/// Returns the arguments of the function and their types: required parameters, and the body.
pub(super) fn arguments(emit: &Emit<'_>, call: &Call<'_>) -> Vec<(Ident, TokenStream)> {
    let types = quote!(types::);
    let mut arguments: Vec<(Ident, TokenStream)> = call
        .taken()
        .map(|parameter| {
            let name = argument(parameter);
            let ty = match &parameter.ty {
                Type::String => quote!(&str),
                Type::List(item) => {
                    let item = emit.ty(item, &types);
                    quote!(&[#item])
                }
                other => emit.argument_type(other, &types),
            };
            (name, ty)
        })
        .collect();
    if let Some(body) = call.body() {
        let ty = match body.is_bytes {
            true => quote!([u8]),
            false => emit.argument_type(&body.ty, &types),
        };
        arguments.push((casing::ident(emit.names.bodies[call.index]), quote!(&#ty)));
    }
    arguments
}

/// Returns the argument or setter of a parameter.
pub(super) fn argument(parameter: &Parameter) -> Ident {
    casing::ident(&casing::parameter_name(parameter))
}

impl Emit<'_> {
    /// Returns a type as code outside of `types`; `types` is the path of that module and of the
    /// codec's own types.
    pub(super) fn argument_type(&self, ty: &Type, types: &TokenStream) -> TokenStream {
        match ty {
            Type::DateTime => quote!(atlas_admin_runtime::codec::DateTime),
            Type::Date => quote!(atlas_admin_runtime::codec::Date),
            Type::Json => quote!(atlas_admin_runtime::codec::Json),
            Type::List(item) => {
                let item = self.argument_type(item, types);
                quote!(Vec<#item>)
            }
            Type::Map(value) => {
                let value = self.argument_type(value, types);
                quote!(atlas_admin_runtime::codec::Map<#value>)
            }
            other => self.ty(other, types),
        }
    }
}

/// Returns the type that the request resolves to.
pub(super) fn output(emit: &Emit<'_>, call: &Call<'_>) -> TokenStream {
    output_type(emit, &call.response.output)
}

/// Returns the type of an output.
pub(super) fn output_type(emit: &Emit<'_>, output: &Output) -> TokenStream {
    let types = quote!(types::);
    match output {
        Output::Empty => quote!(()),
        Output::Json(ty) => emit.argument_type(ty, &types),
        Output::Optional(ty) => {
            let ty = emit.argument_type(ty, &types);
            quote!(Option<#ty>)
        }
        Output::Stream => quote!(Download),
    }
}

/// Returns the expression that makes the request.
fn make(emit: &Emit<'_>, call: &Call<'_>) -> TokenStream {
    let operation = casing::ident(&call.static_name());
    let path =
        call.operation.parameters.iter().filter(|p| p.location == Location::Path).map(
            |p| {
                let name = argument(p);
                match &p.ty {
                    Type::String => quote!(#name),
                    Type::Def(_) => quote!(#name.as_str()),
                    _ => quote!(&#name.to_string()),
                }
            },
        );
    let path = quote!(&[#(#path),*]);
    let others: Vec<TokenStream> = call
        .taken()
        .filter(|p| p.location != Location::Path)
        .map(required_value)
        .collect();
    let body = call.body().map(|_| casing::ident(emit.names.bodies[call.index]));
    let is_bytes = call.body().is_some_and(|body| body.is_bytes);
    let request = match (others.as_slice(), body) {
        (others, Some(body)) if is_bytes => {
            quote!(Request::with_bytes(&#operation, #path, &[#(#others),*], #body))
        }
        ([], None) => quote!(Request::new(&#operation, #path)),
        ([], Some(body)) => quote!(Request::with_body(&#operation, #path, #body)),
        (others, None) => {
            quote!(Request::with(&#operation, #path, &[#(#others),*], None))
        }
        (others, Some(body)) => {
            quote!(Request::with(&#operation, #path, &[#(#others),*], Some(#body)))
        }
    };
    let anonymous = call.operation.is_anonymous.then(|| quote!(.anonymous()));
    quote!(#request #anonymous)
}

/// Returns the name and the value of a required parameter outside of the path.
fn required_value(parameter: &Parameter) -> TokenStream {
    let json_name = &parameter.name;
    let name = argument(parameter);
    match &parameter.ty {
        Type::String => quote!((#json_name, &#name.to_owned())),
        Type::List(_) => quote!((#json_name, &#name.to_vec())),
        _ => quote!((#json_name, &#name)),
    }
}

/// Makes the builder of an operation, with a setter for each parameter that is no argument.
pub(super) fn builder(emit: &Emit<'_>, call: &Call<'_>) -> Vec<Piece> {
    let name = casing::ident(&emit.names.builders[call.index]);
    let (mut comments, mut of_methods) = (Comments::default(), Comments::default());
    let words = format!("The request of [`{}`].", call.function);
    let doc = comments.add(docs::lines(vec![words]));
    let setters =
        call.operation.parameters.iter().filter(|parameter| !parameter.is_argument);
    let setters: Vec<TokenStream> = setters
        .map(|parameter| setter(emit, call.index, parameter, &mut of_methods))
        .collect();
    let (request, argument) = (call.kind().name(), call.kind().argument());
    let (declared, generics) = match call.kind() {
        Kind::Waits => (quote!(T, W = T), quote!(T, W)),
        Kind::Plain | Kind::Paged => (quote!(T), quote!(T)),
    };
    let blank = blank();
    let has_setters = !setters.is_empty();
    let setters = setters.iter().enumerate().map(|(index, setter)| {
        let blank = (index > 0).then(|| blank.clone());
        quote!(#blank #setter)
    });
    let methods = quote! {
        impl<#generics> #name<#generics> {
            #(#setters)*
        }
    };
    let definition = quote! {
        #doc
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name<#declared> {
            pub(crate) request: #request<#generics>,
        }
    };
    let offered = quote!(atlas_admin_runtime::builder!(#name #argument););
    let mut pieces = vec![Piece::Commented(definition, comments)];
    pieces.extend(has_setters.then_some(Piece::Commented(methods, of_methods)));
    pieces.push(Piece::Tokens(offered));
    pieces
}

fn setter(
    emit: &Emit<'_>,
    operation: usize,
    parameter: &Parameter,
    comments: &mut Comments,
) -> TokenStream {
    let name = argument(parameter);
    let doc = comments.add(docs::lines(docs::parameter(emit, operation, parameter)));
    let deprecated = parameter.deprecated.then(|| {
        quote!(#[deprecated(note = "the API's document marks this parameter as deprecated")])
    });
    let types = quote!(types::);
    let (ty, value) = match &parameter.ty {
        Type::Bool | Type::Int | Type::Float => {
            (emit.argument_type(&parameter.ty, &types), quote!(&#name))
        }
        Type::List(item) => {
            let item = emit.argument_type(item, &types);
            (quote!(impl IntoList<#item>), quote!(&#name.into_list()))
        }
        other => {
            let ty = emit.argument_type(other, &types);
            (quote!(impl Into<#ty>), quote!(&#name.into()))
        }
    };
    let place = match parameter.location {
        Location::Header => quote!(set_header),
        _ => quote!(set_query),
    };
    let json_name = &parameter.name;
    quote! {
        #doc
        #deprecated
        pub fn #name(self, #name: #ty) -> Self {
            self.#place(#json_name, #value)
        }
    }
}
