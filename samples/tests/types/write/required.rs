//! A request names the required properties that its body lacks, and is not refused.

use std::collections::BTreeSet;

use atlas_admin::codec::View;
use atlas_admin::operation::Method;
use atlas_admin_samples::{Choice, Direction, Samples};

use super::bodies;

#[test]
fn a_body_without_anything_lacks_what_is_required() {
    let samples = Samples::vendored();
    let (mut problems, mut lacking) = (BTreeSet::new(), 0);
    for body in bodies(samples) {
        let value = (body.make)();
        if !matches!(value.view(), View::Record(_)) {
            continue;
        }
        let minimal = samples.value(body.schema, Direction::Request, Choice::Minimal);
        let required: BTreeSet<String> = match body.operation.method {
            Method::Post | Method::Put => {
                minimal.as_object().unwrap().keys().cloned().collect()
            }
            _ => BTreeSet::new(),
        };
        let request = body.request(&*value);
        assert_eq!(request.body_bytes().unwrap(), Some(&b"{}"[..]));
        let missing: BTreeSet<String> = request.missing().into_iter().collect();
        lacking += missing.len();
        if missing != required {
            let place = &body.place;
            problems.insert(format!("{place}: {missing:?}, required is {required:?}"));
        }
        let whole = body.request(&*body.own(&minimal)).missing();
        if !whole.is_empty() {
            problems.insert(format!("{}: {whole:?} in {minimal}", body.place));
        }
    }
    println!("{lacking} properties are required");
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert!(lacking > 100, "{lacking}");
}
