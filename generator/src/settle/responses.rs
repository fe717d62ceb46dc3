//! Second success bodies: a request function has one output type, so other types of success bodies
//! are noted as losses.

use std::collections::BTreeSet;

use crate::model::{Api, Content, Unmapped};

/// Notes the success bodies that are decoded as the type of another status.
///
/// Inline types have been merged, so equal bodies have one type.
pub(super) fn list_second_bodies(api: &mut Api) {
    let mut found = BTreeSet::new();
    for operation in &api.operations {
        let responses = operation.pointer.child("responses");
        for response in operation.versions.iter().flat_map(|version| &version.responses)
        {
            let bodies = response.statuses.iter().filter_map(|(status, content)| {
                matches!(content, Content::Json(_)).then_some((status, content))
            });
            let mut bodies = bodies.peekable();
            let Some(&(first, ty)) = bodies.peek() else { continue };
            for (status, _) in bodies.filter(|(_, other)| *other != ty) {
                let at = responses.child(status.to_string()).child("content");
                found.insert(Unmapped {
                    pointer: at.child(response.media_type.to_string()),
                    what: format!("a success body of another type than that of status {first}: decoded as that type"),
                });
            }
        }
    }
    api.unmapped.extend(found);
}
