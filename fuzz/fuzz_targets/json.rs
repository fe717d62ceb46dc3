//! Any text, read as free-form JSON: what this reader takes, `serde_json` takes for the same.
//! Except for no text at all, which is what some answers have for a body.

#![no_main]

use atlas_admin::codec::{self, Json, Mode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let mut ours = Json::Null;
    let is_ours = codec::decode(text, &mut ours).is_ok();
    let theirs = serde_json::from_slice::<Json>(text);
    let is_blank = text.trim_ascii().is_empty();
    if is_ours && !is_blank {
        let theirs = theirs.expect("what this reader takes is JSON");
        assert_eq!(ours, theirs);
        let written =
            codec::encode(&ours, Mode::Lossless).expect("what was read can be written");
        assert_eq!(serde_json::from_slice::<Json>(&written).expect("JSON"), ours);
    }
});
