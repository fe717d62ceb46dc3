//! Advice where a TLS connection fails in the same way each time.

pub(super) const UNTRUSTED: &str = "if you trust its issuer, add the issuer's certificate with \
    `root_certificates`, or name a PEM file that has it in the variable SSL_CERT_FILE";
pub(super) const OUTDATED: &str = "check the clock of this machine; else the certificate of the server, or \
    of a proxy on the way, has to be renewed";
pub(super) const OTHER_NAME: &str =
    "check the base URL: the server's certificate is for other names";
pub(super) const NO_TLS: &str =
    "check the base URL: what listens there may not speak TLS";
pub(super) const INCOMPATIBLE: &str =
    "check the base URL, and whether a proxy ends the TLS connection";
