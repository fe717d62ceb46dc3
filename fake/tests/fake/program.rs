//! The program: its output, its responses, and how it ends.

use std::io::Read;
use std::process::{Command, Output};

use atlas_admin::types::Group;
use atlas_admin::{Client, Credentials, clusters, projects, set};
use atlas_admin_fake::{API_KEY, SERVICE_ACCOUNT};

use crate::running::Running;

fn client_of(service: &Running, credentials: Credentials) -> Client {
    let builder = Client::builder().base_url(service.value("url"));
    builder.credentials(credentials).build().unwrap()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atlas-admin-fake"))
        .args(arguments)
        .output()
        .unwrap()
}

fn account() -> Credentials {
    Credentials::service_account(SERVICE_ACCOUNT.0, SERVICE_ACCOUNT.1)
}

fn group() -> Group {
    Group {
        name: set("a"),
        org_id: set("5a0a1e7e0f2912c554080adc"),
        ..Default::default()
    }
}

#[tokio::test]
async fn it_says_where_it_is_and_holds_a_project_with_a_cluster() {
    let service = Running::start(&[]);
    assert!(service.line.ends_with('\n'), "one whole line");
    for credentials in [account(), Credentials::api_key(API_KEY.0, API_KEY.1)] {
        let client = client_of(&service, credentials);
        let groups = projects::list_groups().send(&client).await.unwrap();
        let [group] = groups.items() else { panic!("{groups:?}") };
        assert_eq!(group.cluster_count, Some(1));
        let id = group.id.as_deref().unwrap();
        let all = clusters::list_clusters(id).send(&client).await.unwrap();
        assert_eq!(all.items()[0].state_name.as_ref().unwrap().as_str(), "IDLE");
    }
}

#[tokio::test]
async fn options_set_credentials_limits_and_missing_roles() {
    let service = Running::start(&[
        "--api-key=mine:secret",
        "--service-account=mdb_sa_id_mine:mdb_sa_sk_mine",
        "--projects=2",
        "--rate-limit=5/5/3600",
        "--no-retry-after",
        "--refuse",
        "POST /api/atlas/v2/groups NOT_ORG_GROUP_CREATOR",
    ]);
    let own = Credentials::service_account("mdb_sa_id_mine", "mdb_sa_sk_mine");
    let never = atlas_admin::RetryPolicy::never();
    let builder = Client::builder().base_url(service.value("url")).retry(never);
    let client = builder.credentials(own).build().unwrap();
    let groups = projects::list_groups().send(&client).await.unwrap();
    assert_eq!(groups.items().len(), 2);
    let refused = projects::create_group(&group()).send(&client).await.unwrap_err();
    assert_eq!(refused.api().error_code.as_deref(), Some("NOT_ORG_GROUP_CREATOR"));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let listed = projects::list_groups().send(&client).await;
        statuses.extend(listed.err().and_then(|error| error.status()));
    }
    assert!(
        !statuses.is_empty() && statuses.iter().all(|it| *it == 429),
        "{statuses:?}"
    );
    // reqwest requires a TLS provider even without TLS; a second call changes nothing.
    _ = rustls::crypto::ring::default_provider().install_default();
    let counts = reqwest::get(service.value("url") + "/fake/buckets").await.unwrap();
    let counts: serde_json::Value =
        serde_json::from_slice(&counts.bytes().await.unwrap()).unwrap();
    assert_eq!(counts[0]["endpointSet"], "Projects");
    assert_eq!(counts[0]["owner"], "mdb_sa_id_mine");
    assert_eq!(counts[0]["admitted"], 5);
    assert_eq!(counts[0]["refused"], statuses.len());
    let others = client_of(&service, account());
    let refused = projects::list_groups().send(&others).await.unwrap_err();
    assert!(refused.is_unauthorized(), "the defaults are not accepted besides");
}

#[tokio::test]
async fn a_missing_role_is_that_of_a_method() {
    let service = Running::start(&["--refuse=POST * NOT_ORG_GROUP_CREATOR"]);
    let client = client_of(&service, account());
    projects::list_groups().send(&client).await.expect("GET is not refused");
    let refused = projects::create_group(&group()).send(&client).await.unwrap_err();
    assert_eq!(refused.api().error_code.as_deref(), Some("NOT_ORG_GROUP_CREATOR"));

    let unknown = run(&["--refuse", "FETCH * NOT_ORG_GROUP_CREATOR"]);
    assert_eq!(unknown.status.code(), Some(2), "refused before the start");
}

#[test]
fn it_ends_on_sigterm() {
    let mut service = Running::start(&["--projects", "0"]);
    let id = service.child.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert!(service.child.wait().unwrap().success());
}

#[test]
fn what_it_can_not_do_it_says() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().contains("--port"));

    let wrong = run(&["--prot", "1"]);
    assert_eq!(wrong.status.code(), Some(2));
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("--prot") && message.contains("--help"), "{message}");

    let service = Running::start(&[]);
    let url = service.value("url");
    let taken = run(&["--port", url.rsplit(':').next().unwrap()]);
    assert_eq!(taken.status.code(), Some(1));
    let message = String::from_utf8(taken.stderr).unwrap();
    assert!(message.contains("--port") && message.lines().count() == 1, "{message}");
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn over_https_its_authority_is_in_a_file() {
    let folder =
        std::env::temp_dir().join(format!("atlas-admin-fake-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("ca.pem");
    let service = Running::start(&["--tls", "--ca-file", path.to_str().unwrap()]);
    assert!(service.value("url").starts_with("https://127.0.0.1:"));
    let mut pem = Vec::new();
    std::fs::File::open(service.value("ca_file"))
        .unwrap()
        .read_to_end(&mut pem)
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let builder =
        Client::builder().base_url(service.value("url")).credentials(account());
    let client = builder.root_certificates(pem).build().unwrap();
    let groups = projects::list_groups().send(&client).await.unwrap();
    assert_eq!(groups.items().len(), 1);
    let stranger = Client::builder().base_url(service.value("url"));
    let stranger = stranger.retry(atlas_admin::RetryPolicy::never());
    let stranger = stranger.credentials(account()).build().unwrap();
    let untrusted = projects::list_groups().send(&stranger).await;
    untrusted.expect_err("nobody else trusts the authority");

    let nowhere = run(&["--ca-file", "/nonexistent/ca.pem"]);
    let message = String::from_utf8(nowhere.stderr).unwrap();
    assert!(message.contains("/nonexistent/ca.pem"), "{message}");
}
