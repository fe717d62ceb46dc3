//! Numbers between bounds.

use serde_json::Value;

use super::Maker;
use crate::demands::Demands;

/// The largest number that `f64` represents exactly along with both of its neighbours.
const EXACT: f64 = 9_007_199_254_740_991.0;

impl Maker<'_> {
    pub(super) fn integer(&mut self, demands: &Demands<'_>) -> Value {
        let (widest_low, widest_high) = match demands.format {
            Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        let step = demands.multiple_of.map_or(1, |step| (step as i64).max(1));
        let low = demands.numbers.low.map_or(widest_low, |low| low.ceil() as i64);
        let high = demands.numbers.high.map_or(widest_high, |high| high.floor() as i64);
        let low = low.saturating_add(i64::from(demands.exclusive.0));
        let high = high.saturating_sub(i64::from(demands.exclusive.1));
        if low > high {
            self.contradiction("the minimum is above the maximum");
            return Value::from(low);
        }
        let number = match if self.is_arbitrary() { self.dice.roll(6) } else { 6 } {
            0 => low,
            1 => high,
            2 => self.dice.between(low, high),
            3 => 0.clamp(low, high),
            4 => self.dice.between(-5, 5).clamp(low, high),
            5 => self.dice.between(-100_000, 100_000).clamp(low, high),
            _ => 1.clamp(low, high),
        };
        let below = number - number.rem_euclid(step);
        Value::from(if below < low { below.saturating_add(step) } else { below })
    }

    pub(super) fn number(&mut self, demands: &Demands<'_>) -> Value {
        let widest = if demands.format == Some("float") { 1e38 } else { f64::MAX };
        let low = demands.numbers.low.unwrap_or(-widest);
        let high = demands.numbers.high.unwrap_or(widest);
        if low > high {
            self.contradiction("the minimum is above the maximum");
        }
        let number = match if self.is_arbitrary() { self.dice.roll(8) } else { 8 } {
            0 => low,
            1 => high,
            2 => 0.0,
            3 => f64::MIN_POSITIVE,
            4 => EXACT,
            5 => -self.dice.between(0, 1_000_000) as f64 / 1000.0,
            6 => self.dice.between(0, 1_000_000) as f64 / 7.0,
            7 => self.dice.between(-(EXACT as i64), EXACT as i64) as f64,
            _ => 1.5,
        };
        let (above, below) = demands.exclusive;
        let number = match number.max(low).min(high) {
            number if above && number == low => number.next_up(),
            number if below && number == high => number.next_down(),
            number => number,
        };
        Value::from(match demands.multiple_of {
            Some(step) => (number / step).round() * step,
            None => number,
        })
    }
}
