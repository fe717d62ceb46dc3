//! HTTPS, with a certificate authority generated at the start.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The time limit of a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate for loopback, its key, and the authority that signed it.
struct Identity {
    authority: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn make() -> io::Result<Self> {
        Self::generate().map_err(|error| {
            io::Error::other(format!("no certificate could be made: {error}"))
        })
    }

    fn generate() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "atlas-admin-fake");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let leaf = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Ok(Self {
            authority: authority.pem(),
            chain: vec![leaf.der().clone(), authority.der().clone()],
            key: key.into(),
        })
    }
}

/// Accepts connections, and returns those whose handshake is done.
pub(crate) struct Listener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    /// Accepts connections from now on; also returns the authority's certificate, as PEM.
    pub(crate) fn start(listener: TcpListener) -> io::Result<(Self, String)> {
        let identity = Identity::make()?;
        let address = listener.local_addr()?;
        let config =
            ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .and_then(|config| {
                    config
                        .with_no_client_auth()
                        .with_single_cert(identity.chain, identity.key)
                })
                .map_err(io::Error::other)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (sender, ready) = mpsc::channel(64);
        let task = tokio::spawn(async move {
            while let Ok((stream, peer)) = accept(&listener).await {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                // A client that is slow or doesn't trust the authority must not block others.
                tokio::spawn(async move {
                    let handshake =
                        tokio::time::timeout(HANDSHAKE, acceptor.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        _ = sender.send((stream, peer)).await;
                    }
                });
            }
        });
        Ok((Self { ready, address, task }, identity.authority))
    }
}

/// Accepts a connection. After a failure, such as a lack of file descriptors, tries again 50
/// milliseconds later.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        if let Ok(accepted) = listener.accept().await {
            return Ok(accepted);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The accepting task has ended, and with it the server.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}
