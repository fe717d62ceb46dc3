//! Facts about lists that come page by page.

/// The query parameter that numbers a page, where no [`Parameter`](super::Parameter) of the
/// operation says that it does.
pub(super) const PAGE_NUMBER: &str = "pageNum";

/// The conventions of a list that comes page by page: the properties of a page that tell of the
/// others.
#[derive(Debug)]
pub struct Paging {
    /// The property that holds the items of a page.
    pub items: &'static str,
    /// The property that tells the number of items in all pages.
    pub total: &'static str,
    /// The property that holds the links of a page (RFC 8288).
    pub links: &'static str,
    /// The relation of the link to the next page.
    pub next: &'static str,
}

impl Paging {
    /// The conventions of the Atlas Administration API.
    pub const ATLAS: Self =
        Self { items: "results", total: "totalCount", links: "links", next: "next" };
}
