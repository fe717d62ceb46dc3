//! The certificate of the loopback servers.
//!
//! The certificates in `tls/` belong to a root that no platform trusts, and whose key
//! was deleted. The key there is that of the server of these tests.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) const ROOT: &[u8] = include_bytes!("tls/ca.pem");

/// Creates the server's side of TLS, which offers these protocols (ALPN, RFC 7301).
pub(crate) fn acceptor(protocols: &[&[u8]]) -> TlsAcceptor {
    let leaf = CertificateDer::from_pem_slice(include_bytes!("tls/leaf.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
