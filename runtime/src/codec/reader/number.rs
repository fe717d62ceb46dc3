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

/// The powers of ten with at most 15 digits.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

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
        self.at += usize::from(negative);
        let digits = self.at;
        let whole = self.digits(0);
        let count = self.at - digits;
        let leading_zero = count > 1 && bytes[digits] == b'0';
        if count == 0 || leading_zero {
            return Err(self.fault(What::Number));
        }
        match bytes.get(self.at) {
            Some(b'.') => {
                if let Some(float) = self.fraction(whole, count)? {
                    return Ok(Number::Float(if negative { -float } else { float }));
                }
            }
            Some(b'e' | b'E') => {}
            _ => {
                // Twenty digits may exceed 64 bits.
                let whole = match count {
                    ..20 => Some(whole),
                    _ => self.text[digits..self.at].parse().ok(),
                };
                if let Some(number) = whole.and_then(|whole| integer(whole, negative)) {
                    return Ok(number);
                }
            }
        }
        self.exponent()?;
        let number = self.text[start..self.at].parse();
        Ok(Number::Float(number.unwrap_or(f64::INFINITY)))
    }

    /// Reads the point and the digits after it. `whole` is the number of the `count`
    /// digits before it.
    ///
    /// Returns the float, if no exponent follows and there are at most 15 digits. The
    /// digits and the power of ten are then exact as floats, and their quotient is the
    /// nearest float.
    #[inline]
    fn fraction(&mut self, whole: u64, count: usize) -> Result<Option<f64>> {
        self.at += 1;
        let point = self.at;
        let all = self.digits(whole);
        let places = self.at - point;
        if places == 0 {
            return Err(self.fault(What::Number));
        }
        let is_all = !matches!(self.text.as_bytes().get(self.at), Some(b'e' | b'E'));
        let power = POWERS.get(places).filter(|_| is_all && count + places < 16);
        Ok(power.map(|power| all as f64 / power))
    }

    fn exponent(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            let digits = self.at;
            self.digits(0);
            if self.at == digits {
                return Err(self.fault(What::Number));
            }
        }
        Ok(())
    }

    /// Reads digits, and returns the number that `before` and these digits form
    /// together. The number is wrong beyond 19 digits.
    #[inline]
    fn digits(&mut self, before: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut number = before;
        while let Some(digit) = bytes.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        number
    }
}

/// Returns the integer, if it fits. RFC 8259 has a negative zero, integers don't.
fn integer(whole: u64, negative: bool) -> Option<Number> {
    match (negative, whole) {
        (false, _) => Some(i64::try_from(whole).map_or(Number::Big(whole), Number::Int)),
        (true, 0) => Some(Number::Float(-0.0)),
        (true, _) => 0_i64.checked_sub_unsigned(whole).map(Number::Int),
    }
}
