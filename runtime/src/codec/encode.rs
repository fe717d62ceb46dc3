//! Values to JSON text.

use super::discriminators::Discriminators;
use super::members::{Context, Members, Note, walk};
use super::path::Locator;
use super::reader::MAX_DEPTH;
use super::request_body::RequestBody;
use super::writer::Writer;
use super::{EncodeError, Extra, Field, Json, List, Union, Value, View};
use crate::operation::Method;

const INFINITE: &str = "is a float that is not finite";
const MASKED: &str = "holds the masked value that the service returned: set the secret, or clear the property";

/// Encodes a value completely as JSON text. Decoding the text yields an equal value.
///
/// # Errors
///
/// Fails if a float is not finite, or the value is nested deeper than 128 levels.
///
/// ```
/// use atlas_admin_runtime::codec::encode;
///
/// let text = encode(&vec!["a".to_owned(), "b".to_owned()])?;
/// assert_eq!(text, br#"["a","b"]"#);
/// # Ok::<(), atlas_admin_runtime::codec::EncodeError>(())
/// ```
pub fn encode(value: &dyn Value) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::with_capacity(1024);
    encode_into(value, &mut out)?;
    Ok(out)
}

/// Encodes a value completely, and appends the JSON text to a buffer. An error leaves
/// the buffer unchanged.
///
/// # Errors
///
/// Those of [`encode`].
pub fn encode_into(value: &dyn Value, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    let mut encoder = Encoder::new(std::mem::take(out), None);
    encoder.view(&value.view(), None);
    *out = encoder.out.into_text();
    if encoder.problems.is_empty() {
        return Ok(());
    }
    let error =
        EncodeError { problems: located(&out[start..], start, encoder.problems) };
    out.truncate(start);
    Err(error)
}

/// Encodes the body of a request: everything that is set, except received properties
/// that only the service sets.
///
/// # Errors
///
/// Those of [`encode`]. Also fails if a received secret is masked and the request would
/// set it: with any method but PATCH, and with PUT unless the service is known to keep
/// the secret.
pub fn encode_request(
    value: &dyn Value,
    method: Method,
) -> Result<RequestBody, EncodeError> {
    let mut encoder = Encoder::new(Vec::with_capacity(1024), Some(method));
    match value.view() {
        View::Json(json) => encoder.undeclared(json),
        view => encoder.view(&view, None),
    }
    let Encoder { out, problems, missing, left_out, secrets, .. } = encoder;
    let out = out.into_text();
    if problems.is_empty() {
        return Ok(RequestBody { text: out.into(), missing, left_out, secrets });
    }
    Err(EncodeError { problems: located(&out, 0, problems) })
}

/// Encodes a value for people. Secrets are replaced by `"<redacted>"`, and so is every
/// undeclared string, because it may be a secret.
pub(crate) fn redacted(value: &dyn Value) -> String {
    let mut encoder = Encoder::new(Vec::with_capacity(1024), None);
    let view = value.view();
    encoder.is_undeclared = !matches!(view, View::Record(_) | View::Union(_));
    match view {
        // A string that is the whole response may be a secret, such as a private key,
        // and no table tells.
        View::Str(_) => encoder.secret(&view),
        _ => encoder.view(&view, None),
    }
    let Encoder { out, secrets, .. } = encoder;
    let (missing, left_out) = (Vec::new(), Vec::new());
    let text = out.into_text().into();
    RequestBody { text, missing, left_out, secrets }.redacted()
}

/// Encodes a value, with `null` in place of values that JSON can't express.
pub(super) fn text(value: &dyn Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), None);
    encoder.view(&value.view(), None);
    encoder.out.into_text()
}

/// Looks up the paths of offsets in a text that was written from `start` on.
pub(super) fn located<T>(
    text: &[u8],
    start: usize,
    mut found: Vec<(usize, T)>,
) -> Vec<(String, T)> {
    found.sort_by_key(|(at, _)| *at);
    let mut locator = Locator::new(text);
    found.into_iter().map(|(at, what)| (locator.path_at(at - start), what)).collect()
}

/// A walk over a value that writes text. It continues after a problem, so that all
/// problems can be reported.
struct Encoder {
    out: Writer,
    /// The method of the request; `None` to encode everything.
    request: Option<Method>,
    depth: u8,
    /// Whether the next value is an item of a list.
    is_item: bool,
    /// The problems, with their offsets: values that JSON can't express, or that must
    /// not be sent.
    problems: Vec<(usize, &'static str)>,
    /// The required properties that are unset, and the offsets of their objects' contents.
    missing: Vec<(usize, &'static str)>,
    /// The received properties that are not sent, and the offsets of their objects' contents.
    left_out: Vec<(usize, String)>,
    /// The start and end offsets of secrets.
    secrets: Vec<(usize, usize)>,
    /// Whether every string that is written now may be a secret.
    is_undeclared: bool,
}

impl Encoder {
    /// Starts writing at the end of a buffer.
    fn new(out: Vec<u8>, request: Option<Method>) -> Self {
        Self {
            out: Writer::new(out),
            request,
            depth: 0,
            is_item: false,
            problems: Vec::new(),
            missing: Vec::new(),
            left_out: Vec::new(),
            secrets: Vec::new(),
            is_undeclared: false,
        }
    }

    // Always inlined: most values are scalars, for which a call costs as much as the
    // work.
    #[inline(always)]
    fn view(&mut self, view: &View<'_>, discriminators: Option<&Discriminators<'_>>) {
        match view {
            View::Str(string) => self.out.string(string),
            View::Int(number) => self.out.int(*number),
            View::Bool(boolean) => self.out.boolean(*boolean),
            View::Float(number) => self.float(*number),
            view => self.compound(view, discriminators),
        }
    }

    /// Writes a value that must not be printed.
    #[inline(never)]
    fn secret(&mut self, view: &View<'_>) {
        let begin = self.out.len();
        self.view(view, None);
        self.secrets.push((begin, self.out.len()));
    }

    fn compound(
        &mut self,
        view: &View<'_>,
        discriminators: Option<&Discriminators<'_>>,
    ) {
        match view {
            View::Record(record) => {
                let extra = Extra::of(*record);
                match extra.and_then(|extra| extra.non_object_in(*record)) {
                    // A request body is never `null` as a whole.
                    Some(Json::Null) if self.depth == 0 && self.request.is_some() => {
                        self.object(view, extra, discriminators);
                    }
                    // Not of the declared type, so it may be a secret.
                    Some(json) => self.undeclared(json),
                    None => self.object(view, extra, discriminators),
                }
            }
            View::Map(_) | View::Json(Json::Object(_)) => {
                self.object(view, None, discriminators)
            }
            View::List(list) => self.list(*list),
            View::Union(union) => self.union(*union, discriminators),
            View::Json(json) => self.json(json),
            _ => self.out.null(),
        }
    }

    /// Enters a level. Returns false if the value is nested too deeply.
    fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.problem("is nested too deeply");
            return false;
        }
        self.depth += 1;
        true
    }

    fn object(
        &mut self,
        view: &View<'_>,
        extra: Option<&Extra>,
        discriminators: Option<&Discriminators<'_>>,
    ) {
        let is_item = std::mem::take(&mut self.is_item);
        if !self.enter() {
            return;
        }
        self.out.byte(b'{');
        let context = Context { request: self.request, discriminators, is_item };
        let start = self.out.len();
        let Ok(()) = walk(view, extra, context, &mut Object { encoder: self, start });
        self.out.byte(b'}');
        self.depth -= 1;
    }

    fn list(&mut self, list: &dyn List) {
        if !self.enter() {
            return;
        }
        self.out.byte(b'[');
        for index in 0..list.len() {
            if index > 0 {
                self.out.byte(b',');
            }
            self.is_item = true;
            self.view(&list.get(index).view(), None);
        }
        self.is_item = false;
        self.out.byte(b']');
        self.depth -= 1;
    }

    fn union(&mut self, union: &dyn Union, outer: Option<&Discriminators<'_>>) {
        let (index, content) = union.content();
        let variants = union.variants();
        let discriminators = variants.by.chain(index, outer);
        match content.view() {
            View::Json(json) if index >= variants.by.len() => self.undeclared(json),
            view => self.view(&view, discriminators.as_ref().or(outer)),
        }
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            self.out.float(number);
        } else {
            self.problem(INFINITE);
        }
    }

    /// Notes a problem with the next value, and writes `null` in its place.
    #[cold]
    fn problem(&mut self, what: &'static str) {
        self.problems.push((self.out.len(), what));
        self.out.null();
    }

    /// Writes undeclared JSON, all of which may be secret.
    fn undeclared(&mut self, json: &Json) {
        let outer = std::mem::replace(&mut self.is_undeclared, true);
        self.json(json);
        self.is_undeclared = outer;
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::Null => self.out.null(),
            Json::Bool(boolean) => self.out.boolean(*boolean),
            Json::Number(number) => {
                if !number.write(&mut self.out) {
                    self.problem(INFINITE);
                }
            }
            Json::String(string) if self.is_undeclared => {
                self.secret(&View::Str(string))
            }
            Json::String(string) => self.out.string(string),
            Json::Object(_) => self.object(&View::Json(json), None, None),
            Json::Array(items) => self.list(items),
        }
    }
}

/// Returns true if everything in a field is secret.
fn is_secret(field: &Field) -> bool {
    field.flags & (Field::SECRET | Field::WRITE_ONLY) != 0
}

/// An object under construction.
struct Object<'e> {
    encoder: &'e mut Encoder,
    /// The offset of its content.
    start: usize,
}

impl Object<'_> {
    fn name(&mut self, name: &str) {
        let out = &mut self.encoder.out;
        if out.len() > self.start {
            out.byte(b',');
        }
        out.string(name);
        out.byte(b':');
    }
}

impl Members for Object<'_> {
    type Error = std::convert::Infallible;

    fn member(&mut self, name: &str, value: &View<'_>) -> Result<(), Self::Error> {
        self.name(name);
        self.encoder.view(value, None);
        Ok(())
    }

    fn undeclared(&mut self, name: &str, value: &Json) -> Result<(), Self::Error> {
        self.name(name);
        self.encoder.undeclared(value);
        Ok(())
    }

    #[inline]
    fn field(
        &mut self,
        field: &'static Field,
        value: &View<'_>,
    ) -> Result<(), Self::Error> {
        let out = &mut self.encoder.out;
        let first = out.len() == self.start;
        out.key(first, field.json_name);
        match is_secret(field) {
            true => self.encoder.secret(value),
            false => self.encoder.view(value, None),
        }
        Ok(())
    }

    fn replaced(
        &mut self,
        field: &'static Field,
        value: &Json,
    ) -> Result<(), Self::Error> {
        match is_secret(field) {
            true => self.field(field, &View::Json(value)),
            false => self.undeclared(field.json_name, value),
        }
    }

    #[cold]
    fn note(&mut self, what: Note<'_>) {
        let encoder = &mut *self.encoder;
        match what {
            Note::Missing(name) => encoder.missing.push((self.start, name)),
            Note::LeftOut(name) => encoder.left_out.push((self.start, name.to_owned())),
            Note::Masked(name) => {
                self.name(name);
                self.encoder.problem(MASKED);
            }
        }
    }
}
