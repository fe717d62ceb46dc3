//! Reads any text as free-form JSON: text that `serde_json` accepts has the same value here, and is
//! written as it was spelled. This reader accepts more: empty text, which some responses have as
//! body, a byte order mark, halves of surrogate pairs, and numbers beyond the range of floats.

#![no_main]

use atlas_admin::codec::{self, Json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &[u8]| {
    let mut ours = Json::Null;
    let is_ours = codec::decode(text, &mut ours).is_ok();
    if let Ok(theirs) = serde_json::from_slice::<Value>(text) {
        assert!(is_ours, "what serde_json takes is JSON");
        assert_eq!(Value::from(ours.clone()), theirs);
    }
    if is_ours {
        let written = codec::encode(&ours).expect("what was read can be written");
        let again = Json::from_slice(&written).expect("what was written is JSON");
        assert_eq!(again, ours);
        assert_eq!(again.to_string().as_bytes(), written);
    }
});
