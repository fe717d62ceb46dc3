//! Error codes: compared, matched, given to a client; an unlisted code stays text.

use atlas_admin::testing::{self, ANY};
use atlas_admin::{Error, ErrorCode, Options, Repeat, RetryPolicy, clusters};

async fn fail(code: &str) -> Error {
    let (client, atlas) = testing::mock_client();
    atlas.on(&clusters::get_cluster(ANY, ANY)).fail(409, code, "No.");
    clusters::get_cluster("g1", "prod").send(&client).await.unwrap_err()
}

#[tokio::test]
async fn a_code_is_compared_and_matched() {
    let error = fail("DUPLICATE_CLUSTER_NAME").await;
    assert!(error.code() == ErrorCode::DuplicateClusterName);
    assert!(error.code() != ErrorCode::ClusterNotFound);
    assert_eq!(error.code(), "DUPLICATE_CLUSTER_NAME");
    let advice = match error.code().into() {
        ErrorCode::DuplicateClusterName => "another name",
        _ => "none",
    };
    assert_eq!(advice, "another name");
}

#[tokio::test]
async fn a_code_that_had_not_been_seen_is_kept_as_text() {
    let error = fail("MOON_IS_FULL").await;
    let code = ErrorCode::from(error.code());
    assert!(
        matches!(&code, ErrorCode::Unknown(text) if text.as_str() == "MOON_IS_FULL")
    );
    assert!(error.code() == code && code.as_str() == "MOON_IS_FULL");
    let none = fail("").await;
    assert!(none.code().is_empty());
    assert!(ErrorCode::values().all(|code| none.code() != *code));
}

#[tokio::test]
async fn a_policy_is_taught_a_code() {
    let (client, atlas) = testing::mock_client();
    let get = clusters::get_cluster("g1", "prod");
    atlas.on(&get).fail(409, "CANNOT_UPDATE_PAUSED_CLUSTER", "No.").times(3);
    let retry = RetryPolicy::new()
        .attempts(3)
        .error_code(ErrorCode::CannotUpdatePausedCluster, Repeat::Always);
    let error = get.send_with(&client, &Options::new().retry(retry)).await.unwrap_err();
    assert_eq!(error.attempts(), 3);
}
