#![allow(dead_code)]
use atlas_admin_runtime::transport::*;
use atlas_admin_runtime::{codec::Json, *};
use std::time::Instant;
#[path = "../tests/loopback"]
mod loopback {
    pub(crate) mod api;
    pub(crate) mod clock;
    pub(crate) mod server;
}
struct T;
impl Transport for T {
    fn send(
        &self,
        r: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            drop(r);
            let mut x = http::Response::new(Body::from(bytes::Bytes::from_static(
                br#"{"id":"1"}"#,
            )));
            x.headers_mut().insert(
                "content-type",
                http::HeaderValue::from_static("application/json"),
            );
            Ok(x)
        })
    }
}
struct U;
impl Transport for U {
    fn send(
        &self,
        r: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let q = reqwest::Request::try_from(r).unwrap();
            drop(q);
            let mut x = http::Response::new(Body::from(bytes::Bytes::from_static(
                br#"{"id":"1"}"#,
            )));
            x.headers_mut().insert(
                "content-type",
                http::HeaderValue::from_static("application/json"),
            );
            Ok(x)
        })
    }
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let c = Client::builder()
        .base_url("http://127.0.0.1:1")
        .credentials(Credentials::access_token("token"))
        .transport(T)
        .build()
        .unwrap();
    let d = Client::builder()
        .base_url("http://127.0.0.1:1")
        .credentials(Credentials::access_token("token"))
        .transport(U)
        .build()
        .unwrap();
    for _ in 0..3 {
        let n = 200000u32;
        let s = Instant::now();
        for _ in 0..n {
            Request::<Json>::new(&loopback::api::GET, &["1"]).send(&c).await.unwrap();
        }
        println!("all {:?}", s.elapsed() / n);
        let s = Instant::now();
        for _ in 0..n {
            Request::<Json>::new(&loopback::api::GET, &["1"]).send(&d).await.unwrap();
        }
        println!("all with reqwest::Request {:?}", s.elapsed() / n);
        let s = Instant::now();
        for _ in 0..n {
            std::hint::black_box(Request::<Json>::new(&loopback::api::GET, &["1"]));
        }
        println!("new {:?}", s.elapsed() / n);
        let r = Request::<Json>::new(&loopback::api::GET, &["1"]);
        let s = Instant::now();
        for _ in 0..n {
            std::hint::black_box(r.headers());
        }
        println!("headers {:?}", s.elapsed() / n);
        let s = Instant::now();
        for _ in 0..n {
            std::hint::black_box(
                "http://127.0.0.1:1/api/atlas/v2/groups/1"
                    .parse::<http::Uri>()
                    .unwrap()
                    .to_string(),
            );
        }
        println!("uri+to_string {:?}", s.elapsed() / n);
        let s = Instant::now();
        for _ in 0..n {
            std::hint::black_box(
                reqwest::Url::parse("http://127.0.0.1:1/api/atlas/v2/groups/1").unwrap(),
            );
        }
        println!("url {:?}", s.elapsed() / n);
        let h = r.headers();
        let s = Instant::now();
        for _ in 0..n {
            std::hint::black_box(h.clone());
        }
        println!("clone headers {:?}", s.elapsed() / n);
        let s = Instant::now();
        for _ in 0..n {
            let mut f = Box::pin(tokio::time::sleep(std::time::Duration::from_secs(60)));
            std::future::poll_fn(|c| {
                use std::future::Future;
                let _ = f.as_mut().poll(c);
                std::task::Poll::Ready(())
            })
            .await;
        }
        println!("timer {:?}", s.elapsed() / n);
    }
}
