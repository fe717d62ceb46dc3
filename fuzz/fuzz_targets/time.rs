//! Reads any text as a date or a point in time.

#![no_main]

use atlas_admin::codec::{DateTime, Date};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let time = DateTime::from(text);
    assert_eq!(time.as_str(), text);
    if let Ok(timestamp) = time.timestamp() {
        assert_eq!(DateTime::from(timestamp).timestamp().ok(), Some(timestamp));
    }
    let day = Date::from(text);
    assert_eq!(day.as_str(), text);
    if let Ok(date) = day.date() {
        assert_eq!(Date::from(date).date().ok(), Some(date));
    }
});
