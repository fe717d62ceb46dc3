//! The discriminator values of the unions that enclose a value within the same JSON
//! object.

/// The discriminator value by which a union selected the variant that is being read or
/// written.
///
/// A variant may be a union itself. Both discriminators are then in one object, so they
/// form a chain.
pub(super) struct Discriminators<'t> {
    /// The JSON name of the discriminator.
    pub(super) name: &'t str,
    /// The discriminator's value, if the variant has exactly one: then the variant need
    /// not store it.
    pub(super) value: Option<&'t str>,
    /// Whether the variant is declared.
    pub(super) is_known: bool,
    /// The discriminator value of the next outer union.
    pub(super) outer: Option<&'t Discriminators<'t>>,
}

impl<'t> Discriminators<'t> {
    /// Returns true if a property is a discriminator.
    pub(super) fn names(&self, name: &str) -> bool {
        self.name == name || self.outer.is_some_and(|outer| outer.names(name))
    }

    /// Returns true if one of the unions has an undeclared variant.
    pub(super) fn any_unknown(&self) -> bool {
        !self.is_known || self.outer.is_some_and(Discriminators::any_unknown)
    }

    /// Returns the innermost discriminator with a name that has a value.
    fn find(&self, name: &str) -> Option<&Discriminators<'t>> {
        if self.name == name && self.value.is_some() {
            Some(self)
        } else {
            self.outer.and_then(|outer| outer.find(name))
        }
    }

    /// Returns the value that a property must have as a discriminator, if the unions
    /// determine it. The innermost union takes precedence.
    pub(super) fn value_of(&self, name: &str) -> Option<&'t str> {
        self.find(name).and_then(|discriminator| discriminator.value)
    }

    /// Returns true if [`Discriminators::value_of`] returns the value of this discriminator.
    pub(super) fn is_innermost(&self, discriminator: &Discriminators<'_>) -> bool {
        self.find(discriminator.name)
            .is_some_and(|found| std::ptr::addr_eq(found, discriminator))
    }
}
