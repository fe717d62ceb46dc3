//! Numbers with the fewest digits that are needed to read the same number back.

use super::Writer;

/// Powers of ten, for floats with one to four decimal places.
const POWERS: [u64; 4] = [10, 100, 1000, 10_000];

/// Decimals below this number have at most 15 digits.
const FIFTEEN_DIGITS: f64 = 1e15;

impl Writer {
    pub(in crate::codec) fn int(&mut self, number: i64) {
        if number < 0 {
            self.byte(b'-');
        }
        self.digits(number.unsigned_abs());
    }

    /// Writes a finite float with the digits needed to read the same float back.
    ///
    /// A large integer is written in full. It may have been received as an integer, and
    /// `1.152921504606847e18` is the same float as 1152921504606846976, but another
    /// number.
    pub(in crate::codec) fn float(&mut self, number: f64) {
        const LARGE: f64 = 9_007_199_254_740_992.0;
        const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
        let size = number.abs();
        let whole = size as u64;
        if size < TOO_LARGE && whole as f64 == size {
            if number.is_sign_negative() {
                self.byte(b'-');
            }
            self.digits(whole);
            if size < LARGE {
                self.bytes(b".0");
            }
        } else if !self.decimal(number) {
            let mut text = Vec::with_capacity(24);
            // Writing to a vector cannot fail.
            let _ = serde_json::to_writer(&mut text, &number);
            self.bytes(&text);
        }
    }

    /// Writes a float with up to four decimal places, such as most prices. Returns false
    /// if it needs more.
    ///
    /// A decimal of up to 15 digits is the only one of that length for its float, and the
    /// quotient of two integers that are exact as floats is the float nearest to it.
    fn decimal(&mut self, number: f64) -> bool {
        let size = number.abs();
        for (places, power) in (1..).zip(POWERS) {
            let scaled = size * power as f64 + 0.5;
            if scaled >= FIFTEEN_DIGITS {
                return false;
            }
            let scaled = scaled as u64;
            if scaled as f64 / power as f64 == size {
                if number.is_sign_negative() {
                    self.byte(b'-');
                }
                self.digits(scaled / power);
                self.fraction(scaled % power, places);
                return true;
            }
        }
        false
    }

    /// Writes a point and the digits of a fraction.
    fn fraction(&mut self, mut fraction: u64, places: usize) {
        self.put(|room: &mut [u8; 5]| {
            room[0] = b'.';
            for digit in room[1..].iter_mut().take(places).rev() {
                *digit = b'0' + (fraction % 10) as u8;
                fraction /= 10;
            }
            places + 1
        });
    }

    pub(in crate::codec) fn digits(&mut self, mut number: u64) {
        let count = number.checked_ilog10().unwrap_or(0) as usize + 1;
        self.put(|room: &mut [u8; 20]| {
            for digit in room.iter_mut().take(count).rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
            count
        });
    }
}
