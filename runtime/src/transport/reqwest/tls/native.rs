//! TLS with the platform's library, which trusts the platform's certificates.

use ::reqwest::Certificate;
use rustls_pki_types::CertificateDer;

use super::advice::{INCOMPATIBLE, NO_TLS, OTHER_NAME, OUTDATED, UNTRUSTED};
use crate::error::{Error, Kind};

/// Parts of the messages of OpenSSL, Secure Transport and SChannel for errors that
/// another attempt doesn't change, with the advice for each. The libraries describe
/// errors in no other common form. The general message comes after the more specific
/// ones.
const REFUSALS: [(&str, &str); 18] = [
    ("certificate has expired", OUTDATED),
    ("certificate is not yet valid", OUTDATED),
    // SChannel's messages are in the language of the system, so this is the code
    // CERT_E_EXPIRED.
    ("(os error -2146762495)", OUTDATED),
    ("hostname mismatch", OTHER_NAME),
    ("IP address mismatch", OTHER_NAME),
    // CERT_E_CN_NO_MATCH.
    ("(os error -2146762481)", OTHER_NAME),
    ("certificate verify failed", UNTRUSTED),
    ("certificate was not trusted", UNTRUSTED),
    // CERT_E_UNTRUSTEDROOT.
    ("(os error -2146762487)", UNTRUSTED),
    ("wrong version number", NO_TLS),
    ("packet length too long", NO_TLS),
    ("http request", NO_TLS),
    ("unsupported protocol", INCOMPATIBLE),
    ("no protocols available", INCOMPATIBLE),
    ("alert protocol version", INCOMPATIBLE),
    ("alert certificate required", INCOMPATIBLE),
    ("unrecognized name", INCOMPATIBLE),
    ("no shared cipher", INCOMPATIBLE),
];

/// Converts certificates to the library's type.
pub(super) fn certificates(
    roots: &[CertificateDer<'static>],
) -> Result<Vec<Certificate>, Error> {
    let certificates = roots.iter().map(|root| Certificate::from_der(root));
    certificates.collect::<Result<_, _>>().map_err(|error| {
        let message = format!("an extra root certificate can't be used: {error}");
        Error::with_source(Kind::Configuration, message, error)
    })
}

/// Returns advice if no attempt can connect.
pub(super) fn refusal(message: &str) -> Option<&'static str> {
    REFUSALS.iter().find(|(part, _)| message.contains(part)).map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_follows_what_the_library_says() {
        let failed = "error:0A000086:SSL routines:tls_post_process_server_certificate:\
            certificate verify failed:../ssl/statem/statem_clnt.c:1889:";
        for (reason, advice) in [
            ("(self-signed certificate in certificate chain)", UNTRUSTED),
            ("(unable to get local issuer certificate)", UNTRUSTED),
            ("(certificate has expired)", OUTDATED),
            ("(hostname mismatch)", OTHER_NAME),
        ] {
            assert_eq!(refusal(&format!("{failed} {reason}")), Some(advice), "{reason}");
        }
        assert_eq!(refusal("tlsv1 alert internal error"), None);
        assert_eq!(refusal("unexpected EOF"), None);
    }
}
