use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::{Client, Options, Request, Version};
use futures_util::TryStreamExt;

use super::api::{LIST, api_key, builder, get, granting, list, plain, service_account};
use super::clock::Steps;
use super::layers::changing;
use super::listing::Listing;
use super::oracle::{ATLAS, Oracle};
use super::server::{Reply, Server};

async fn ok() -> Server {
    granting(|_, _| Reply::json("{}")).await
}

#[tokio::test]
async fn the_request_comes_before_the_options_and_they_before_the_client() {
    let server = ok().await;
    let client = builder(&server, &Steps::default())
        .header("x-a", "client")
        .header("x-b", "client")
        .header("x-c", "client")
        .header("x-d", "client")
        .header("x-d", Json::Null)
        .query("a", "client")
        .query("b", "client")
        .query("c", ["client", "x y"])
        .user_agent("job/1")
        .build()
        .unwrap();
    let options = Options::new()
        .header("X-A", "options")
        .header("X-B", 2)
        .query("a", "options")
        .query("b", "options")
        .user_agent("step/2");
    let request = list().header("x-a", "request").query("a", "request");
    request.send_with(&client, &options).await.unwrap();
    list().send(&client).await.unwrap();

    let seen = server.seen();
    let headers =
        |index: usize| ["x-a", "x-b", "x-c", "x-d"].map(|it| seen[index].header(it));
    assert_eq!(headers(0), [Some("request"), Some("2"), Some("client"), None]);
    assert_eq!(headers(1), [Some("client"), Some("client"), Some("client"), None]);
    assert_eq!(
        seen[0].target,
        "/api/atlas/v2/groups?a=request&b=options&c=client&c=x%20y"
    );
    assert_eq!(
        seen[1].target,
        "/api/atlas/v2/groups?a=client&b=client&c=client&c=x%20y"
    );
    let [first, second] = [0, 1].map(|index| seen[index].header("user-agent").unwrap());
    assert!(second.ends_with(" job/1"), "{second}");
    assert_eq!(first, format!("{second} step/2"));
}

#[tokio::test]
async fn headers_of_the_client_go_with_requests_for_tokens_and_challenges_too() {
    let server = ok().await;
    let client = builder(&server, &Steps::default())
        .credentials(service_account())
        .header("x-gateway-key", "hunter2")
        .query("pretty", true);
    get().send(&client.build().unwrap()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].target, "/api/oauth/token");
    assert_eq!(seen[1].target, "/api/atlas/v2/groups/1?pretty=true");
    assert!(seen.iter().all(|it| it.header("x-gateway-key") == Some("hunter2")));

    let oracle = Oracle::new(ATLAS);
    let server = Server::start(move |_, seen| {
        oracle.refuse(seen).unwrap_or_else(|| Reply::json("{}"))
    })
    .await;
    let client = builder(&server, &Steps::default())
        .credentials(api_key())
        .header("x-gateway-key", "hunter2");
    let create = Request::<Json>::new(&super::api::CREATE, &[]);
    create.send(&client.build().unwrap()).await.unwrap();
    let seen = server.seen();
    assert!(seen.len() > 1);
    assert!(seen.iter().all(|it| it.header("x-gateway-key") == Some("hunter2")));
}

#[tokio::test]
async fn what_a_request_has_of_its_own_cannot_be_set() {
    let server = ok().await;
    let client = plain(&server);
    for name in [
        "Accept",
        "accept-encoding",
        "Authorization",
        "connection",
        "Content-Length",
        "content-type",
        "host",
        "proxy-authorization",
        "transfer-encoding",
        "te",
        "upgrade",
        "User-Agent",
        "expect",
        "no name",
        "",
    ] {
        let built = Client::builder().header(name, "x").build();
        let errors = [
            built.unwrap_err(),
            get()
                .send_with(&client, &Options::new().header(name, "x"))
                .await
                .unwrap_err(),
            get().header(name, "x").send(&client).await.unwrap_err(),
        ];
        for error in errors {
            let line = error.to_string().to_lowercase();
            assert!(line.contains(&name.to_lowercase()), "{line}");
        }
    }
    let broken = [
        Client::builder().header("x-a", "a\r\nb: c").build(),
        Client::builder().query("a", Json::from_slice(b"{}").unwrap()).build(),
    ];
    assert!(broken.iter().all(Result::is_err));
    let broken = Options::new().user_agent("a\nb");
    assert!(get().send_with(&client, &broken).await.unwrap_err().is_invalid_request());
    assert_eq!(server.arrived(), 0);
    // Setting a header again removes its problem.
    let sound = get().header("host", "x").header("host", Json::Null).send(&client).await;
    assert!(sound.is_err());
}

#[test]
fn values_are_not_printed() {
    let options = Options::new().header("x-key", "hunter2").query("token", "hunter2");
    let shown = format!("{options:?}");
    assert!(shown.contains("x-key") && shown.contains("token"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

/// Any of these values may be a gateway's key.
#[tokio::test]
async fn headers_of_a_caller_are_not_printed() {
    let server = ok().await;
    let client = builder(&server, &Steps::default())
        .header("x-client", "hunter2")
        .layer(changing(|request| {
            let shown = format!("{request:?}");
            for name in ["x-client", "x-options", "x-request"] {
                assert!(shown.contains(name), "{shown}");
            }
            assert!(!shown.contains("hunter2"), "{shown}");
        }))
        .build()
        .unwrap();
    let options = Options::new().header("x-options", "hunter2");
    get().header("x-request", "hunter2").send_with(&client, &options).await.unwrap();
}

#[tokio::test]
async fn every_page_and_raw_request_has_them() {
    let server = Server::start(|number, _| {
        let next = match number {
            0 => r#"{"href":"http://x/api/atlas/v2/groups?pageNum=2","rel":"next"}"#,
            _ => "",
        };
        Reply::json(&format!(r#"{{"results":[{number}],"links":[{next}]}}"#))
    })
    .await;
    let client = builder(&server, &Steps::default()).query("pretty", true);
    let client = client.build().unwrap();
    let options = Options::new().header("x-a", 1);
    let listing = Request::<Listing>::new(&LIST, &[]).paged();
    let items: Vec<_> =
        listing.stream_with(&client, &options).try_collect().await.unwrap();
    assert_eq!(items, [0, 1]);
    let raw = Request::raw(Method::Get, "/x?pretty=no", Version::Preview);
    raw.send_with(&client, &options).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|it| it.header("x-a") == Some("1")));
    assert!(seen[..2].iter().all(|it| it.target.contains("pretty=true")), "{seen:?}");
    assert_eq!(seen[2].target, "/api/atlas/v2/x?pretty=no");
}
