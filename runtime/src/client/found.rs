//! Settings found outside the program, before they become a builder.

use super::ClientBuilder;
use super::builder::Source;
use super::scope::Scope;
use crate::connection::base;
use crate::credentials::Credentials;
use crate::error::{Error, Kind};
use crate::trace;

/// The base URL of the government cloud (`service = "cloudgov"`).
pub(super) const GOVERNMENT: &str = "https://cloud.mongodbgov.com";

/// A value, and the name of the variable or property that holds it.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
}

/// The settings of the environment, of a profile, or of both.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) credentials: Option<Credentials>,
    pub(super) base_url: Option<Setting>,
    pub(super) service: Option<Setting>,
    pub(super) scope: Scope,
    pub(super) warnings: Vec<String>,
}

impl Found {
    /// Returns these settings, and those of `other` where these are unset. Credentials
    /// are one setting: their halves never come from two sources.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            credentials: self.credentials.or(other.credentials),
            base_url: self.base_url.or(other.base_url),
            service: self.service.or(other.service),
            scope: self.scope.or(other.scope),
            warnings: [self.warnings, other.warnings].concat(),
        }
    }

    /// Creates a builder. A URL takes precedence over a service, as in the Atlas CLI.
    pub(super) fn into_builder(self) -> Result<ClientBuilder, Error> {
        let mut builder = ClientBuilder::new();
        builder = match (self.base_url, self.service) {
            (Some(url), _) => builder.base_url_from(&url.name, url.value)?,
            (None, Some(service)) => builder.base_url(service_url(&service)?),
            (None, None) => builder,
        };
        for warning in &self.warnings {
            trace::ambiguous(warning);
        }
        builder.credentials = self.credentials.map(Source::Fixed);
        builder.scope = self.scope;
        builder.warnings = self.warnings;
        Ok(builder)
    }
}

fn service_url(service: &Setting) -> Result<&'static str, Error> {
    let is = |name: &str| service.value.eq_ignore_ascii_case(name);
    if is("cloud") {
        Ok(base::DEFAULT)
    } else if is("cloudgov") {
        Ok(GOVERNMENT)
    } else {
        let Setting { name, value } = service;
        Err(fail(format!("{name} is {value:?}: it must be cloud or cloudgov")))
    }
}

/// Creates the error for a setting.
pub(super) fn fail(message: impl Into<String>) -> Error {
    Error::new(Kind::Configuration, message)
}
