//! Classifies failed requests: whether they were sent, and whether another attempt can do
//! better.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as Tls, InvalidMessage};

use crate::transport::{Stage, TransportError};

const UNTRUSTED: &str = "if you trust its issuer, add the issuer's certificate with \
    `root_certificates`, or name a PEM file that has it in the variable SSL_CERT_FILE";
const OUTDATED: &str = "check the clock of this machine; else the certificate of the server, or \
    of a proxy on the way, has to be renewed";
const OTHER_NAME: &str =
    "check the base URL: the server's certificate is for other names";
const NO_TLS: &str = "check the base URL: what listens there may not speak TLS";
const PROXY: &str = "give the proxy's URL with the credentials that it wants";
const NOT_HTTP: &str = "a proxy or another server may have answered: check the base URL";

/// The text of `hyper-util` where a proxy responds to CONNECT with 407; its type has no public name.
const PROXY_REFUSED: &str = "proxy authorization required";

/// Makes an error of one of `reqwest`.
pub(super) fn classify(error: ::reqwest::Error) -> TransportError {
    // The URL is in the operation already, and may hold what a caller thinks is private.
    let error = error.without_url();
    let (stage, advice) = if error.is_connect() {
        match refusal(&error) {
            Some(advice) => (Stage::Refused, Some(advice)),
            None => (Stage::Connect, None),
        }
    } else if error.is_builder() {
        (Stage::Refused, None)
    } else if find(&error, is_malformed).is_some() {
        (Stage::Malformed, Some(NOT_HTTP))
    } else {
        (Stage::Exchange, None)
    };
    let error = TransportError::new(stage, error);
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// Tells why no attempt can connect, by what to do about it.
fn refusal(error: &::reqwest::Error) -> Option<&'static str> {
    find(error, |cause| match cause.downcast_ref::<Tls>() {
        Some(tls) => tls_refusal(tls),
        None => cause.to_string().ends_with(PROXY_REFUSED).then_some(PROXY),
    })
}

fn tls_refusal(error: &Tls) -> Option<&'static str> {
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
        // Other alerts may pass, as those of a balancer that is overloaded.
        Tls::NoCertificatesPresented
        | Tls::UnsupportedNameType
        | Tls::PeerIncompatible(_)
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::CertificateRequired
            | AlertDescription::UnrecognisedName,
        ) => "check the base URL, and whether a proxy ends the TLS connection",
        _ => return None,
    })
}

/// A head that is too large, or is none of HTTP/1.1.
fn is_malformed(cause: &(dyn StdError + 'static)) -> Option<()> {
    cause.downcast_ref::<hyper::Error>()?.is_parse().then_some(())
}

/// Searches an error and its causes. An [`io::Error`] holds one that is not among its sources.
fn find<T>(
    error: &::reqwest::Error,
    test: impl Fn(&(dyn StdError + 'static)) -> Option<T>,
) -> Option<T> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        if let Some(found) = test(cause) {
            return Some(found);
        }
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
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
            assert_eq!(tls_refusal(&error), Some(advice), "{cause:?}");
        }
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        for alert in [AlertDescription::InternalError, AlertDescription::UserCanceled] {
            assert_eq!(tls_refusal(&Tls::AlertReceived(alert)), None);
        }
        assert_eq!(tls_refusal(&Tls::DecryptError), None);
    }
}
