//! Strings with a format, a pattern and a length.

use super::Maker;
use crate::demands::Demands;

/// The number of attempts at a string that matches.
const TRIES: u32 = 400;

/// Strings that have caused errors somewhere.
const ODD: [&str; 12] = [
    "",
    " ",
    "null",
    "0",
    "\"",
    "\\",
    "\u{0}\u{1f}\u{7f}",
    "line\nbreak\r\ttab",
    "ÄÖÜ ß é",
    "日本語",
    "💡👩‍👩‍👧",
    "\u{2028}\u{feff}\u{ffff}\u{10ffff}",
];

impl Maker<'_> {
    pub(super) fn text(&mut self, demands: &Demands<'_>) -> String {
        let low = demands.length.low.unwrap_or_default() as usize;
        let high = demands.length.high.map_or(usize::MAX, |high| high as usize);
        let patterns: Vec<_> =
            demands.patterns.iter().map(|text| self.patterns.get(text)).collect();
        if patterns.iter().any(Option::is_none) {
            self.contradiction("a pattern is no regular expression");
        }
        let patterns: Vec<_> = patterns.into_iter().flatten().collect();
        for round in 0..TRIES {
            let made = match (patterns.first(), demands.format) {
                (Some(pattern), _) => {
                    pattern.make(&mut self.dice, low as u32 + round / 8)
                }
                (None, Some(format)) => self.formatted(format, low, high),
                (None, None) => self.sized(low, high),
            };
            let length = made.chars().count();
            if (low..=high).contains(&length)
                && patterns.iter().all(|pattern| pattern.matches(&made))
            {
                return made;
            }
        }
        self.contradiction("no text was found that has the pattern, format and length");
        self.sized(low, high)
    }

    fn formatted(&mut self, format: &str, low: usize, high: usize) -> String {
        match format {
            "date" => self.date(),
            "date-time" => self.date_time(),
            "uuid" => {
                let [a, b] = [self.dice.any(), self.dice.any()];
                format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    a >> 32,
                    a & 0xffff,
                    (a >> 16) & 0xfff,
                    b >> 52,
                    b & 0xffff_ffff_ffff
                )
            }
            "email" => format!("user{}@example.com", self.dice.roll(1000)),
            "uri" | "url" => format!("https://example.com/{}", self.dice.roll(1000)),
            _ => self.sized(low, high),
        }
    }

    fn date(&mut self) -> String {
        let (year, month) = (self.dice.between(1970, 2099), self.dice.between(1, 12));
        format!("{year:04}-{month:02}-{:02}", self.dice.between(1, 28))
    }

    fn date_time(&mut self) -> String {
        let date = self.date();
        if !self.is_arbitrary() {
            return format!("{date}T10:30:00Z");
        }
        let zone = *self.dice.pick(&["Z", "+00:00", "-11:30", "+14:00"]);
        let part = *self.dice.pick(&["", ".5", ".123", ".123456789"]);
        let (hour, minute) = (self.dice.roll(24), self.dice.roll(60));
        format!("{date}T{hour:02}:{minute:02}:{:02}{part}{zone}", self.dice.roll(60))
    }

    /// Makes a string with a number of characters between two bounds.
    fn sized(&mut self, low: usize, high: usize) -> String {
        let mut text = self.word();
        while text.chars().count() < low {
            text.push_str("-more");
        }
        if text.chars().count() > low.max(64).min(high) {
            text = text.chars().take(low.max(64).min(high)).collect();
        }
        text
    }

    /// Makes any string.
    pub(super) fn word(&mut self) -> String {
        if !self.is_arbitrary() {
            return "text".to_owned();
        }
        match self.dice.roll(4) {
            0 => (*self.dice.pick(&ODD)).to_owned(),
            1 => {
                let count = self.dice.roll(60);
                (0..count).map(|_| self.any_character()).collect()
            }
            _ => format!("text-{}", self.dice.roll(100_000)),
        }
    }

    fn any_character(&mut self) -> char {
        let code = self.dice.roll(0x11_0000) as u32;
        char::from_u32(code).unwrap_or('\u{fffd}')
    }
}
