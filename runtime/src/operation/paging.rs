//! Facts about paged lists.

/// The name of the page number parameter, if no [`Parameter`](super::Parameter) of the
/// operation is marked as one.
pub(super) const PAGE_NUMBER: &str = "pageNum";

/// The conventions of a paged list: the properties of a page that describe the whole
/// list.
#[derive(Debug)]
pub struct Paging {
    /// The property with the items of a page.
    pub items: &'static str,
    /// The property with the number of items in all pages.
    pub total: &'static str,
    /// The property with the links of a page (RFC 8288).
    pub links: &'static str,
    /// The relation of the link to the next page.
    pub next: &'static str,
}

impl Paging {
    /// The conventions of the Atlas Administration API.
    pub const ATLAS: Self =
        Self { items: "results", total: "totalCount", links: "links", next: "next" };
}
