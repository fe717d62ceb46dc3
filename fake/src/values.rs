//! Values generated from their types, for properties that no request has set.
//!
//! A resource gets the same values each time: they are derived from its place.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use atlas_admin_runtime::codec::{
    Discriminator, Entries, Field, Json, List, Record, Slot, Table, Union, Value, View,
};
use atlas_admin_runtime::testing::for_fake::{self, to_json};

use crate::place::Parameters;
use crate::special;

pub(crate) use failure::Failure;

mod failure;
mod formats;
mod settable;

pub(crate) use settable::Settable;

/// The maximum depth of generated records: types may contain themselves.
const DEPTH: usize = 6;
/// The maximum depth of generated lists, maps and unions. They may contain themselves without a
/// record in between.
const LIMIT: usize = 2 * DEPTH;

/// The part of a value that is generated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    /// Nothing: everything was set.
    Nothing,
    /// The properties that a request leaves to the service.
    Rest,
    /// Everything.
    All,
}

/// A generator of the unset parts of a value. Also removes the properties that the service never
/// returns.
pub(crate) struct Filler<'a> {
    pub(crate) fill: Fill,
    /// The ids and names of all parents of the resource, from its path.
    pub(crate) known: &'a Parameters,
    /// The parameters that name the resource itself: `clusterName` for `clusterName` and `name`.
    pub(crate) own: &'a Parameters,
    /// The properties that a request can set; the service sets the others.
    pub(crate) settable: Option<&'a Settable>,
    /// Whether the response is the one that returns secrets.
    pub(crate) is_fresh: bool,
    /// The number that generated values are derived from.
    pub(crate) seed: u64,
    /// Counts the resources whose number a property states.
    pub(crate) count: &'a dyn Fn(&str) -> Option<usize>,
}

/// The position of a value in the generated resource.
#[derive(Clone, Copy)]
struct At<'a> {
    /// The name of the property; the items of a list share it.
    name: &'a str,
    /// The Rust name of the record that has the property.
    owner: &'static str,
    depth: usize,
    seed: u64,
    /// The discriminator of the union around the value, and the discriminator's value; `None` if
    /// the value is no variant.
    tag: Option<(&'static str, &'static str)>,
}

impl At<'_> {
    fn within(self, part: impl Hash) -> Self {
        Self { depth: self.depth + 1, seed: mixed(self.seed, part), tag: None, ..self }
    }
}

/// Derives a number from another and a part of a place.
pub(crate) fn mixed(seed: u64, part: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, part).hash(&mut hasher);
    hasher.finish()
}

impl Filler<'_> {
    /// Generates the unset parts of a value, or the whole value if it is unset.
    pub(crate) fn fill(
        &self,
        value: &mut dyn Value,
        is_unset: bool,
    ) -> Result<(), Failure> {
        if self.fill == Fill::Nothing {
            return Ok(());
        }
        let at = At { name: "", owner: "", depth: 0, seed: self.seed, tag: None };
        self.value(value, is_unset, at)
    }

    fn value(
        &self,
        value: &mut dyn Value,
        is_unset: bool,
        at: At<'_>,
    ) -> Result<(), Failure> {
        let makes_more = is_unset && at.depth < LIMIT;
        match value.slot() {
            Slot::Int(number) => match self.counted(at) {
                Some(counted) => *number = counted,
                None if is_unset => *number = formats::number(at.name),
                None => {}
            },
            Slot::Float(number) if is_unset => *number = formats::number(at.name) as f64,
            Slot::Str(text) if is_unset => *text = self.text(at),
            Slot::Text(text) if is_unset => *text = self.text(at).as_str().into(),
            Slot::Enum(value) if is_unset => {
                if let Some(chosen) = self.choice(value.declared(), at) {
                    value.set(chosen);
                }
            }
            Slot::List(list) if makes_more => {
                return self.value(list.push(), true, at.within(0));
            }
            Slot::List(list) if !is_unset => return self.items(list, at),
            Slot::Map(map) if makes_more => {
                let value = map.insert("key".to_owned());
                return self.value(value, true, at.within("key"));
            }
            Slot::Map(map) if !is_unset => return self.entries(map, at),
            Slot::Record(record) => return self.record(record, at),
            Slot::Union(union) if makes_more => return self.variant(union, at),
            Slot::Union(union) if !is_unset => return self.chosen(union, at),
            Slot::Json(json) if is_unset => *json = Json::Object(Default::default()),
            _ => {}
        }
        Ok(())
    }

    fn record(&self, record: &mut dyn Record, at: At<'_>) -> Result<(), Failure> {
        let table = record.table();
        for (index, field) in table.fields.iter().enumerate() {
            let at = At { name: field.json_name, owner: table.name, ..at };
            if is_mask(field) {
                self.show_masked(record, index, at);
            } else {
                self.field(record.field_mut(index), field, table, at)?;
            }
        }
        Ok(())
    }

    /// Sets the property that shows the mask of the secret beside it.
    fn show_masked(&self, record: &mut dyn Record, index: usize, at: At<'_>) {
        let table = record.table();
        let mut fields = table.fields.iter().enumerate();
        let secret = fields.find(|(_, field)| field.flags & Field::SECRET != 0);
        let Some((secret, field)) = secret else { return };
        let secret = match record.field(secret).view() {
            View::Str(text) => text.to_owned(),
            _ => {
                let tag = None;
                let name = field.json_name;
                self.text(At { name, owner: table.name, tag, ..at.within(name) })
            }
        };
        if let Slot::Str(text) = record.field_mut(index).slot() {
            *text = formats::masked(&secret);
        }
    }

    fn field(
        &self,
        value: &mut dyn Value,
        field: &Field,
        table: &Table,
        at: At<'_>,
    ) -> Result<(), Failure> {
        if field.flags & Field::WRITE_ONLY != 0 {
            value.clear(false);
            return Ok(());
        }
        let is_unset = matches!(value.view(), View::Absent);
        let tag = at.tag.filter(|(tag, _)| *tag == field.json_name);
        let inner = At { tag, ..at.within(field.json_name) };
        if field.flags & Field::SECRET != 0 && !self.is_fresh {
            mask(value, table, is_unset && !self.makes(field, table, at), || {
                self.text(At { name: field.json_name, owner: table.name, ..inner })
            });
            return Ok(());
        }
        // Links would lead nowhere; a list without links has no next page.
        let is_left_out = field.json_name == "links" || at.depth >= LIMIT;
        if !is_left_out && (!is_unset || self.makes(field, table, at)) {
            self.value(value, is_unset, inner)?;
        }
        Ok(())
    }

    /// Tells whether the service sets an unset property.
    fn makes(&self, field: &Field, table: &Table, at: At<'_>) -> bool {
        let name = field.json_name;
        let is_left = field.flags & (Field::REQUIRED | Field::READ_ONLY) != 0;
        // A resource includes its own name.
        let is_name = at.depth == 0 && self.own.iter().any(|(own, _)| own == name);
        let is_not_settable =
            at.depth == 0 && self.settable.is_some_and(|all| all.lacks(table, name));
        let is_tag = at.tag.is_some_and(|(tag, _)| tag == name);
        if at.depth >= DEPTH {
            // At this depth, a record exists only because its owner requires it.
            return field.flags & Field::REQUIRED != 0 || is_tag;
        }
        self.fill == Fill::All || is_left || is_name || is_not_settable || is_tag
    }

    /// Fills the items of a list, which can't be changed in place: each is taken out and added
    /// again.
    fn items(&self, list: &mut dyn List, at: At<'_>) -> Result<(), Failure> {
        for (index, item) in taken(list)?.iter().enumerate() {
            let value = list.push();
            read(value, item)?;
            self.value(value, false, at.within(index))?;
        }
        Ok(())
    }

    fn entries(&self, map: &mut dyn Entries, at: At<'_>) -> Result<(), Failure> {
        let mut entries = Vec::new();
        map.for_each(&mut |key, value| entries.push((key.to_owned(), to_json(value))));
        for (key, entry) in entries {
            let at = at.within(&key);
            let value = map.insert(key);
            read(value, &entry?)?;
            self.value(value, false, at)?;
        }
        Ok(())
    }

    /// Generates a variant of a union.
    fn variant(&self, union: &mut dyn Union, at: At<'_>) -> Result<(), Failure> {
        let tag = match &union.variants().by {
            Discriminator::Property(name, values) => {
                values.first().and_then(|of_first| Some((*name, *of_first.first()?)))
            }
            Discriminator::Kind(_) => None,
        };
        let at = At { tag, ..at.within("variant") };
        self.value(union.select(0), true, at)
    }

    /// Fills the variant of a union. Chooses a variant if the request left the choice to the
    /// service.
    fn chosen(&self, union: &mut dyn Union, at: At<'_>) -> Result<(), Failure> {
        let (index, content) = union.content();
        if let Discriminator::Property(name, values) = &union.variants().by
            && index == usize::MAX
        {
            let json = to_json(content)?;
            if json.get(name).is_none() && !values.is_empty() {
                let begins = special::BEGINS_AS.iter().find(|(tag, _)| tag == name);
                let is_wanted =
                    |of: &&[&str]| begins.is_some_and(|(_, value)| of.contains(value));
                let index = values.iter().position(is_wanted).unwrap_or(0);
                let value = values[index].first().copied().unwrap_or_default();
                let content = union.select(index);
                read(content, &json)?;
                let at = At { tag: Some((name, value)), ..at };
                return self.value(content, false, at);
            }
        }
        self.value(union.content_mut(), false, at)
    }

    /// Counts the resources whose number a property states, even if a request has set the
    /// property.
    fn counted(&self, at: At<'_>) -> Option<i64> {
        let counted = (self.count)(at.name).filter(|_| at.depth <= 1)?;
        i64::try_from(counted).ok()
    }

    /// Chooses a value of an enum: the one that the path or the union requires, else one at which
    /// waits end, else the first.
    fn choice(
        &self,
        declared: &'static [&'static str],
        at: At<'_>,
    ) -> Option<&'static str> {
        let find = |among: &[&'static str], wanted: &str| {
            among.iter().copied().find(|value| value.eq_ignore_ascii_case(wanted))
        };
        if let Some((_, value)) = at.tag.filter(|(tag, _)| *tag == at.name) {
            return find(declared, value);
        }
        let listed = formats::listed(at.owner, at.name);
        let listed = listed.as_deref().unwrap_or(declared);
        self.said(at)
            .and_then(|said| find(listed, &said))
            .or_else(|| formats::chosen(listed))
    }

    /// Returns the value of a property in the path.
    fn said(&self, at: At<'_>) -> Option<String> {
        // Not for parts of the resource, which have names of their own.
        let count = self.own.len();
        let own = self.own.iter().enumerate().find(|(index, (parameter, _))| {
            let is_last = index + 1 == count;
            parameter == at.name
                || at.depth <= 1
                    && properties(parameter, is_last).any(|it| is_same(&it, at.name))
        });
        let known = || self.known.iter().find(|(parameter, _)| parameter == at.name);
        own.map(|(_, pair)| pair).or_else(known).map(|(_, value)| value.clone())
    }

    /// Generates a text by the name of its property, in the API's usual formats.
    fn text(&self, at: At<'_>) -> String {
        if let Some((_, value)) = at.tag.filter(|(tag, _)| *tag == at.name) {
            return value.to_owned();
        }
        let said = self.said(at);
        let resource = || {
            let named = self.own.iter().chain(self.known).rev();
            let mut named = named.filter(|(name, _)| name.ends_with("ame"));
            named.next().map_or("made", |(_, value)| value)
        };
        let listed = || formats::chosen(&formats::listed(at.owner, at.name)?);
        said.or_else(|| listed().map(str::to_owned))
            .unwrap_or_else(|| formats::text(at.owner, at.name, at.seed, resource))
    }
}

/// Tells whether a property shows the mask of the secret beside it.
fn is_mask(field: &Field) -> bool {
    field.json_name.starts_with("masked")
}

/// Masks a secret, or removes it where the record has another property for the mask.
fn mask(
    value: &mut dyn Value,
    table: &Table,
    is_left_out: bool,
    make: impl FnOnce() -> String,
) {
    if is_left_out || table.fields.iter().any(is_mask) {
        return value.clear(false);
    }
    let secret = match value.view() {
        View::Str(text) => text.to_owned(),
        View::Absent => make(),
        _ => return,
    };
    if let Slot::Str(text) = value.slot() {
        *text = formats::masked(&secret);
    }
}

/// Returns the properties that a parameter may refer to, the likeliest first. `clusterName` refers
/// to `clusterName`, `cluster`, and, if it is the last parameter of the resource's path, `name`.
pub(crate) fn properties(
    parameter: &str,
    is_last: bool,
) -> impl Iterator<Item = String> {
    let capitals = parameter.char_indices().filter(|(_, it)| it.is_ascii_uppercase());
    let capitals: Vec<usize> = capitals.map(|(at, _)| at).collect();
    let before = capitals.last().map(|at| parameter[..*at].to_owned());
    let after = capitals.into_iter().filter(move |_| is_last).map(|at| {
        let rest = &parameter[at..];
        rest[..1].to_ascii_lowercase() + &rest[1..]
    });
    let after: Vec<String> = after.collect();
    std::iter::once(parameter.to_owned()).chain(before).chain(after)
}

/// Returns a text of an object by its property's name, in any of the API's spellings: `indexID`,
/// `indexId`, `_id`.
pub(crate) fn property<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    let object = json.as_object()?;
    let exact = object.get(name).and_then(Json::as_str);
    exact.or_else(|| {
        let mut spelled = object.iter().filter(|(other, _)| is_same(name, other));
        spelled.find_map(|(_, json)| json.as_str())
    })
}

fn is_same(name: &str, other: &str) -> bool {
    name.trim_start_matches('_').eq_ignore_ascii_case(other.trim_start_matches('_'))
}

/// Reads JSON into a value, without undeclared properties; `null` leaves the value unchanged.
pub(crate) fn read(value: &mut dyn Value, json: &Json) -> Result<(), Failure> {
    if json.is_null() {
        return Ok(());
    }
    for_fake::read(value, json)?;
    strip(value)
}

/// Empties a list, and returns its items.
fn taken(list: &mut dyn List) -> Result<Vec<Json>, Failure> {
    let items = (0..list.len()).map(|index| to_json(list.get(index)));
    let items: Vec<Json> = items.collect::<Result<_, _>>()?;
    for _ in 0..items.len() {
        list.pop();
    }
    Ok(items)
}

/// Removes undeclared properties of a value, which the service doesn't repeat.
fn strip(value: &mut dyn Value) -> Result<(), Failure> {
    match value.slot() {
        Slot::Record(record) => {
            let count = record.table().fields.len();
            record.field_mut(count).clear(false);
            for index in 0..count {
                let field = record.field_mut(index);
                if !matches!(field.view(), View::Absent | View::Null) {
                    strip(field)?;
                }
            }
        }
        // The whole content of an undeclared variant is undeclared, and stays.
        Slot::Union(union) if union.content().0 != usize::MAX => {
            strip(union.content_mut())?;
        }
        Slot::List(list) if has_records(list) => {
            for item in &taken(list)? {
                read(list.push(), item)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Tells whether the items of a list may have undeclared properties.
fn has_records(list: &dyn List) -> bool {
    let mut items = (0..list.len()).map(|index| list.get(index).view());
    items.any(|item| matches!(item, View::Record(_) | View::Union(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list that contains lists of its own type, without a record in between.
    #[derive(Default)]
    struct Nest(Vec<Nest>);

    impl Value for Nest {
        fn view(&self) -> View<'_> {
            self.0.view()
        }

        fn slot(&mut self) -> Slot<'_> {
            self.0.slot()
        }

        fn clear(&mut self, _null: bool) {
            self.0.clear();
        }
    }

    #[test]
    fn what_holds_itself_ends() {
        let mut nest = Nest::default();
        let filler = Filler {
            fill: Fill::All,
            known: &[],
            own: &[],
            settable: None,
            is_fresh: false,
            seed: 0,
            count: &|_| None,
        };
        filler.fill(&mut nest, true).unwrap();
        let depth = std::iter::successors(Some(&nest), |nest| nest.0.first()).count();
        assert_eq!(depth, LIMIT + 1);
    }

    #[test]
    fn a_parameter_stands_for_a_property_of_its_name_or_of_its_last_words() {
        let of = |name, is_last| properties(name, is_last).collect::<Vec<_>>();
        assert_eq!(of("clusterName", true), ["clusterName", "cluster", "name"]);
        assert_eq!(of("databaseName", false), ["databaseName", "database"]);
        assert_eq!(of("id", true), ["id"]);
        assert_eq!(
            of("alertConfigId", true),
            ["alertConfigId", "alertConfig", "configId", "id"]
        );
    }
}
