use std::sync::{Arc, Mutex};
use std::time::Duration;

use atlas_admin_runtime::bytes::Bytes;
use atlas_admin_runtime::http::Response;
use atlas_admin_runtime::transport::{Body, BoxFuture, Request as Sent, TransportError};
use atlas_admin_runtime::{Client, Download, Layer, Request, Transport};

use super::api::{ACCESS_TOKEN, LOGS, builder, get, granting, hurried, service_account};
use super::clock::Steps;
use super::layers::{Log, Named, layer};
use super::server::{Reply, Server};

/// Creates a layer that passes on the chunks of a response as they arrive, and counts
/// their bytes.
fn counting(count: Arc<Mutex<usize>>) -> impl Layer {
    layer(move |request, next| {
        let count = count.clone();
        Box::pin(async move {
            let response = next.run(request).await?;
            Ok(response.map(|body| {
                Body::new(futures_util::StreamExt::inspect(body, move |chunk| {
                    *count.lock().unwrap() += chunk.as_ref().map_or(0, Bytes::len);
                }))
            }))
        })
    })
}

#[tokio::test]
async fn a_download_streams_through_layers() {
    // It never ends, so reading it to its end would never return.
    let head = format!(
        "HTTP/1.1 200 X\r\ncontent-type: {}\r\ncontent-length: 9999999999\r\n\r\n",
        LOGS.accept
    );
    let server =
        Server::start(move |_, _| Reply::raw(head.as_str()).endless(vec![7; 1 << 16]))
            .await;
    let count = Arc::new(Mutex::new(0));
    let log = Log::default();
    let client = Client::builder()
        .base_url(&server.url)
        .body_limit(1 << 10)
        .layer(counting(count.clone()))
        .attempt_layer(move |next| Named("attempt", log.clone(), next))
        .build()
        .unwrap();
    let request = Request::<Download>::new(&LOGS, &["1", "mongodb"]);
    let mut download = request.send(&client).await.unwrap().into_value();
    let mut taken = 0;
    while taken < 4 << 20 {
        let chunk = futures_util::TryStreamExt::try_next(&mut download).await;
        taken += chunk.unwrap().expect("it never ends").len();
    }
    assert_eq!(*count.lock().unwrap(), taken);
    assert_eq!(download.size(), Some(9_999_999_999));
}

#[tokio::test]
async fn the_limit_of_an_attempt_holds_below_layers_and_for_their_bodies() {
    let server = Server::start(|_, _| Reply::raw("").hang()).await;
    let hurried = hurried(&server);
    assert!(get().send(&hurried).await.unwrap_err().is_timeout());

    let stuck = layer(|_, _| {
        let never = futures_util::stream::pending();
        Box::pin(async { Ok(Response::new(Body::new(never))) })
    });
    let client = Client::builder().timeout(Duration::from_millis(50)).layer(stuck);
    let error = get().send(&client.build().unwrap()).await.unwrap_err();
    assert!(error.is_timeout() && error.to_string().contains("50ms"), "{error}");
}

#[tokio::test]
async fn an_attempt_layer_sees_credentials_and_token_requests() {
    let server = granting(|_, _| Reply::json("{}")).await;
    struct Looks(Log, Arc<dyn Transport>);
    impl Transport for Looks {
        fn send(
            &self,
            request: Sent,
        ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            let operation = request.operation.map_or("none", |operation| operation.id);
            let scheme = request.headers["authorization"].to_str().unwrap();
            let scheme = scheme.split(' ').next().unwrap();
            self.0.lock().unwrap().push(format!("{operation} {scheme}"));
            assert!(!format!("{request:?}").contains(ACCESS_TOKEN));
            self.1.send(request)
        }
    }
    let log = Log::default();
    let seen = log.clone();
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .attempt_layer(move |next| Looks(seen.clone(), next))
        .build()
        .unwrap();
    get().send(&client).await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["none Basic", "getGroup Bearer"]);
}

#[tokio::test]
async fn the_built_in_transport_can_be_wrapped_and_shared() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let log = Log::default();
    let settings = || Client::builder().base_url(&server.url).pool_max_idle(1);
    let transport = settings().build_transport().unwrap();
    let client = settings()
        .transport(Named("mine", log.clone(), transport.clone()))
        .build()
        .unwrap();
    let other = settings().transport(transport).build().unwrap();
    get().send(&client).await.unwrap();
    get().send(&other).await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["mine sends", "mine has sent"]);
    assert_eq!(server.connections(), 1);
    assert!(Client::builder().base_url("http://a.example").build_transport().is_err());
    let broken = Client::builder().root_certificates("no PEM").build_transport();
    assert!(broken.is_err());
}
