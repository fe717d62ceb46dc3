//! TLS: trust in certificates.

use atlas_admin_runtime::transport::reqwest::TlsBackend;
use atlas_admin_runtime::{Client, Credentials};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::api::get;
use super::certificate::{ROOT, acceptor};

/// Starts a server that sends the same response to each request over TLS; returns its
/// URL.
pub(super) async fn start() -> String {
    let acceptor = acceptor(&[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut head = [0; 4096];
                _ = stream.read(&mut head).await;
                let response =
                    b"HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n{\"id\":\"1\"}";
                _ = stream.write_all(response).await;
                _ = stream.shutdown().await;
            });
        }
    });
    url
}

/// The available TLS libraries, and their messages for an untrusted issuer.
pub(super) const BACKENDS: &[(TlsBackend, &str)] = &[
    (TlsBackend::Rustls, "UnknownIssuer"),
    #[cfg(all(feature = "native-tls", target_os = "linux"))]
    (TlsBackend::Native, "certificate verify failed"),
];

#[tokio::test]
async fn an_extra_root_is_trusted_and_no_other() {
    let url = start().await;
    for &(backend, unknown) in BACKENDS {
        let builder = || {
            let builder = Client::builder().base_url(&url).tls_backend(backend);
            builder.credentials(Credentials::access_token("hunter2"))
        };
        let error = get().send(&builder().build().unwrap()).await.unwrap_err();
        assert!(error.is_connect() && !error.is_retryable(), "{error:?}");
        assert_eq!(error.attempts(), 1);
        let line = error.to_string();
        for part in [unknown, "`root_certificates`", "SSL_CERT_FILE"] {
            assert!(line.contains(part), "{line}");
        }
        let client = builder().root_certificates(ROOT).build().unwrap();
        assert_eq!(get().send(&client).await.unwrap()["id"], "1");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_reported() {
    // The same address in IPv6 form; the certificate names the IPv4 one.
    let url = start().await.replace("localhost", "[::ffff:127.0.0.1]");
    for &(backend, _) in BACKENDS {
        let builder = Client::builder().base_url(&url).root_certificates(ROOT);
        let client = builder.tls_backend(backend).build().unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert_eq!((error.attempts(), error.is_retryable()), (1, false), "{error}");
        assert!(error.to_string().contains("is for other names"), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_reported() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
        }
    });
    for &(backend, _) in BACKENDS {
        let builder = Client::builder().base_url(&url).root_certificates(ROOT);
        let client = builder.tls_backend(backend).build().unwrap();
        let error = get().send(&client).await.unwrap_err();
        assert_eq!((error.attempts(), error.is_retryable()), (1, false), "{error}");
        assert!(error.to_string().contains("may not use TLS"), "{error}");
    }
}

#[test]
fn invalid_certificates_are_reported() {
    for pem in [&b"not PEM"[..], b"", b"-----BEGIN CERTIFICATE-----\n!\n"] {
        let error = Client::builder().root_certificates(pem).build().unwrap_err();
        assert!(error.to_string().contains("root certificates"), "{error}");
    }
}
