//! Values to JSON text.

use super::extra::Contents;
use super::members::{Members, view_of_json, walk};
use super::path::{Locator, push_name};
use super::reader::MAX_DEPTH;
use super::tags::Tags;
use super::unset::{contents_of, instead_in};
use super::{By, EncodeError, Field, Json, List, Union, Value, View, writer};

/// What a value is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything that is there, so that reading it again gives an equal value.
    Lossless,
    /// What a request sends: no property that only the service sets, none that the service
    /// sent without the document declaring it, and every one that the document requires.
    Request,
}

/// Writes a value as JSON text.
///
/// # Errors
///
/// In [`Mode::Request`], where required properties are not set. In both modes, where a float is
/// not finite or the value is nested deeper than 128 levels.
///
/// ```
/// use atlas_admin_runtime::codec::{Mode, encode};
///
/// let text = encode(&vec!["a".to_owned(), "b".to_owned()], Mode::Lossless)?;
/// assert_eq!(text, br#"["a","b"]"#);
/// # Ok::<(), atlas_admin_runtime::codec::EncodeError>(())
/// ```
pub fn encode(value: &dyn Value, mode: Mode) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::with_capacity(1024);
    encode_into(value, mode, &mut out)?;
    Ok(out)
}

/// Writes a value as JSON text to the end of a buffer, which is left as it was on an error.
///
/// # Errors
///
/// As for [`encode`].
pub fn encode_into(
    value: &dyn Value,
    mode: Mode,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let start = out.len();
    let mut encoder = Encoder::new(std::mem::take(out), mode);
    encoder.view(&value.view(), None);
    let Encoder { missing, unsayable, .. } = encoder;
    *out = encoder.out;
    if missing.is_empty() && unsayable.is_empty() {
        return Ok(());
    }
    let error = explain(&out[start..], start, missing, unsayable);
    out.truncate(start);
    Err(error)
}

/// Writes a union with `null` for what JSON cannot say.
pub(super) fn text(union: &dyn Union) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), Mode::Lossless);
    encoder.union(union, None);
    encoder.out
}

/// Looks up the paths of all that is wrong in the text that was written.
fn explain(
    text: &[u8],
    start: usize,
    mut missing: Vec<(usize, &'static str)>,
    mut unsayable: Vec<(usize, &'static str)>,
) -> EncodeError {
    missing.sort_by_key(|(at, _)| *at);
    unsayable.sort_by_key(|(at, _)| *at);
    let mut locator = Locator::new(text);
    let missing = missing.into_iter().map(|(at, name)| {
        let mut path = locator.path_at(at - start);
        push_name(&mut path, name);
        path
    });
    let missing = missing.collect();
    let mut locator = Locator::new(text);
    let unsayable = unsayable
        .into_iter()
        .map(|(at, what)| (locator.path_at(at - start), what))
        .collect();
    EncodeError { missing, unsayable }
}

/// A walk over a value that leaves text behind. It goes on after what is wrong, so that all of
/// it can be reported.
struct Encoder {
    out: Vec<u8>,
    mode: Mode,
    depth: u8,
    /// The required properties that are not set, and the offsets where their objects begin.
    missing: Vec<(usize, &'static str)>,
    /// What JSON cannot say, and where.
    unsayable: Vec<(usize, &'static str)>,
}

impl Encoder {
    /// Begins to write to the end of a buffer.
    fn new(out: Vec<u8>, mode: Mode) -> Self {
        Self { out, mode, depth: 0, missing: Vec::new(), unsayable: Vec::new() }
    }

    // Always: most values are scalars, for which a call costs as much as the work.
    #[inline(always)]
    fn view(&mut self, view: &View<'_>, tags: Option<&Tags<'_>>) {
        match view {
            View::Str(string) => writer::string(&mut self.out, string),
            View::Int(number) => writer::int(&mut self.out, *number),
            View::Bool(boolean) => writer::boolean(&mut self.out, *boolean),
            View::Float(number) => self.float(*number),
            view => self.compound(view, tags),
        }
    }

    fn compound(&mut self, view: &View<'_>, tags: Option<&Tags<'_>>) {
        match view {
            View::Record(record) => {
                let contents = contents_of(*record);
                match instead_in(*record, contents) {
                    // A request is never `null`: what the document requires has to be there.
                    Some(Json::Null)
                        if self.depth == 0 && self.mode == Mode::Request =>
                    {
                        self.object(view, contents, tags);
                    }
                    Some(json) => self.json(json),
                    None => self.object(view, contents, tags),
                }
            }
            View::Map(_) => self.object(view, None, tags),
            View::List(list) => self.list(*list),
            View::Union(union) => self.union(*union, tags),
            View::Json(Json::Object(_)) => self.object(view, None, tags),
            View::Json(json) => self.json(json),
            View::Absent if tags.is_some_and(Tags::any_known) => {
                self.object(view, None, tags)
            }
            _ => writer::null(&mut self.out),
        }
    }

    /// Counts a level, and tells whether it may be entered.
    fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.unsayable.push((self.out.len(), "nested too deeply"));
            writer::null(&mut self.out);
            return false;
        }
        self.depth += 1;
        true
    }

    fn object(
        &mut self,
        view: &View<'_>,
        contents: Option<&Contents>,
        tags: Option<&Tags<'_>>,
    ) {
        if !self.enter() {
            return;
        }
        self.out.push(b'{');
        let start = self.out.len();
        let mode = self.mode;
        let Ok(()) =
            walk(view, contents, mode, tags, &mut Object { encoder: self, start });
        self.out.push(b'}');
        self.depth -= 1;
    }

    fn list(&mut self, list: &dyn List) {
        if !self.enter() {
            return;
        }
        self.out.push(b'[');
        for index in 0..list.len() {
            if index > 0 {
                self.out.push(b',');
            }
            self.view(&list.get(index).view(), None);
        }
        self.out.push(b']');
        self.depth -= 1;
    }

    fn union(&mut self, union: &dyn Union, outer: Option<&Tags<'_>>) {
        let (index, content) = union.content();
        match &union.variants().by {
            By::Tag(name, values) => {
                let value = match values.get(index) {
                    Some([only]) => Some(*only),
                    _ => None,
                };
                self.view(&content.view(), Some(&Tags { name, value, outer }));
            }
            By::Kind(_) => self.view(&content.view(), outer),
        }
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            writer::float(&mut self.out, number);
        } else {
            self.unsayable.push((self.out.len(), "a float that is not finite"));
            writer::null(&mut self.out);
        }
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::Null => writer::null(&mut self.out),
            Json::Bool(boolean) => writer::boolean(&mut self.out, *boolean),
            Json::Number(number) => writer::number(&mut self.out, number),
            Json::String(string) => writer::string(&mut self.out, string),
            Json::Object(_) => self.object(&View::Json(json), None, None),
            Json::Array(items) => {
                if !self.enter() {
                    return;
                }
                self.out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(b',');
                    }
                    self.view(&view_of_json(item), None);
                }
                self.out.push(b']');
                self.depth -= 1;
            }
        }
    }
}

/// An object that is being written.
struct Object<'e> {
    encoder: &'e mut Encoder,
    /// The offset of its content.
    start: usize,
}

impl Members for Object<'_> {
    type Error = std::convert::Infallible;

    fn member(&mut self, name: &str, value: &View<'_>) -> Result<(), Self::Error> {
        let out = &mut self.encoder.out;
        if out.len() > self.start {
            out.push(b',');
        }
        writer::string(out, name);
        out.push(b':');
        self.encoder.view(value, None);
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static Field,
        value: &View<'_>,
    ) -> Result<(), Self::Error> {
        let out = &mut self.encoder.out;
        let first = out.len() == self.start;
        writer::key(out, first, field.wire);
        self.encoder.view(value, None);
        Ok(())
    }

    fn missing(&mut self, name: &'static str) {
        self.encoder.missing.push((self.start, name));
    }
}
