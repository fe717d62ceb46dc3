//! One of several types.

use super::{Decoder, Difference, Expected, Found, Result};
use crate::codec::tags::Tags;
use crate::codec::{Discriminator, Kind, Union};

impl Decoder<'_> {
    pub(super) fn union(
        &mut self,
        union: &mut dyn Union,
        first: u8,
        tags: Option<&Tags<'_>>,
    ) -> Result<()> {
        match &union.variants().by {
            Discriminator::Property(name, values) => {
                self.tagged(union, name, values, first, tags)
            }
            Discriminator::Kind(kinds) => {
                let kind = kind_of(first);
                let index = kinds.iter().position(|known| Some(*known) == kind);
                if let (None, Some(kind)) = (index, kind) {
                    let mismatch =
                        Difference::Mismatch(Expected::Variant, Found::Of(kind));
                    self.note(self.reader.at(), mismatch);
                }
                self.variant(union, index.unwrap_or(kinds.len()), tags)
            }
        }
    }

    fn tagged(
        &mut self,
        union: &mut dyn Union,
        name: &'static str,
        values: &[&[&'static str]],
        first: u8,
        outer: Option<&Tags<'_>>,
    ) -> Result<()> {
        let tag = if first == b'{' { self.reader.find(name) } else { None };
        let at = self.reader.at();
        let known = tag.as_deref().and_then(|tag| {
            values.iter().position(|of_variant| of_variant.contains(&tag))
        });
        if self.mode.reports_all && known.is_none() {
            self.note(at, Difference::UnknownTag(name, tag.map(Into::into)));
        }
        let index = known.unwrap_or(values.len());
        let tags = union.variants().by.tag(index, outer);
        self.variant(union, index, tags.as_ref())
    }

    /// Reads a variant. Reads JSON that doesn't fit it into the unknown variant.
    fn variant(
        &mut self,
        union: &mut dyn Union,
        index: usize,
        tags: Option<&Tags<'_>>,
    ) -> Result<()> {
        let unknown = union.variants().by.len();
        let start = self.reader.checkpoint();
        let count = self.noted.len();
        let result = self.value(union.select(index), tags);
        let Err(fault) = result else { return Ok(()) };
        let Some((expected, found)) = fault.mismatch().filter(|_| index != unknown)
        else {
            return Err(fault);
        };
        self.reader.rewind(start);
        self.noted.truncate(count);
        match self.value(union.select(unknown), None) {
            Err(second) if second.mismatch().is_some() => Err(fault),
            Err(second) => Err(second),
            Ok(()) => {
                self.note(fault.at, Difference::Mismatch(expected, found));
                Ok(())
            }
        }
    }
}

fn kind_of(first: u8) -> Option<Kind> {
    Some(match first {
        b'"' => Kind::String,
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        b't' | b'f' => Kind::Boolean,
        b'-' | b'0'..=b'9' => Kind::Number,
        _ => return None,
    })
}
