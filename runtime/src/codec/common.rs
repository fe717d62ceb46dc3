//! What all variants of a union share, whichever of them is present.

use super::copy::{copy, copy_record, json};
use super::same::same;
use super::tags::Tags;
use super::{Extra, Record, Slot, Union, View};

/// Returns the record of what all variants share, as if the tag were not known.
pub fn common<T: Record + Default>(union: &dyn Union) -> T {
    let mut shared = T::default();
    read(union, None, &mut shared);
    shared
}

fn read(union: &dyn Union, outer: Option<&Tags<'_>>, into: &mut dyn Record) {
    let (index, content) = union.content();
    let tags = union.variants().by.tag(index, outer);
    let tags = tags.as_ref().or(outer);
    match content.view() {
        View::Union(inner) => read(inner, tags, into),
        View::Record(record) => {
            copy_record(record, into);
            set_tags(tags, into);
        }
        _ => {}
    }
}

/// Changes what all variants share: what differs after `change` is written to the content.
pub fn update_common<T: Record + Clone + Default>(
    union: &mut dyn Union,
    change: impl FnOnce(&mut T),
) {
    let before: T = common(union);
    let mut after = before.clone();
    change(&mut after);
    write(union, &before, &after);
}

fn write(union: &mut dyn Union, before: &dyn Record, after: &dyn Record) {
    match union.content_mut().slot() {
        Slot::Union(inner) => write(inner, before, after),
        Slot::Record(record) => write_changes(record, before, after),
        _ => {}
    }
}

fn write_changes(record: &mut dyn Record, before: &dyn Record, after: &dyn Record) {
    let fields = record.table().fields;
    for (index, field) in after.table().fields.iter().enumerate() {
        let value = after.field(index);
        if same(before.field(index), value) {
            continue;
        }
        let place = fields.binary_search_by(|own| own.json_name.cmp(field.json_name));
        let is_copied = place.is_ok_and(|place| copy(value, record.field_mut(place)));
        if !is_copied && let Some(extra) = Extra::of_mut(record) {
            extra.insert(field.json_name, json(value));
        }
    }
    let (Some(before), Some(after)) = (Extra::of(before), Extra::of(after)) else {
        return;
    };
    let changed = after.iter().filter(|(name, value)| before.get(name) != Some(value));
    let changed: Vec<_> = changed.collect();
    if let Some(extra) = Extra::of_mut(record) {
        changed.into_iter().for_each(|(name, value)| extra.insert(name, value.clone()));
    }
}

/// Sets the tags that the variant's record need not hold.
fn set_tags(tags: Option<&Tags<'_>>, into: &mut dyn Record) {
    let Some(tag) = tags else { return };
    let Some(value) = tag.value else { return set_tags(tag.outer, into) };
    let fields = into.table().fields;
    match fields.binary_search_by(|field| field.json_name.cmp(tag.name)) {
        Ok(index) if matches!(into.field(index).view(), View::Absent) => {
            match into.field_mut(index).slot() {
                Slot::Str(text) => value.clone_into(text),
                Slot::Enum(name) => name.set(value),
                _ => {}
            }
        }
        Ok(_) => {}
        Err(_) => {
            if let Some(extra) =
                Extra::of_mut(into).filter(|extra| extra.get(tag.name).is_none())
            {
                extra.keep(tag.name, value.into());
            }
        }
    }
    set_tags(tag.outer, into);
}
