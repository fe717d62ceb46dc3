//! Trust in certificates, with the TLS library of the enabled features.
//!
//! Several features can be enabled, because any crate of a program may enable one.
//! *native-tls* then takes precedence over rustls, and aws-lc-rs over *ring*: rustls
//! with *ring* is the default, so another library was chosen on purpose. A program can
//! choose one explicitly:
//! [`ClientBuilder::tls_backend`](crate::ClientBuilder::tls_backend).

use std::error::Error as StdError;

use rustls_pki_types::CertificateDer;

use crate::error::{Error, Kind};

#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
mod advice;
#[cfg(feature = "native-tls")]
mod native;
#[cfg(feature = "rustls-no-provider")]
mod rustls;

/// A TLS library. Each variant needs a feature that provides the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsBackend {
    /// rustls: features `rustls-ring`, `rustls-aws-lc-rs`, `rustls-no-provider`.
    #[cfg(feature = "rustls-no-provider")]
    Rustls,
    /// The platform's library (OpenSSL on Linux): feature `native-tls`.
    #[cfg(feature = "native-tls")]
    Native,
}

impl TlsBackend {
    /// The library for programs that choose none; `None` without a feature that provides
    /// one.
    const BY_FEATURE: Option<Self> = {
        #[cfg(feature = "native-tls")]
        {
            Some(Self::Native)
        }
        #[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
        {
            Some(Self::Rustls)
        }
        #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
        {
            None
        }
    };
}

/// TLS settings, read once, because the certificates of a platform are megabytes of
/// files.
pub(super) enum Tls {
    #[cfg(feature = "rustls-no-provider")]
    Rustls(Box<::rustls::ClientConfig>),
    #[cfg(feature = "native-tls")]
    Native(Vec<::reqwest::Certificate>),
    /// No feature provides a TLS library.
    Absent,
}

impl Tls {
    /// Creates settings that trust the platform's certificates, and `roots`.
    ///
    /// # Errors
    ///
    /// Returns an error if `roots` are invalid, if no certificate is trusted, or if no
    /// feature provides a TLS library.
    #[cfg_attr(
        not(any(feature = "rustls-no-provider", feature = "native-tls")),
        allow(unused_variables, reason = "nothing trusts without a library")
    )]
    pub(super) fn trusting(
        backend: Option<TlsBackend>,
        roots: &[CertificateDer<'static>],
    ) -> Result<Self, Error> {
        match backend.or(TlsBackend::BY_FEATURE) {
            #[cfg(feature = "rustls-no-provider")]
            Some(TlsBackend::Rustls) => {
                Ok(Self::Rustls(Box::new(rustls::trusting(roots)?)))
            }
            #[cfg(feature = "native-tls")]
            Some(TlsBackend::Native) => Ok(Self::Native(native::certificates(roots)?)),
            None => Err(absent()),
        }
    }

    /// Creates settings for connections without TLS. Reads no certificates.
    pub(super) fn unused(backend: Option<TlsBackend>) -> Result<Self, Error> {
        match backend.or(TlsBackend::BY_FEATURE) {
            #[cfg(feature = "rustls-no-provider")]
            Some(TlsBackend::Rustls) => Ok(Self::Rustls(Box::new(rustls::unused()?))),
            #[cfg(feature = "native-tls")]
            Some(TlsBackend::Native) => Ok(Self::Native(Vec::new())),
            None => Ok(Self::Absent),
        }
    }

    /// Applies the settings to a `reqwest` client.
    pub(super) fn apply(
        &self,
        builder: ::reqwest::ClientBuilder,
    ) -> ::reqwest::ClientBuilder {
        match self {
            #[cfg(feature = "rustls-no-provider")]
            Self::Rustls(config) => {
                builder.tls_backend_preconfigured(::rustls::ClientConfig::clone(config))
            }
            #[cfg(feature = "native-tls")]
            Self::Native(roots) => {
                builder.tls_backend_native().tls_certs_merge(roots.iter().cloned())
            }
            Self::Absent => builder,
        }
    }
}

fn absent() -> Error {
    let message = "an https URL needs TLS: enable one of the features `rustls-ring`, \
        `rustls-aws-lc-rs`, `rustls-no-provider` and `native-tls`, or set a `transport`";
    Error::new(Kind::Configuration, message)
}

/// Returns advice if a cause of a failure is a TLS error after which no attempt can
/// connect.
#[cfg_attr(
    not(any(feature = "rustls-no-provider", feature = "native-tls")),
    allow(unused_variables, reason = "no library, no error of it")
)]
pub(super) fn refusal(cause: &(dyn StdError + 'static)) -> Option<&'static str> {
    #[cfg(feature = "rustls-no-provider")]
    if let Some(error) = cause.downcast_ref() {
        return rustls::refusal(error);
    }
    #[cfg(feature = "native-tls")]
    if let Some(error) = cause.downcast_ref::<native_tls::Error>() {
        return native::refusal(&error.to_string());
    }
    None
}
