//! TLS with rustls, which trusts the platform's certificates.
//!
//! A provider that the program installed takes precedence over that of a feature. This
//! crate doesn't install a provider for the process, because that is for programs, not
//! for libraries.

use std::sync::Arc;

use ::rustls::client::danger::ServerCertVerifier;
use ::rustls::crypto::CryptoProvider;
use ::rustls::pki_types::CertificateDer;
use ::rustls::{
    AlertDescription, CertificateError, ClientConfig, ConfigBuilder, InvalidMessage,
    RootCertStore, WantsVerifier,
};
use rustls_platform_verifier::Verifier;

use super::advice::{INCOMPATIBLE, NO_TLS, OTHER_NAME, OUTDATED, UNTRUSTED};
use crate::error::{Error, Kind};

/// Returns settings that trust the platform's certificates, and `roots`.
///
/// With the feature `webpki-roots`, the bundled list is used if the platform trusts no
/// certificate (an image `FROM scratch`). It doesn't extend the platform's list, because
/// certificates that were removed from that list must not be trusted again.
///
/// # Errors
///
/// Returns an error if `roots` are invalid, or if no certificate is trusted.
pub(super) fn trusting(
    roots: &[CertificateDer<'static>],
) -> Result<ClientConfig, Error> {
    let provider = provider()?;
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
        return Ok(spoken(builder.with_root_certificates(extra).with_no_client_auth()));
    }
    let platform = match roots.is_empty() {
        true => Verifier::new(provider),
        // Sufficient even if the platform has none.
        false => Verifier::new_with_extra_roots(roots.iter().cloned(), provider),
    };
    let verifier: Arc<dyn ServerCertVerifier> = match platform {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => return Err(nobody(error)),
    };
    Ok(spoken(
        builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth(),
    ))
}

/// Returns settings that trust no certificate, for connections without TLS. Reads
/// nothing.
pub(super) fn unused() -> Result<ClientConfig, Error> {
    let builder = builder(provider()?)?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// Offers the HTTP versions that `reqwest` supports (ALPN, RFC 7301).
#[cfg_attr(
    not(feature = "http2"),
    allow(unused_mut, reason = "HTTP/1.1 needs no offer")
)]
fn spoken(mut config: ClientConfig) -> ClientConfig {
    #[cfg(feature = "http2")]
    {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    config
}

/// Returns the provider that the program has installed, else that of a feature.
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    match CryptoProvider::get_default() {
        Some(installed) => Ok(installed.clone()),
        None => by_feature().map(Arc::new).ok_or_else(|| {
            let message = "TLS can't be set up: no CryptoProvider of rustls is installed; call \
                its `install_default`, or use the feature `rustls-ring` or `rustls-aws-lc-rs`";
            Error::new(Kind::Configuration, message)
        }),
    }
}

fn by_feature() -> Option<CryptoProvider> {
    #[cfg(feature = "rustls-aws-lc-rs")]
    {
        Some(::rustls::crypto::aws_lc_rs::default_provider())
    }
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc-rs")))]
    {
        Some(::rustls::crypto::ring::default_provider())
    }
    #[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc-rs")))]
    {
        None
    }
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

fn nobody(error: ::rustls::Error) -> Error {
    let reason = match &error {
        ::rustls::Error::General(reason) => reason.clone(),
        other => other.to_string(),
    };
    // Kept short, because messages are cut at 200 characters.
    let message = format!(
        "TLS can't be set up: {reason}; install ca-certificates, name a PEM file in SSL_CERT_FILE \
         or `root_certificates`, or use the feature `webpki-roots`"
    );
    Error::with_source(Kind::Configuration, message, error)
}

/// Returns advice if no attempt can connect.
pub(super) fn refusal(error: &::rustls::Error) -> Option<&'static str> {
    use ::rustls::Error as Tls;
    use CertificateError as Cause;
    Some(match error {
        Tls::InvalidCertificate(
            Cause::Expired
            | Cause::ExpiredContext { .. }
            | Cause::NotValidYet
            | Cause::NotValidYetContext { .. },
        ) => OUTDATED,
        Tls::InvalidCertificate(
            Cause::NotValidForName | Cause::NotValidForNameContext { .. },
        ) => OTHER_NAME,
        Tls::InvalidCertificate(_) => UNTRUSTED,
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => NO_TLS,
        // Other alerts may be temporary, such as those of an overloaded load balancer.
        Tls::NoCertificatesPresented
        | Tls::UnsupportedNameType
        | Tls::PeerIncompatible(_)
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::CertificateRequired
            | AlertDescription::UnrecognisedName,
        ) => INCOMPATIBLE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ::rustls::Error as Tls;

    use super::*;

    #[test]
    fn the_advice_follows_what_is_wrong_with_a_certificate() {
        use CertificateError as Cause;
        for (cause, advice) in [
            (Cause::UnknownIssuer, UNTRUSTED),
            (Cause::BadEncoding, UNTRUSTED),
            (Cause::Expired, OUTDATED),
            (Cause::NotValidYet, OUTDATED),
            (Cause::NotValidForName, OTHER_NAME),
        ] {
            let error = Tls::InvalidCertificate(cause.clone());
            assert_eq!(refusal(&error), Some(advice), "{cause:?}");
        }
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        for alert in [AlertDescription::InternalError, AlertDescription::UserCanceled] {
            assert_eq!(refusal(&Tls::AlertReceived(alert)), None);
        }
        assert_eq!(refusal(&Tls::DecryptError), None);
    }
}
