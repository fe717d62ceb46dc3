//! Damaged text is rejected or kept, and never causes a panic.

use std::thread;

use atlas_admin::codec;
use atlas_admin_samples::{Choice, Dice, Samples};

use crate::target::{self, Target, difference};

/// The number of damaged texts of each kind that each type decodes.
const ROUNDS: u64 = 5;

/// Half of a thread's default stack.
const STACK: usize = 1024 * 1024;

/// Bytes with a meaning in JSON.
const SPECIAL: &[u8] = b"{}[]\",:\\0123456789-+eE.utrfalsn \xc3\xa9\xff\x00";

#[test]
fn damaged_text_is_no_panic() {
    let work = || {
        let samples = Samples::vendored();
        for (number, target) in target::all(samples).iter().enumerate() {
            let mut dice = Dice::new(number as u64);
            for seed in 0..ROUNDS {
                let sample = target.sample(samples, Choice::Extended(seed)).to_string();
                for text in damaged(sample.as_bytes(), &mut dice) {
                    read(target, &text);
                }
            }
        }
    };
    thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

/// Decodes a text, and checks that the value encodes and decodes again to the same value.
fn read(target: &Target<'_>, text: &[u8]) {
    if let Ok((value, _)) = target.decode(text) {
        let first = codec::encode(&*value).unwrap();
        let (value, _) = target.decode(&first).unwrap();
        let found = difference(&first, &*value, target.make);
        assert_eq!(found, None, "{}: {}", target.place, String::from_utf8_lossy(text));
    }
}

/// Returns a text with damage of each kind.
fn damaged(text: &[u8], dice: &mut Dice) -> Vec<Vec<u8>> {
    let deep = 1000 + dice.roll(20_000);
    let inserts: [Vec<u8>; 11] = [
        b"\\ud800".to_vec(),
        b"\xed\xa0\x80".to_vec(),
        b"\xff".to_vec(),
        b"\0".to_vec(),
        b"1e999".to_vec(),
        b"9".repeat(400),
        b"-0.000000000000000000000000000000000000000000001e-400".to_vec(),
        b"[".repeat(deep),
        b"{\"a\":".repeat(deep),
        b"[{\"results\":".repeat(deep),
        b"null,".to_vec(),
    ];
    let mut damaged = vec![text[..dice.roll(text.len() + 1)].to_vec()];
    for insert in inserts {
        let at = dice.roll(text.len() + 1);
        damaged.push([&text[..at], &insert, &text[at..]].concat());
        // In the place of a value, so that the rest may still be valid.
        if let Some(at) = text.iter().position(|byte| *byte == b':') {
            damaged.push([&text[..=at], &insert, b",", &text[at + 1..]].concat());
        }
    }
    if let Some(object) = text.strip_prefix(b"{").filter(|rest| rest.len() > 1) {
        // Every property twice.
        let first = [b"{", &object[..object.len() - 1], b",", object].concat();
        damaged.push(first);
    }
    let mut flipped = text.to_vec();
    for _ in 0..1 + dice.roll(4) {
        if !flipped.is_empty() {
            let at = dice.roll(flipped.len());
            flipped[at] = *dice.pick(SPECIAL);
        }
    }
    damaged.push(flipped);
    damaged
}
