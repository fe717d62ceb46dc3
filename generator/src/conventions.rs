//! Conventions: what all operations of the API have in common, and no document says.

/// The query parameter that numbers the pages of a list.
pub(crate) const PAGE_NUMBER: &str = "pageNum";

/// The property that lists the items of a page, in every paged response of the API.
pub(crate) const ITEMS: &str = "results";
