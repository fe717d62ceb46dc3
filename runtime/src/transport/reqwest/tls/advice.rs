//! Advice for TLS connections that fail in the same way each time.

pub(super) const UNTRUSTED: &str = "if you trust its issuer, add the issuer's certificate with \
    `root_certificates`, or set the variable SSL_CERT_FILE to a PEM file that contains it";
pub(super) const OUTDATED: &str = "check the clock of this machine; else the certificate of the server, or \
    of a proxy in between, must be renewed";
pub(super) const OTHER_NAME: &str =
    "check the base URL: the server's certificate is for other names";
pub(super) const NO_TLS: &str =
    "check the base URL: the server may not use TLS on this port";
pub(super) const INCOMPATIBLE: &str =
    "check the base URL, and whether a proxy terminates the TLS connection";
