//! Changes of declared properties, by the direction in which a property is sent.

use super::super::change::{Code, Direction, need};
use super::super::flat::{Flat, Property};
use super::super::graph::Below;
use super::super::tree::Tree;
use super::{Found, Own, Sides};

/// A property in one document.
struct Declared<'a, 'b> {
    property: &'b Property<'a>,
    is_required: bool,
    read_only: bool,
    write_only: bool,
    has_default: bool,
}

impl<'a, 'b> Declared<'a, 'b> {
    fn of(tree: Tree<'a>, flat: &'b Flat<'a>, name: &str) -> Option<Self> {
        let property = flat.properties.get(name)?;
        Some(Self {
            property,
            is_required: flat.required.contains(name),
            read_only: tree.is_set(&property.parts, "readOnly"),
            write_only: tree.is_set(&property.parts, "writeOnly"),
            has_default: tree.has(&property.parts, "default"),
        })
    }

    /// Tells whether the property is sent in a direction.
    fn is_sent(&self, direction: Direction) -> bool {
        match direction {
            Direction::Request => !self.read_only,
            Direction::Response => !self.write_only,
        }
    }

    fn need(&self) -> &'static str {
        need(self.is_required)
    }
}

/// Compares the properties of two schemas.
pub(super) fn compare<'a>(
    sides: &Sides<'a>,
    old: &Flat<'a>,
    new: &Flat<'a>,
    found: &mut Found<'a>,
) {
    let direction = sides.direction;
    let added = new.properties.keys().filter(|name| !old.properties.contains_key(*name));
    for name in old.properties.keys().chain(added) {
        let before = Declared::of(sides.old, old, name);
        let before = before.filter(|declared| declared.is_sent(direction));
        let after = Declared::of(sides.new, new, name);
        let is_hidden = after.as_ref().is_some_and(|it| !it.is_sent(direction));
        match (before, after) {
            (None, Some(after)) if !is_hidden => match old.properties.get(name) {
                None => added_property(direction, name, &after, found),
                Some(_) => marked(direction, name, &after, false, found),
            },
            (Some(before), Some(after)) if is_hidden => {
                let after = Declared { is_required: before.is_required, ..after };
                marked(direction, name, &after, true, found);
            }
            (Some(before), None) => removed_property(direction, name, &before, found),
            (Some(before), Some(after)) => {
                need_changed(direction, name, (&before, &after), found);
                also_marked(direction, name, (&before, &after), found);
                found.below.push(Below {
                    segment: (*name).to_owned(),
                    is_property: true,
                    owner: after.property.owner.map(str::to_owned),
                    old: before.property.parts.clone(),
                    new: after.property.parts.clone(),
                });
            }
            _ => {}
        }
    }
}

fn push(
    found: &mut Found<'_>,
    (name, declared): (&str, &Declared<'_, '_>),
    (code, is_compatible): (String, bool),
    (before, after): (String, &str),
) {
    found.changes.push(Own {
        code: Code::Whole(code),
        is_compatible,
        property: Some(name.to_owned()),
        owner: declared.property.owner.map(str::to_owned),
        before,
        after: after.to_owned(),
    });
}

fn added_property(
    direction: Direction,
    name: &str,
    new: &Declared<'_, '_>,
    found: &mut Found<'_>,
) {
    let need = new.need();
    let code = match direction {
        Direction::Request if new.is_required && new.has_default => {
            ("new-required-request-property-with-default".to_owned(), true)
        }
        Direction::Request => (format!("new-{need}-request-property"), !new.is_required),
        Direction::Response => (format!("response-{need}-property-added"), true),
    };
    let words = (format!("added the {need} property "), "");
    push(found, (name, new), code, words);
}

fn removed_property(
    direction: Direction,
    name: &str,
    old: &Declared<'_, '_>,
    found: &mut Found<'_>,
) {
    let need = old.need();
    let code = match direction {
        Direction::Request => "request-property-removed".to_owned(),
        Direction::Response => format!("response-{need}-property-removed"),
    };
    let words = (format!("removed the {need} property "), "");
    push(found, (name, old), (code, false), words);
}

fn need_changed(
    direction: Direction,
    name: &str,
    (old, new): (&Declared<'_, '_>, &Declared<'_, '_>),
    found: &mut Found<'_>,
) {
    if old.is_required == new.is_required {
        return;
    }
    let need = new.need();
    let mut code = format!("{}-property-became-{need}", direction.word());
    // A sender may omit more; a receiver may rely on more.
    let mut is_compatible = new.is_required != direction.is_request();
    if new.is_required && new.has_default && direction.is_request() {
        code.push_str("-with-default");
        is_compatible = true;
    }
    let words = (format!("made {need} "), "");
    push(found, (name, new), (code, is_compatible), words);
}

/// Adds a change for a property that is no longer sent in a direction, or now is.
fn marked(
    direction: Direction,
    name: &str,
    new: &Declared<'_, '_>,
    is_gone: bool,
    found: &mut Found<'_>,
) {
    let mark = if direction.is_request() { "read-only" } else { "write-only" };
    let is_compatible =
        !is_gone && (!direction.is_request() || !new.is_required || new.has_default);
    push_mark(direction, (name, new), (mark, is_gone), is_compatible, found);
}

/// Adds a change for a property that is no longer sent in the other direction, or now is.
fn also_marked(
    direction: Direction,
    name: &str,
    (old, new): (&Declared<'_, '_>, &Declared<'_, '_>),
    found: &mut Found<'_>,
) {
    let (mark, was, is) = match direction {
        Direction::Request => ("write-only", old.write_only, new.write_only),
        Direction::Response => ("read-only", old.read_only, new.read_only),
    };
    if was == is {
        return;
    }
    push_mark(direction, (name, new), (mark, is), true, found);
}

fn push_mark(
    direction: Direction,
    (name, declared): (&str, &Declared<'_, '_>),
    (mark, is_set): (&str, bool),
    is_compatible: bool,
    found: &mut Found<'_>,
) {
    let (became, words) =
        if is_set { ("became", "made ") } else { ("became-not", "no longer keeps ") };
    let need = declared.need();
    let code = format!("{}-{need}-property-{became}-{mark}", direction.word());
    let words = (words.to_owned(), &*format!(" {mark}"));
    push(found, (name, declared), (code, is_compatible), words);
}
