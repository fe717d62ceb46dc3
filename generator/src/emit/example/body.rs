//! The bodies of example programs: literals with the properties that the document requires, each
//! with a likely value.

use super::super::Emit;
use super::super::literal::structure;
use crate::casing;
use crate::model::{Discriminator, Enum, Field, Kind, Record, Type, TypeId, Union};
use crate::sentences::Example;

mod likely;

/// The maximum width of a line of a literal, without its indentation.
const WIDTH: usize = 60;

/// Returns the literal of a body. `noun` is the kind of thing that the operation is about, `own` the
/// properties that its example sets; if there are none, those that the type suggests.
pub(super) fn literal(
    emit: &Emit<'_>,
    ty: &Type,
    noun: &str,
    own: &[(&str, &str)],
) -> String {
    let field = Field::new(noun, ty.clone());
    let mut maker = Maker { emit, noun: noun.to_owned(), own, open: Vec::new() };
    maker.value(ty, &Hint { field: &field, example: None })
}

/// The property of a value, which its likely value follows from.
struct Hint<'a> {
    field: &'a Field,
    example: Option<Example<'a>>,
}

struct Maker<'a> {
    emit: &'a Emit<'a>,
    /// The kind of thing that the record is about.
    noun: String,
    /// The properties that the outermost record sets.
    own: &'a [(&'a str, &'a str)],
    /// The types around the value, which it must not contain again.
    open: Vec<TypeId>,
}

impl<'a> Maker<'a> {
    fn value(&mut self, ty: &Type, hint: &Hint<'_>) -> String {
        let text = hint.example.map(|example| example.text);
        match ty {
            Type::Bool => likely::flag(&hint.field.limits, text).to_string(),
            Type::Int => likely::integer(&hint.field.limits, text).to_string(),
            Type::Float => format!("{:?}", likely::float(&hint.field.limits, text)),
            Type::String => {
                let text = likely::string(hint.field, text, &self.noun);
                format!("{text:?}.into()")
            }
            Type::DateTime => format!("{:?}.into()", text.unwrap_or(likely::TIME)),
            Type::Date => format!("{:?}.into()", text.unwrap_or(likely::DATE)),
            Type::List(item) => self.list(item, hint),
            Type::Json => "Default::default()".to_owned(),
            Type::Map(value) => {
                let value = self.value(value, hint);
                format!("[(\"key\".to_owned(), {value})].into()")
            }
            Type::Def(id) if self.open.contains(id) => "Default::default()".to_owned(),
            Type::Def(id) => {
                self.open.push(*id);
                let made = self.definition(*id, hint);
                self.open.pop();
                made
            }
        }
    }

    fn list(&mut self, item: &Type, hint: &Hint<'_>) -> String {
        match self.value(item, hint) {
            nothing if nothing == "Default::default()" => "Vec::new()".to_owned(),
            item => format!("vec![{item}]"),
        }
    }

    fn definition(&mut self, id: TypeId, hint: &Hint<'_>) -> String {
        let emit = self.emit;
        match &emit.api.def(id).kind {
            Kind::Record(record) => {
                let outer = self.open.len() > 1;
                let noun = casing::spoken(&hint.field.json_name).replace(' ', "-");
                let noun = if outer { singular(&noun) } else { noun };
                let before = std::mem::replace(&mut self.noun, noun);
                let made = self.record(id, record, None);
                self.noun = before;
                made
            }
            Kind::Enum(values) => self.constant(id, values, hint),
            Kind::Union(union) => self.variant(id, union, hint),
        }
    }

    /// Returns the variant of an enum: that of the example, else the first that the property
    /// lists.
    fn constant(&self, id: TypeId, values: &Enum, hint: &Hint<'_>) -> String {
        let text = hint.example.map(|example| example.text);
        let wanted =
            text.into_iter().chain(hint.field.listed.first().map(String::as_str));
        let position = |text: &str| values.values.iter().position(|value| value == text);
        let at = wanted.into_iter().find_map(position);
        let name = self.emit.names.ty(id);
        match self.emit.names.members(id).nth(at.unwrap_or_default()) {
            Some(variant) => format!("types::{name}::{variant}"),
            None => "Default::default()".to_owned(),
        }
    }

    /// Returns a variant of a union: that of the example, else the first.
    fn variant(&mut self, id: TypeId, union: &Union, hint: &Hint<'_>) -> String {
        let text = hint.example.map(|example| example.text.to_owned());
        let wanted = |tags: &[String]| text.as_ref().is_some_and(|it| tags.contains(it));
        let at = union.variants.iter().position(|variant| wanted(&variant.tags));
        let at = at.unwrap_or_default();
        let Some(variant) = union.variants.get(at) else {
            return "Default::default()".to_owned();
        };
        let held = match &variant.ty {
            Type::Def(held) if !self.open.contains(held) => {
                match &self.emit.api.def(*held).kind {
                    Kind::Record(record) => {
                        self.open.push(*held);
                        let made = self.record(*held, record, tag(union, at));
                        self.open.pop();
                        made
                    }
                    _ => self.value(&variant.ty, hint),
                }
            }
            other => self.value(other, hint),
        };
        let held = self.boxed((id, at), held);
        let name = self.emit.names.ty(id);
        let variant = self.emit.names.members(id).nth(at).expect("a name for each");
        let variant = format!("types::{name}::{variant}");
        let head = held.split('\n').next().unwrap_or_default();
        if held.contains('\n') && variant.len() + head.len() > WIDTH {
            let held = held.replace('\n', "\n    ");
            return format!("{variant}(\n    {held},\n)");
        }
        format!("{variant}({held})")
    }

    /// Returns the literal of a record. `tag` is the property that selects its variant, and the
    /// value for it, if the union doesn't set it.
    fn record(
        &mut self,
        id: TypeId,
        record: &Record,
        tag: Option<(&str, Option<&str>)>,
    ) -> String {
        let name = self.emit.names.ty(id);
        let mut fields = Vec::new();
        for index in self.shown(id, record, tag) {
            let field = &record.fields[index];
            let member =
                self.emit.names.members(id).nth(index).expect("a name for each");
            let tag = tag.filter(|(property, _)| *property == field.json_name);
            let value = match tag.and_then(|(_, value)| value) {
                Some(text) => Some(Example { text, is_shown: true }),
                None => {
                    self.own(field).or_else(|| self.emit.sentences.example(id, index))
                }
            };
            let value = self.value(&field.ty, &Hint { field, example: value });
            let value = self.boxed((id, index), value);
            let kind = if field.nullable { "Nullable::Value" } else { "Some" };
            fields.push(format!("{member}: {}", call(kind, &value)));
        }
        if fields.is_empty() && self.open.len() > 1 {
            return "Default::default()".to_owned();
        }
        fields.push("..Default::default()".to_owned());
        structure(&format!("types::{name}"), fields)
    }

    /// Returns the fields that a record shows: those that the operation's own example sets, or else
    /// those that are required or have a path among the examples, or else its name or the first
    /// simple one.
    fn shown(
        &self,
        id: TypeId,
        record: &Record,
        tag: Option<(&str, Option<&str>)>,
    ) -> Vec<usize> {
        let all = 0..record.fields.len();
        let is_own = |index: &usize| self.own(&record.fields[*index]).is_some();
        let own: Vec<usize> = all.clone().filter(is_own).collect();
        if !own.is_empty() {
            return own;
        }
        let is_sent = |index: &usize| {
            let field = &record.fields[*index];
            let is_read_only = self.emit.facts.read_only.contains(&(id, *index));
            let is_set = matches!(tag, Some((name, None)) if name == field.json_name);
            !is_read_only && !field.deprecated && !is_set
        };
        let is_tag =
            |field: &Field| tag.is_some_and(|(name, _)| name == field.json_name);
        let sent: Vec<usize> = all.filter(is_sent).collect();
        let is_wanted = |index: &usize| {
            let field = &record.fields[*index];
            let example = self.emit.sentences.example(id, *index);
            field.required || is_tag(field) || example.is_some_and(|it| it.is_shown)
        };
        let wanted: Vec<usize> = sent.iter().copied().filter(is_wanted).collect();
        if !wanted.is_empty() {
            return wanted;
        }
        let field = |index: usize| &record.fields[index];
        let is_plain = |index: &usize| self.is_plain(&field(*index).ty);
        let is_name = |index: &usize| field(*index).json_name == "name";
        let is_visible = |index: &usize| is_plain(index) && !field(*index).secret;
        let first = sent.iter().find(|it| is_name(it));
        let first = first.or_else(|| sent.iter().find(|it| is_visible(it)));
        first.or(sent.first()).copied().into_iter().collect()
    }

    /// Returns the value that the operation's own example gives a field of its outermost record.
    fn own(&self, field: &Field) -> Option<Example<'a>> {
        let own = self.own.iter().filter(|_| self.open.len() == 1);
        let mut named = own.filter(|(name, _)| *name == field.json_name);
        named.next().map(|(_, text)| Example { text, is_shown: true })
    }

    /// Tells whether a value is one word: a scalar, a value of an enum, or a list of them.
    fn is_plain(&self, ty: &Type) -> bool {
        match ty {
            Type::List(item) => self.is_plain(item),
            Type::Def(id) => self.emit.api.is_enum(*id),
            Type::Json | Type::Map(_) => false,
            _ => true,
        }
    }

    fn boxed(&self, member: (TypeId, usize), value: String) -> String {
        let is_boxed = self.emit.facts.boxed.contains(&member);
        if is_boxed { call("Box::new", &value) } else { value }
    }
}

/// Returns the property that selects a variant. It has a value only if several select the variant:
/// a single one is written by the union.
fn tag(union: &Union, at: usize) -> Option<(&str, Option<&str>)> {
    let Discriminator::Tag { property, .. } = &union.by else { return None };
    let tags = &union.variants[at].tags;
    let value = tags.first().filter(|_| tags.len() > 1);
    Some((property, value.map(String::as_str)))
}

/// Returns a call with one argument, on lines of its own where it is long.
fn call(function: &str, argument: &str) -> String {
    if argument.contains('\n') || argument.len() <= WIDTH {
        return format!("{function}({argument})");
    }
    format!("{function}(\n    {argument},\n)")
}

/// Returns the word for one of the things that a plural names.
pub(super) fn singular(noun: &str) -> String {
    if let Some(stem) = noun.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let has = |endings: &[&str]| endings.iter().any(|ending| noun.ends_with(ending));
    let ending = match noun {
        _ if has(&["ss", "us", "is"]) => "",
        _ if has(&["xes", "sses", "ches", "shes"]) => "es",
        _ => "s",
    };
    noun.strip_suffix(ending).unwrap_or(noun).to_owned()
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn a_plural_has_a_singular() {
        for (noun, expected) in [
            ("bikes", "bike"),
            ("policies", "policy"),
            ("indexes", "index"),
            ("access", "access"),
            ("status", "status"),
            ("bike", "bike"),
        ] {
            assert_eq!(singular(noun), expected);
        }
    }
}
