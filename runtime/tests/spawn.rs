//! Every future and stream can be spawned: it is `Send`, and `'static` if the caller's
//! closures are. Only the joins at the end run; the rest must compile.

use std::path::Path;
use std::time::Duration;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Method, Operation};
use atlas_admin_runtime::{
    AccessToken, ApiError, Client, ClientBuilder, Credentials, Download, Error, Items,
    Options, Page, PagedRequest, Pages, Poller, Request, Response, ResponseFuture,
    Version, Waiter, builder,
};
use futures_util::future::join_all;
use futures_util::{Stream, StreamExt};

static GET: Operation = Operation {
    id: "getGroup",
    name: "getGroup",
    tag: "Projects",
    method: Method::Get,
    path: "/api/atlas/v2/groups/{groupId}",
    version: Version::stable(2023, 1, 1),
    accept: "application/vnd.atlas.2023-01-01+json",
    content_type: None,
    parameters: &[],
    success: &[200],
    roles: &[],
    deprecated: false,
    sunset: None,
    docs: "",
    wait: None,
};

/// A builder in the generator's form.
struct GetGroup<T> {
    request: Request<T>,
}

impl<T> GetGroup<T> {
    fn pretty(self, pretty: bool) -> Self {
        self.set_query("pretty", &pretty)
    }
}

builder!(GetGroup);

fn get(id: &str) -> Request<Json> {
    Request::new(&GET, &[id])
}

fn build(id: &str) -> GetGroup<Json> {
    GetGroup { request: get(id) }
}

fn spawned<F: Future + Send + 'static>(future: F) -> F {
    future
}

fn sent<F: Future + Send>(future: F) -> F {
    future
}

fn streamed<S: Stream + Send + 'static>(stream: S) -> S {
    stream
}

#[test]
fn values_cross_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    fn moved<T: Send + 'static>() {}
    shared::<Client>();
    shared::<ClientBuilder>();
    shared::<Credentials>();
    shared::<AccessToken>();
    shared::<Request<Json>>();
    shared::<GetGroup<Json>>();
    shared::<Response<Json>>();
    shared::<Options>();
    shared::<Error>();
    shared::<ApiError>();
    moved::<ResponseFuture<Json>>();
    moved::<Items<Vec<Json>>>();
    moved::<Pages<Vec<Json>>>();
    moved::<Poller<'static, Json>>();
    moved::<Waiter<'static, Json>>();
    shared::<PagedRequest<Json>>();
    moved::<Download>();
}

/// The streams of every page type, whatever its items.
#[expect(dead_code, reason = "it has to compile")]
fn streams_of_any_page_are_sent<T>(items: Items<T>, pages: Pages<T>)
where
    T: Page + atlas_admin_runtime::Output + Send + 'static,
    T::Item: Send + 'static,
{
    drop((streamed(items), streamed(pages)));
}

#[expect(dead_code, reason = "it has to compile")]
async fn calls(client: Client, options: Options) -> Result<(), Error> {
    spawned(get("1").send(&client)).await?;
    spawned(get("1").send_with(&client, &options)).await?;
    spawned(build("1").pretty(true).send(&client)).await?;
    spawned(build("1").send_with(&client, &options)).await?;
    sent(client.revoke()).await
}

#[expect(dead_code, reason = "it has to compile")]
async fn polls(client: Client) -> Result<(), Error> {
    let wait = |id| get(id).poll(&client).interval(Duration::from_secs(1));
    spawned(wait("1").until(|group| group["id"] == "1")).await?;
    spawned(wait("1").until_gone()).await?;
    spawned(get("1").send_and_wait::<Json>(&client).into_future()).await?;
    sent(get("1").send_and_wait::<()>(&client).on_progress(|_| {}).into_future())
        .await?;
    spawned(build("1").poll(&client).until_gone()).await?;
    spawned(build("1").send_and_wait::<()>(&client).into_future()).await?;
    spawned(wait("1").on_progress(|_| {}).until(|_| true)).await?;
    // A future that borrows can't be spawned, but is `Send`.
    let mut seen = Vec::new();
    let poller = wait("1").on_progress(|response| seen.push(response.status()));
    sent(poller.until(|_| true)).await?;
    drop(seen);
    Ok(())
}

#[expect(dead_code, reason = "it has to compile")]
async fn lists(client: Client, options: Options) -> Option<Result<(), Error>> {
    let request = Request::<Vec<Json>>::new(&GET, &["1"]).paged();
    let mut items = streamed(request.stream(&client));
    sent(items.next()).await?.ok()?;
    let mut pages = streamed(request.pages_with(&client, &options));
    sent(pages.next()).await?.ok()?;
    let all = spawned(async move {
        let mut items = request.stream_with(&client, &options);
        while let Some(item) = items.next().await {
            item?;
        }
        Ok(())
    });
    Some(all.await)
}

#[expect(dead_code, reason = "it has to compile")]
async fn downloads(client: Client) -> Result<(), Error> {
    let request = || Request::<Download>::new(&GET, &["1"]);
    let mut response = spawned(request().send(&client)).await?;
    sent(response.chunk()).await?;
    let file = Path::new("file").to_owned();
    let download = spawned(request().send(&client)).await?.into_value();
    spawned(download.on_progress(|_, _| {}).save_to(file)).await?;
    let mut bytes = streamed(request().send(&client).await?.into_value());
    drop(sent(bytes.next()).await);
    Ok(())
}

#[tokio::test]
async fn many_calls_at_once_and_a_spawned_wait_compile_and_fail_without_a_service() {
    let client = Client::builder()
        .base_url("http://127.0.0.1:9")
        .credentials(Credentials::access_token("token"))
        .retry(atlas_admin_runtime::RetryPolicy::never())
        .build()
        .unwrap();
    let groups = join_all(["1", "2"].map(|id| get(id).send(&client))).await;
    assert!(groups.iter().all(Result::is_err));
    let built = join_all(["1", "2"].map(|id| build(id).pretty(true).send(&client)));
    assert!(built.await.iter().all(Result::is_err));
    let wait = tokio::spawn(get("1").poll(&client).until(|group| group["id"] == "1"));
    assert!(wait.await.unwrap().is_err());
    let mut calls = tokio::task::JoinSet::new();
    for id in ["1", "2"] {
        calls.spawn(get(id).send(&client));
    }
    assert!(calls.join_all().await.iter().all(Result::is_err));
}
