//! Content negotiation: the version and the format that `Accept` requests.

use std::cmp::Reverse;

use atlas_admin::registry::Entry;
use atlas_admin_runtime::{MediaType, Operation, Version};

/// Returns the operation in the requested version and format; if `Accept` names several, the
/// preferred one.
///
/// A date selects the newest version that is not after it: Atlas's introduction names dates between
/// two versions. A range without a version selects the newest stable one; in the former API, the
/// first.
pub(crate) fn negotiate(
    entries: &[&'static Entry],
    accept: Option<&str>,
    is_former: bool,
) -> Option<(&'static Entry, &'static Operation)> {
    let mut ranges: Vec<(&str, u32)> =
        accept.unwrap_or("*/*").split(',').map(quality).collect();
    // The sort is stable: of equal quality, the first.
    ranges.sort_by_key(|(_, quality)| Reverse(*quality));
    let wanted = ranges.into_iter().filter(|(_, quality)| *quality > 0);
    wanted.into_iter().find_map(|(range, _)| find(entries, range, is_former))
}

/// Splits off the quality of a range, in thousandths (RFC 9110 section 12.4.2).
fn quality(range: &str) -> (&str, u32) {
    let mut parts = range.split(';');
    let kind = parts.next().unwrap_or_default().trim();
    let quality = parts.find_map(|part| part.trim().strip_prefix("q="));
    let quality = quality.and_then(|text| text.parse::<f32>().ok()).unwrap_or(1.0);
    (kind, (quality.clamp(0.0, 1.0) * 1000.0) as u32)
}

fn find(
    entries: &[&'static Entry],
    range: &str,
    is_former: bool,
) -> Option<(&'static Entry, &'static Operation)> {
    if matches!(range, "application/json" | "application/*" | "*/*") {
        let rank = |entry: &&&'static Entry| rank(entry.operation.version, is_former);
        let entry = entries.iter().max_by_key(rank)?;
        // JSON where the version has it; `*/*` accepts any format.
        let json = formats(entry).find(|operation| {
            MediaType::parse(operation.accept).is_some_and(|offered| offered.is_json())
        });
        let any = (range != "application/json").then_some(entry.operation);
        return Some((*entry, json.or(any)?));
    }
    let asked = MediaType::parse(range)?;
    let wanted = asked.version();
    let fits = |version: Version| match (wanted, version) {
        (Version::Stable(wanted), Version::Stable(version)) => version <= wanted,
        (wanted, version) => wanted == version,
    };
    let fitting = entries.iter().filter(|entry| fits(entry.operation.version));
    let entry = fitting.max_by_key(|entry| entry.operation.version)?;
    let mut formats = formats(entry);
    let operation = formats.find(|operation| {
        let offered = MediaType::parse(operation.accept);
        offered.is_some_and(|offered| offered.format() == asked.format())
    })?;
    Some((*entry, operation))
}

fn formats(entry: &'static Entry) -> impl Iterator<Item = &'static Operation> {
    std::iter::once(entry.operation).chain(entry.alternatives.iter().copied())
}

/// Returns the rank of a version for a request without a version: a stable version is best, and of
/// these the newest or, in the former API, the first.
fn rank(version: Version, is_former: bool) -> (bool, Option<Version>, Reverse<Version>) {
    let is_stable = matches!(version, Version::Stable(_));
    (is_stable, (!is_former).then_some(version), Reverse(version))
}
