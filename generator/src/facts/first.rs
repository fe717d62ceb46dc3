//! The operation that the first program of the documentation calls.

use crate::model::{Api, Method, Operation};

/// Returns the paged operation with the shortest path that requires no parameter, by its index.
pub(super) fn first(api: &Api) -> Option<usize> {
    let needs_nothing = |operation: &Operation| {
        operation.method == Method::Get
            && operation.is_paged
            && operation.newest_stable().is_some()
            && operation.parameters.iter().all(|parameter| !parameter.is_argument)
    };
    let operations = api.operations.iter().enumerate();
    operations
        .filter(|(_, operation)| needs_nothing(operation))
        .min_by_key(|(_, operation)| (operation.path.len(), &operation.path))
        .map(|(index, _)| index)
}
