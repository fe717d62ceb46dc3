//! The tags of the unions that enclose a value within the same JSON object.

/// The tag by which a union chose the variant that is read or written now.
///
/// A variant may be a union itself: both tags then stand in one object, so tags form a chain.
pub(super) struct Tags<'t> {
    /// The JSON name of the tag.
    pub(super) name: &'t str,
    /// The tag's value, where the variant has just one: the value then need not be kept.
    pub(super) value: Option<&'t str>,
    /// Whether the document declares the variant.
    pub(super) is_known: bool,
    /// The tag of the next outer union.
    pub(super) outer: Option<&'t Tags<'t>>,
}

impl<'t> Tags<'t> {
    /// Tells whether a property is a tag.
    pub(super) fn names(&self, name: &str) -> bool {
        self.name == name || self.outer.is_some_and(|outer| outer.names(name))
    }

    /// Tells whether one of the unions does not know its variant.
    pub(super) fn any_unknown(&self) -> bool {
        !self.is_known || self.outer.is_some_and(Tags::any_unknown)
    }

    /// Returns the innermost tag of a name that has a value.
    fn find(&self, name: &str) -> Option<&Tags<'t>> {
        if self.name == name && self.value.is_some() {
            Some(self)
        } else {
            self.outer.and_then(|outer| outer.find(name))
        }
    }

    /// Returns the value that a property must have as a tag, where the unions know it. The
    /// innermost union knows best.
    pub(super) fn value_of(&self, name: &str) -> Option<&'t str> {
        self.find(name).and_then(|tag| tag.value)
    }

    /// Tells whether a tag of the chain is the one that [`Tags::value_of`] answers with.
    pub(super) fn is_innermost(&self, tag: &Tags<'_>) -> bool {
        self.find(tag.name).is_some_and(|found| std::ptr::addr_eq(found, tag))
    }
}
