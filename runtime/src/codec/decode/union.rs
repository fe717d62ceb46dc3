//! Decoding of unions: values of one of several types.

use super::{Decoder, Difference, Expected, Found, Result};
use crate::codec::discriminators::Discriminators;
use crate::codec::{Discriminator, Kind, Union};

impl Decoder<'_> {
    pub(super) fn union(
        &mut self,
        union: &mut dyn Union,
        first: u8,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        match &union.variants().by {
            Discriminator::Property(name, values) => {
                self.discriminated(union, name, values, first, discriminators)
            }
            Discriminator::Kind(kinds) => {
                let kind = kind_of(first);
                let index = kinds.iter().position(|known| Some(*known) == kind);
                if let (None, Some(kind)) = (index, kind) {
                    let mismatch =
                        Difference::Mismatch(Expected::Variant, Found::Of(kind));
                    self.note(self.reader.at(), mismatch);
                }
                self.variant(union, index.unwrap_or(kinds.len()), first, discriminators)
            }
        }
    }

    fn discriminated(
        &mut self,
        union: &mut dyn Union,
        name: &'static str,
        values: &[&[&'static str]],
        first: u8,
        outer: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        let value = if first == b'{' { self.reader.find(name) } else { None };
        let at = self.reader.at();
        let known = value.as_deref().and_then(|value| {
            values.iter().position(|of_variant| of_variant.contains(&value))
        });
        if self.mode.reports_all && known.is_none() {
            self.note(at, Difference::UnknownDiscriminator(name, value.map(Into::into)));
        }
        let index = known.unwrap_or(values.len());
        let discriminators = union.variants().by.chain(index, outer);
        self.variant(union, index, first, discriminators.as_ref())
    }

    /// Reads a variant. Reads JSON that doesn't fit it into the unknown variant.
    fn variant(
        &mut self,
        union: &mut dyn Union,
        index: usize,
        first: u8,
        discriminators: Option<&Discriminators<'_>>,
    ) -> Result<()> {
        let unknown = union.variants().by.len();
        let start = self.reader.checkpoint();
        let count = self.noted.len();
        let result = self.value(union.select(index), first, discriminators);
        let Err(fault) = result else { return Ok(()) };
        let Some((expected, found)) = fault.mismatch().filter(|_| index != unknown)
        else {
            return Err(fault);
        };
        self.reader.rewind(start);
        self.noted.truncate(count);
        match self.value(union.select(unknown), first, None) {
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
