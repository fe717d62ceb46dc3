//! Pages of lists, as JSON.

use atlas_admin::codec::Json;
use atlas_admin_fake::FakeService;

use crate::by_hand::{http, token};

/// A page links to its neighbours, and has a count unless the request disables it.
#[tokio::test]
async fn a_page_has_links_and_a_count_and_its_results() {
    let fake = FakeService::start().await.unwrap();
    let http = http();
    let bearer = token(&http, &fake).await;
    let page = async |query: &str| {
        let url = fake.url() + "/api/atlas/v2/groups?" + query;
        let request = http.get(url).header("accept", "application/json");
        let response = request.bearer_auth(&bearer).send().await.unwrap();
        Json::from_slice(&response.bytes().await.unwrap()).unwrap()
    };
    let links = |page: &Json| -> Vec<(String, String)> {
        let links = page["links"].as_array().unwrap().iter();
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        links.map(|link| (text(&link["rel"]), text(&link["href"]))).collect()
    };
    let nothing = page("").await;
    assert_eq!(nothing["totalCount"].as_u64(), Some(0));
    assert_eq!(nothing["results"].as_array().map(|it| it.len()), Some(0));

    fake.seed(5, 0);
    let second = page("pageNum=2&itemsPerPage=2&pretty=true").await;
    assert_eq!(second["totalCount"].as_u64(), Some(5));
    assert_eq!(second["results"].as_array().unwrap().len(), 2);
    assert_eq!(second["results"][0]["name"].as_str(), Some("project-2"));
    let at = |number: usize| {
        let path = "/api/atlas/v2/groups?pretty=true";
        format!("{}{path}&pageNum={number}&itemsPerPage=2", fake.url())
    };
    let expected = [("self", 2), ("previous", 1), ("next", 3)];
    assert_eq!(links(&second), expected.map(|(rel, page)| (rel.to_owned(), at(page))));

    let last = page("pageNum=3&itemsPerPage=2&includeCount=false").await;
    assert!(last.get("totalCount").is_none(), "{last}");
    assert_eq!(last["results"].as_array().unwrap().len(), 1);
    let relations: Vec<String> = links(&last).into_iter().map(|(rel, _)| rel).collect();
    assert_eq!(relations, ["self", "previous"]);
}
