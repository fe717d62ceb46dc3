//! What all variants of a union share, whichever of them is present.

use super::copy::copy_record;
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
