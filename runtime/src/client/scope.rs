//! The organization and the project of a program.

use super::{Client, ClientBuilder};

/// The IDs that a client stores for its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(super) org_id: Option<String>,
    pub(super) project_id: Option<String>,
}

impl Scope {
    /// Returns these IDs, and those of `other` where these are unset.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            org_id: self.org_id.or(other.org_id),
            project_id: self.project_id.or(other.project_id),
        }
    }
}

impl Client {
    /// Returns the ID of the program's organization. `None` if neither the builder, the
    /// environment nor the profile set one.
    ///
    /// The client uses this ID in no request: the program passes it to request
    /// functions.
    ///
    /// ```
    /// # use atlas_admin_runtime::Client;
    /// let client = Client::builder().org_id("5a0a1e7e0f2912c554080adc").build()?;
    /// assert_eq!(client.org_id(), Some("5a0a1e7e0f2912c554080adc"));
    /// assert_eq!(client.project_id(), None);
    /// # Ok::<(), atlas_admin_runtime::Error>(())
    /// ```
    pub fn org_id(&self) -> Option<&str> {
        self.core().scope.org_id.as_deref()
    }

    /// Returns the ID of the program's project (group). `None` if neither the builder,
    /// the environment nor the profile set one.
    ///
    /// The client uses this ID in no request: the program passes it to request
    /// functions.
    pub fn project_id(&self) -> Option<&str> {
        self.core().scope.project_id.as_deref()
    }
}

impl ClientBuilder {
    /// Sets the ID of the program's organization, for [`Client::org_id`]. Replaces the
    /// ID from the environment or a profile.
    pub fn org_id(mut self, id: impl Into<String>) -> Self {
        self.scope.org_id = Some(id.into());
        self
    }

    /// Sets the ID of the program's project (group), for [`Client::project_id`].
    /// Replaces the ID from the environment or a profile.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.scope.project_id = Some(id.into());
        self
    }
}
