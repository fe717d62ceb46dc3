use std::pin::pin;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::{Operation, Paging, Parameter};
use atlas_admin_runtime::{Client, Error, Request};
use futures_util::{StreamExt, TryStreamExt};

use super::api::{self, LIST, plain};
use super::listing::Listing;
use super::server::{Reply, Seen, Server};

/// Returns the number of the requested page.
fn page(seen: &Seen) -> usize {
    let (_, query) = seen.target.split_once('?').unwrap_or_default();
    let number = query.split('&').find_map(|pair| pair.strip_prefix("pageNum="));
    number.map_or(1, |number| number.parse().unwrap())
}

/// A list in pages of these sizes, with links.
fn linked(sizes: &'static [usize]) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    move |seen| {
        let page = page(seen);
        let before: usize = sizes[..page - 1].iter().sum();
        let results: Vec<usize> = (before..before + sizes[page - 1]).collect();
        let rel =
            |rel| serde_json::json!({"rel": rel, "href": "https://elsewhere.example/"});
        let mut links = vec![rel("self")];
        if page < sizes.len() {
            links.push(rel("next"));
        }
        // The total is wrong, and must be ignored.
        let body =
            serde_json::json!({"links": links, "results": results, "totalCount": 1});
        Reply::json(&body.to_string())
    }
}

async fn items(client: &Client) -> Result<Vec<i64>, Error> {
    Request::<Listing>::new(&LIST, &[]).paged().stream(client).try_collect().await
}

#[tokio::test]
async fn every_item_comes_once_whatever_the_sizes() {
    for sizes in [&[0][..], &[3], &[3, 3, 3], &[3, 1, 2, 5], &[2, 2, 0]] {
        let script = linked(sizes);
        let server = Server::start(move |_, seen| script(seen)).await;
        let all: Vec<i64> = (0..sizes.iter().sum::<usize>() as i64).collect();
        assert_eq!(items(&plain(&server)).await.unwrap(), all, "{sizes:?}");
        assert_eq!(server.seen().len(), sizes.len());
    }
}

#[tokio::test]
async fn what_is_no_page_is_an_error_and_not_the_end() {
    let server = Server::start(|_, seen| {
        let link = r#"{"results":[1],"links":[{"rel":"next","href":"https://x/"}]}"#;
        Reply::json(if page(seen) == 1 { link } else { r#"["moved"]"# })
    })
    .await;
    let error = items(&plain(&server)).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!((error.status(), error.body()), (Some(200), &br#"["moved"]"#[..]));
}

#[tokio::test]
async fn a_retried_page_loses_and_repeats_nothing() {
    let script = linked(&[2, 2, 2, 2]);
    let server = Server::start(move |number, seen| match number % 3 {
        0 => Reply::new(503, &[], ""),
        1 => Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{\"results\":[7")
            .close(),
        _ => script(seen),
    })
    .await;
    assert_eq!(items(&plain(&server)).await.unwrap(), (0..8).collect::<Vec<_>>());
}

#[tokio::test]
async fn lists_without_links_end_with_an_empty_page() {
    let server = Server::start(|_, seen| match page(seen) {
        1 => Reply::json("[1,2]"),
        2 => Reply::json("[3]"),
        _ => Reply::json("[]"),
    })
    .await;
    let request = Request::<Vec<i64>>::new(&LIST, &[]).paged();
    let all: Vec<_> = request.stream(&plain(&server)).try_collect().await.unwrap();
    assert_eq!((all, server.seen().len()), (vec![1, 2, 3], 3));
    let pages = request.pages(&plain(&server)).count().await;
    assert_eq!(pages, 2);

    // Two pages may be equal.
    let server = Server::start(|_, seen| match page(seen) {
        1..4 => Reply::json("[1]"),
        _ => Reply::json("[]"),
    })
    .await;
    let all: Vec<_> = request.stream(&plain(&server)).try_collect().await.unwrap();
    assert_eq!((all, server.seen().len()), (vec![1, 1, 1], 4));
}

#[tokio::test]
async fn a_page_without_items_is_the_last_whatever_its_links_say() {
    let script = linked(&[2, 0, 2]);
    let server = Server::start(move |_, seen| script(seen)).await;
    assert_eq!(items(&plain(&server)).await.unwrap(), [0, 1]);
    assert_eq!(server.arrived(), 2);
}

/// A list of `total` items in pages of 10, with its length and links. Counts the pages
/// that are requested concurrently.
fn counted(total: usize) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    move |seen| {
        let page = page(seen);
        let results: Vec<usize> = ((page - 1) * 10..total.min(page * 10)).collect();
        let rel = if page * 10 < total { "next" } else { "previous" };
        let body = serde_json::json!({
            "links": [{"rel": rel}], "results": results, "totalCount": total,
        });
        Reply::json(&body.to_string()).after(std::time::Duration::from_millis(20))
    }
}

#[tokio::test]
async fn pages_ahead_come_in_order_once_and_not_past_the_end() {
    for (total, ahead) in [(95, 4), (100, 4), (10, 4), (101, 100), (45, 0)] {
        let script = counted(total);
        let server = Server::start(move |_, seen| script(seen)).await;
        let stream = Request::<Listing>::new(&LIST, &[]).paged().stream(&plain(&server));
        let items: Vec<i64> = stream.ahead(ahead).try_collect().await.unwrap();
        assert_eq!(items, (0..total as i64).collect::<Vec<_>>());
        let mut pages: Vec<_> = server.seen().iter().map(page).collect();
        pages.sort_unstable();
        assert_eq!(pages, (1..=total.div_ceil(10)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn several_pages_ahead_are_requested_at_once() {
    let script = counted(100);
    let server = Server::start(move |_, seen| script(seen)).await;
    let client = plain(&server);
    let mut stream =
        Request::<Listing>::new(&LIST, &[]).paged().stream(&client).ahead(4);
    // They make progress whenever an item is taken.
    for item in 0..9 {
        assert_eq!(stream.next().await.unwrap().unwrap(), item);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    server.has(5).await;
    assert_eq!(server.arrived(), 5);
    assert_eq!(stream.count().await, 91);
}

#[tokio::test]
async fn a_page_that_is_named_by_no_number_is_the_only_one() {
    let server =
        Server::start(|_, _| Reply::json(r#"{"results":[1],"links":[{"rel":"next"}]}"#))
            .await;
    for name in ["-1", "abc", "99999999999999999999999"] {
        let request = Request::<Listing>::new(&LIST, &[]).query("pageNum", name).paged();
        assert_eq!(request.stream(&plain(&server)).count().await, 1);
    }
    assert_eq!(server.arrived(), 3);
}

#[tokio::test]
async fn an_operation_has_conventions_of_its_own() {
    static OWN: Paging =
        Paging { items: "rows", total: "count", links: "rel", next: "more" };
    static ROWS: Operation = Operation {
        parameters: &[Parameter { paging: Some(&OWN), ..Parameter::query("sheet") }],
        ..api::operation("listRows", api::GET.method, "/rows")
    };
    let server = Server::start(|_, seen| {
        let next = if seen.target.ends_with("=3") { "next" } else { "more" };
        let body = serde_json::json!({"rows": [1], "rel": [{"rel": next}]});
        Reply::json(&body.to_string())
    })
    .await;
    let rows = Request::<Json>::new(&ROWS, &[]).paged();
    let pages: Vec<_> = rows.pages(&plain(&server)).try_collect().await.unwrap();
    assert_eq!(pages.len(), 3);
    let targets: Vec<String> =
        server.seen().iter().map(|seen| seen.target.clone()).collect();
    assert_eq!(targets, ["/rows", "/rows?sheet=2", "/rows?sheet=3"]);
    let items: Vec<Json> = rows.stream(&plain(&server)).try_collect().await.unwrap();
    assert_eq!(items, [1, 1, 1]);
}

#[tokio::test]
async fn time_limits_do_not_count_while_a_page_waits_for_its_consumer() {
    // More than a connection buffers, so that the page can't arrive before it is taken.
    let pad = "x".repeat(4 << 20);
    let server = Server::start(move |_, seen| {
        let next = if page(seen) < 3 { "next" } else { "self" };
        let body = serde_json::json!({
            "results": [page(seen), page(seen)], "links": [{"rel": next}], "pad": pad,
        });
        Reply::json(&body.to_string())
    })
    .await;
    // A page takes a fraction of it, even on a busy machine.
    let limit = std::time::Duration::from_secs(1);
    let client = Client::builder().base_url(&server.url);
    let client = client.attempt_timeout(limit).timeout(limit * 2).build().unwrap();
    let mut stream = Request::<Listing>::new(&LIST, &[]).paged().stream(&client);
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item.unwrap());
        tokio::time::sleep(limit * 6 / 5).await;
    }
    assert_eq!((items, server.arrived()), (vec![1, 1, 2, 2, 3, 3], 3));
}

#[tokio::test]
async fn the_next_page_is_requested_ahead() {
    let script = linked(&[2, 2, 2]);
    let server = Server::start(move |_, seen| script(seen)).await;
    let client = plain(&server);
    let mut stream = pin!(Request::<Listing>::new(&LIST, &[]).paged().stream(&client));
    assert_eq!(stream.next().await.unwrap().unwrap(), 0);
    // The second page arrives before its items are requested; the third doesn't.
    server.has(2).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    assert_eq!(server.seen().len(), 2);
    assert_eq!(stream.count().await, 4);
}

#[tokio::test]
async fn the_page_after_a_page_is_requested_ahead() {
    let script = linked(&[2, 2, 2]);
    let server = Server::start(move |_, seen| script(seen)).await;
    let client = plain(&server);
    let mut pages = Request::<Listing>::new(&LIST, &[]).paged().pages(&client);
    assert!(pages.next().await.unwrap().is_ok());
    // In flight while the caller uses the first page.
    server.has(2).await;
    assert_eq!(pages.count().await, 2);
    assert_eq!(server.arrived(), 3);
}

#[tokio::test]
async fn a_stream_begins_where_the_request_says_and_ends_with_an_error() {
    let script = linked(&[2, 2, 2]);
    let server = Server::start(move |_, seen| match page(seen) {
        3 => Reply::new(404, &[], ""),
        _ => script(seen),
    })
    .await;
    let client = plain(&server);
    let request = Request::<Listing>::new(&LIST, &[])
        .set_query("itemsPerPage", &2_i64)
        .set_query("pageNum", &2_i64)
        .paged();
    let items: Vec<_> = request.stream(&client).collect().await;
    assert_eq!(items.len(), 3);
    assert_eq!(*items[0].as_ref().unwrap(), 2);
    assert!(items[2].as_ref().unwrap_err().is_not_found());
    assert_eq!(server.seen()[0].target, "/api/atlas/v2/groups?itemsPerPage=2&pageNum=2");
    assert_eq!(server.seen()[1].target, "/api/atlas/v2/groups?itemsPerPage=2&pageNum=3");
}

#[tokio::test]
async fn free_form_pages_are_pages() {
    let script = linked(&[2, 1]);
    let server = Server::start(move |_, seen| script(seen)).await;
    let client = plain(&server);
    let request = Request::<Json>::new(&LIST, &[]).paged();
    let items: Vec<Json> = request.stream(&client).try_collect().await.unwrap();
    assert_eq!(items, [0, 1, 2]);
    // `{}` is a valid value, but not a page.
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let items: Vec<_> = request.stream(&plain(&server)).collect().await;
    assert!(matches!(&items[..], [Err(error)] if error.is_decode()), "{items:?}");
}
