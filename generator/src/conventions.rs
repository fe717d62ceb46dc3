//! Conventions that all operations of the API share and the document doesn't state.

/// The query parameter with the page number of a list.
pub(crate) const PAGE_NUMBER: &str = "pageNum";

/// The property with the items of a page, in every paged response of the API.
pub(crate) const ITEMS: &str = "results";

/// The beginning of every path, which people leave out when they name one.
pub(crate) const PATH_PREFIX: &str = "/api/atlas/v2";
