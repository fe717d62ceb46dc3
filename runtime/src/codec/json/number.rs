//! Numbers with their spelling.

use std::fmt;

use crate::codec::writer::Writer;

/// A JSON number with its spelling: `1.50` stays `1.50`, and a long number loses no
/// digit.
///
/// Two numbers are equal if their values are: `1.50` equals `15e-1`.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    Int(i64),
    /// An integer beyond `i64`.
    Big(u64),
    /// A number that a program calculated, rather than parsed.
    Float(f64),
    /// A spelling of RFC 8259 that is not an integer of the variants above.
    Text(Box<str>),
}

impl Number {
    /// Creates a number from its spelling, which the reader has validated.
    pub(in crate::codec) fn spelled(text: &str) -> Self {
        Self(Repr::Text(text.into()))
    }

    /// Returns true if the number is kept as text, because it is not an integer of 64
    /// bits.
    pub(super) fn is_spelled(&self) -> bool {
        matches!(self.0, Repr::Text(_))
    }

    /// Returns the integer, if the number is spelled as one and is in the range of
    /// `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the integer, if the number is spelled as one and is in the range of
    /// `u64`.
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Repr::Int(number) => number.try_into().ok(),
            Repr::Big(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the nearest float; `None` if the number is outside the range of `f64`.
    pub fn as_f64(&self) -> Option<f64> {
        let float = match &self.0 {
            Repr::Int(number) => *number as f64,
            Repr::Big(number) => *number as f64,
            Repr::Float(number) => *number,
            Repr::Text(text) => text.parse().ok()?,
        };
        float.is_finite().then_some(float)
    }

    /// Writes the number. Returns false, and writes nothing, for a float that is not
    /// finite.
    pub(in crate::codec) fn write(&self, out: &mut Writer) -> bool {
        match &self.0 {
            Repr::Int(number) => out.int(*number),
            Repr::Big(number) => out.digits(*number),
            Repr::Float(number) if !number.is_finite() => return false,
            Repr::Float(number) => out.float(*number),
            Repr::Text(text) => out.bytes(text.as_bytes()),
        }
        true
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Writer::new(Vec::new());
        if !self.write(&mut text) {
            text.null();
        }
        f.pad(&String::from_utf8_lossy(&text.into_text()))
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Int(one), Repr::Int(other)) => one == other,
            (Repr::Big(one), Repr::Big(other)) => one == other,
            (Repr::Float(one), Repr::Float(other)) => one == other,
            _ => {
                let (one, other) = (self.to_string(), other.to_string());
                one != "null" && (one == other || same_value(&one, &other))
            }
        }
    }
}

/// Returns true if two spellings have the same value.
fn same_value(one: &str, other: &str) -> bool {
    Decimal::of(one).is_some_and(|one| Some(one) == Decimal::of(other))
}

/// A number as digits and an exponent.
#[derive(PartialEq)]
struct Decimal {
    is_negative: bool,
    /// The digits without zeros at either end; empty for zero.
    digits: String,
    /// The power of ten of the last digit.
    exponent: i64,
}

impl Decimal {
    /// Parses a spelling; `None` if its exponent exceeds 64 bits.
    fn of(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let zeros = (all.len() - digits.len()) as i64 - fraction.len() as i64;
        let digits = digits.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        let is_negative = mantissa.starts_with('-');
        let exponent = exponent.parse::<i64>().ok()?.checked_add(zeros)?;
        Some(Self { is_negative, digits, exponent })
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Repr::Int(number))
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).map_or(Repr::Big(number), Repr::Int))
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Self {
        Self(Repr::Float(number))
    }
}
