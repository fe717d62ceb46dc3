//! Numbers; integers are read exactly.

use super::{Reader, Result, What};
use crate::codec::{Json, json};

/// A number, by the kinds that the decoder distinguishes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::codec) enum Number {
    /// An integer without fraction and exponent in the range of `i64`.
    Int(i64),
    /// An integer outside the range of `i64` but in that of `u64`.
    Big(u64),
    /// Any other number; infinite if it is outside the range of `f64`.
    Float(f64),
}

/// The largest integer up to which all integers are exact as `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Number {
    /// Returns the number as a 64-bit integer, if it is one: `3.0` is, `3.5` is not.
    pub(in crate::codec) fn as_int(self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
                Some(number as i64)
            }
            Self::Big(_) | Self::Float(_) => None,
        }
    }

    /// Returns the number as a float, if it is in range and an integer loses no digit.
    pub(in crate::codec) fn as_float(self) -> Option<f64> {
        match self {
            Self::Int(number) => {
                let float = number as f64;
                (float as i128 == i128::from(number)).then_some(float)
            }
            Self::Big(number) => {
                let float = number as f64;
                (float as i128 == i128::from(number)).then_some(float)
            }
            Self::Float(number) => number.is_finite().then_some(number),
        }
    }
}

impl Reader<'_> {
    /// Reads a number with its spelling.
    pub(super) fn spelled_number(&mut self) -> Result<Json> {
        let start = self.checkpoint();
        Ok(match self.number()? {
            Number::Int(number) => number.into(),
            Number::Big(number) => number.into(),
            Number::Float(_) => json::Number::spelled(self.since(start)).into(),
        })
    }

    /// Reads a number.
    pub(in crate::codec) fn number(&mut self) -> Result<Number> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let negative = bytes.get(start) == Some(&b'-');
        let digits = start + usize::from(negative);
        let (end, whole) = whole_part(bytes, digits);
        self.at = end;
        let leading_zero = bytes.get(digits) == Some(&b'0') && end - digits > 1;
        if end == digits || leading_zero {
            return Err(self.fault(What::Number));
        }
        if !matches!(bytes.get(end), Some(b'.' | b'e' | b'E')) {
            match whole {
                // RFC 8259 has a negative zero, integers don't.
                Some(0) if negative => return Ok(Number::Float(-0.0)),
                Some(whole) if negative => {
                    if let Some(number) = 0_i64.checked_sub_unsigned(whole) {
                        return Ok(Number::Int(number));
                    }
                }
                Some(whole) => {
                    return Ok(
                        i64::try_from(whole).map_or(Number::Big(whole), Number::Int)
                    );
                }
                None => {}
            }
        }
        self.fraction_and_exponent()?;
        let number = self.text[start..self.at].parse();
        Ok(Number::Float(number.unwrap_or(f64::INFINITY)))
    }

    fn fraction_and_exponent(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Reads one or more digits.
    fn digits(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        while bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.fault(What::Number)) } else { Ok(()) }
    }
}

/// Returns the end of the digits, and their number if it fits.
fn whole_part(bytes: &[u8], start: usize) -> (usize, Option<u64>) {
    let mut end = start;
    let mut whole = Some(0_u64);
    while let Some(digit) = bytes.get(end).filter(|byte| byte.is_ascii_digit()) {
        let digit = u64::from(digit - b'0');
        whole = whole.and_then(|whole| whole.checked_mul(10)?.checked_add(digit));
        end += 1;
    }
    (end, whole)
}
