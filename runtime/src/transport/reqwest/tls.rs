//! Trust in certificates, and advice where nobody is trusted.
//!
//! *ring* is the provider unless the program installed another: it builds with a C compiler
//! alone and in a fraction of the time of aws-lc. No provider is installed for the process:
//! that is for programs to do, not for libraries.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use crate::error::{Error, Kind};

/// Returns settings that trust what the platform trusts, and `roots`.
///
/// With the feature `webpki-roots`, a platform that trusts nobody (an image `FROM scratch`)
/// trusts what the bundled list does. It is no addition to a list of the platform, for what
/// its owner took off that list must not come back.
///
/// # Errors
///
/// Returns what is wrong with `roots`, and that there is nobody to trust.
pub(super) fn trusting(
    roots: &[CertificateDer<'static>],
) -> Result<ClientConfig, Error> {
    let provider = provider();
    let mut extra = RootCertStore::empty();
    for root in roots {
        extra.add(root.clone()).map_err(|error| {
            let message = format!("an extra root certificate can't be used: {error}");
            Error::with_source(Kind::Configuration, message, error)
        })?;
    }
    let builder = builder(provider.clone())?;
    #[cfg(feature = "webpki-roots")]
    if Verifier::new(provider.clone()).is_err() {
        extra.roots.extend_from_slice(webpki_roots::TLS_SERVER_ROOTS);
        return Ok(builder.with_root_certificates(extra).with_no_client_auth());
    }
    let platform = match roots.is_empty() {
        true => Verifier::new(provider),
        // Without any of the platform's, these are enough.
        false => Verifier::new_with_extra_roots(roots.iter().cloned(), provider),
    };
    let verifier: Arc<dyn ServerCertVerifier> = match platform {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => return Err(nobody(error)),
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Returns settings that trust nobody, for connections without TLS: nothing is read.
pub(super) fn unused() -> Result<ClientConfig, Error> {
    let builder = builder(provider())?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    let builder = ClientConfig::builder_with_provider(provider);
    builder.with_safe_default_protocol_versions().map_err(|error| {
        let message = format!("TLS can't be set up: {error}");
        Error::with_source(Kind::Configuration, message, error)
    })
}

fn nobody(error: rustls::Error) -> Error {
    let reason = match &error {
        rustls::Error::General(reason) => reason.clone(),
        other => other.to_string(),
    };
    // Short, for a message is cut at 200 characters.
    let message = format!(
        "TLS can't be set up: {reason}; install ca-certificates, name a PEM file in SSL_CERT_FILE \
         or `root_certificates`, or use the feature `webpki-roots`"
    );
    Error::with_source(Kind::Configuration, message, error)
}
