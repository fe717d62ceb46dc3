//! The fields that all variants of a union share.

use super::copy::{copy, copy_record, json};
use super::discriminators::Discriminators;
use super::same::same;
use super::{Discriminator, Extra, Record, Slot, Union, View};

/// Returns a record of the shared fields, with the discriminator values of the selected
/// variant.
pub fn common<T: Record + Default>(union: &dyn Union) -> T {
    let mut shared = T::default();
    read(union, None, &mut shared);
    shared
}

fn read(union: &dyn Union, outer: Option<&Discriminators<'_>>, into: &mut dyn Record) {
    let (index, content) = union.content();
    let discriminators = union.variants().by.chain(index, outer);
    let discriminators = discriminators.as_ref().or(outer);
    match content.view() {
        View::Union(inner) => read(inner, discriminators, into),
        View::Record(record) => {
            copy_record(record, into);
            set_discriminators(discriminators, into);
        }
        _ => {}
    }
}

/// Changes the shared fields. The fields that `change` changes are written to the
/// content.
pub fn update_common<T: Record + Clone + Default>(
    union: &mut dyn Union,
    change: impl FnOnce(&mut T),
) {
    let before: T = common(union);
    let mut after = before.clone();
    change(&mut after);
    write(union, &mut Vec::new(), &before, &after);
}

/// Writes to the content of the innermost variant. The discriminators of the unions
/// around it don't change, because they select that variant.
fn write(
    union: &mut dyn Union,
    discriminators: &mut Vec<&'static str>,
    before: &dyn Record,
    after: &dyn Record,
) {
    if let Discriminator::Property(name, _) = union.variants().by {
        discriminators.push(name);
    }
    match union.content_mut().slot() {
        Slot::Union(inner) => write(inner, discriminators, before, after),
        Slot::Record(record) => {
            write_fields(record, discriminators, before, after);
            write_extra(record, discriminators, before, after);
        }
        _ => {}
    }
}

fn write_fields(
    record: &mut dyn Record,
    discriminators: &[&str],
    before: &dyn Record,
    after: &dyn Record,
) {
    let own = record.table();
    for (index, field) in after.table().fields.iter().enumerate() {
        let value = after.field(index);
        let name = field.json_name;
        if discriminators.contains(&name) || same(before.field(index), value) {
            continue;
        }
        let place = own.index_of(name);
        if place.is_some_and(|place| copy(value, record.field_mut(place))) {
            continue;
        }
        place.inspect(|place| record.field_mut(*place).clear(false));
        let is_unset = matches!(value.view(), View::Absent);
        if let Some(extra) = Extra::of_mut(record) {
            if is_unset {
                extra.remove(name);
            } else {
                extra.insert(name, json(value));
            }
        }
    }
}

fn write_extra(
    record: &mut dyn Record,
    discriminators: &[&str],
    before: &dyn Record,
    after: &dyn Record,
) {
    let (Some(before), Some(after)) = (Extra::of(before), Extra::of(after)) else {
        return;
    };
    let Some(extra) = Extra::of_mut(record) else { return };
    let is_content = |name: &str| !discriminators.contains(&name);
    for (name, _) in before.iter().filter(|(name, _)| is_content(name)) {
        if after.get(name).is_none() {
            extra.remove(name);
        }
    }
    for (name, value) in after.iter().filter(|(name, _)| is_content(name)) {
        if before.get(name) != Some(value) {
            extra.insert(name, value.clone());
        }
    }
}

/// Sets the discriminator values, which the variant's record may lack.
fn set_discriminators(
    discriminators: Option<&Discriminators<'_>>,
    into: &mut dyn Record,
) {
    let Some(discriminator) = discriminators else { return };
    let Some(value) = discriminator.value else {
        return set_discriminators(discriminator.outer, into);
    };
    match into.table().index_of(discriminator.name) {
        Some(index) if matches!(into.field(index).view(), View::Absent) => {
            match into.field_mut(index).slot() {
                Slot::Str(text) => value.clone_into(text),
                Slot::Text(text) => *text = value.into(),
                Slot::Enum(name) => name.set(value),
                _ => {}
            }
        }
        Some(_) => {}
        None => {
            if let Some(extra) = Extra::of_mut(into)
                .filter(|extra| extra.get(discriminator.name).is_none())
            {
                extra.keep(discriminator.name, value.into());
            }
        }
    }
    set_discriminators(discriminator.outer, into);
}
