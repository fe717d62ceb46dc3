//! Created resources keep their identity in every version: secrets, owners, counts and names.

use std::time::Duration;

use atlas_admin::operation::Method;
use atlas_admin::types::{
    CreateAtlasOrganizationApiKey, CreateOrganizationRequest, Group,
    OrgServiceAccountRequest, ServiceAccountSecretRequest,
};
use atlas_admin::{
    Client, Credentials, Request, RetryPolicy, alert_configurations, clusters, list,
    organizations, private_endpoint_services, programmatic_api_keys, projects,
    service_accounts, set, types,
};
use atlas_admin_fake::{EndpointSets, FakeExpectation, FakeService, RateLimit};

use crate::resources::{ORG, cluster, group};

const RATE_LIMITS: &str = "/api/atlas/v2/rateLimits";

async fn start() -> (FakeService, Client) {
    let fake = FakeService::start().await.unwrap();
    let client = fake.client_builder().retry(RetryPolicy::never()).build().unwrap();
    (fake, client)
}

fn with(fake: &FakeService, credentials: Credentials) -> Client {
    let builder = Client::builder().base_url(fake.url()).retry(RetryPolicy::never());
    builder.credentials(credentials).build().unwrap()
}

#[tokio::test]
async fn an_organization_is_there_as_soon_as_a_project_names_it() {
    let (_fake, client) = start().await;
    let none = organizations::list_orgs().send(&client).await.unwrap();
    assert!(none.items().is_empty());
    let mine = projects::create_group(&group("a")).send(&client).await.unwrap();
    let mut other = group("b");
    other.org_id = set("32b6e34b3d91647abb20e7b8");
    projects::create_group(&other).send(&client).await.unwrap();
    let all = organizations::list_orgs().send(&client).await.unwrap();
    assert_eq!(all.items().len(), 2);
    let org = organizations::get_org(ORG).send(&client).await.unwrap();
    assert_eq!(org.id.as_deref(), Some(ORG));
    let other = organizations::get_org("000000000000000000000000").send(&client).await;
    assert!(other.unwrap_err().is_not_found());
    let of_org = organizations::get_org_groups(ORG).send(&client).await.unwrap();
    let [only] = of_org.items() else { panic!("{of_org:?}") };
    assert_eq!(only.id, mine.id);
}

#[tokio::test]
async fn an_organization_that_is_made_has_the_name_it_was_made_with() {
    let (_fake, client) = start().await;
    let request = CreateOrganizationRequest { name: set("Acme"), ..Default::default() };
    let made = organizations::create_org(&request).send(&client).await.unwrap();
    let org = made.organization.clone().unwrap();
    assert_eq!(org.name.as_deref(), Some("Acme"));
    let id = org.id.as_deref().unwrap();
    let got = organizations::get_org(id).send(&client).await.unwrap();
    assert_eq!((got.id.as_deref(), got.name.as_deref()), (Some(id), Some("Acme")));
}

#[tokio::test]
async fn counts_count_and_every_list_of_clusters_agrees() {
    let (fake, client) = start().await;
    let project = projects::create_group(&group("a")).send(&client).await.unwrap();
    assert_eq!(project.cluster_count, Some(0));
    let id = project.id.as_deref().unwrap();
    for name in ["one", "two"] {
        clusters::create_cluster(id, &cluster(name)).send(&client).await.unwrap();
    }
    let project = projects::get_group(id).send(&client).await.unwrap();
    assert_eq!(project.cluster_count, Some(2));
    let page =
        clusters::list_clusters(id).items_per_page(1).send(&client).await.unwrap();
    assert_eq!((page.items().len(), page.total_count), (1, Some(2)));
    assert_eq!(page.items()[0].group_id.as_deref(), Some(id));
    let next = page.links.iter().flatten().find(|link| link.rel == set("next")).unwrap();
    let path = format!("/api/atlas/v2/groups/{id}/clusters");
    let href = format!("{}{path}?pageNum=2&itemsPerPage=1", fake.url());
    assert_eq!(next.href, set(href));

    let details = clusters::list_cluster_details().send(&client).await.unwrap();
    let [details] = details.items() else { panic!("{details:?}") };
    let names = (details.group_id.as_deref(), details.group_name.as_deref());
    assert_eq!((names, details.org_id.as_deref()), ((Some(id), Some("a")), Some(ORG)));
    let listed = details.clusters.as_deref().unwrap();
    let names: Vec<_> = listed.iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["one", "two"]);
    let one = clusters::get_cluster(id, "one").send(&client).await.unwrap();
    assert_eq!(listed[0].cluster_id, one.id);

    clusters::delete_cluster(id, "one").send(&client).await.unwrap();
    let project = projects::get_group(id).send(&client).await.unwrap();
    assert_eq!(project.cluster_count, Some(1));
}

#[tokio::test]
#[expect(deprecated, reason = "an older version is read")]
async fn a_cluster_has_a_connection_string_of_its_own_in_each_version() {
    let (_fake, client) = start().await;
    clusters::create_cluster("g1", &cluster("Prod_1")).send(&client).await.unwrap();
    let now = clusters::get_cluster("g1", "Prod_1").send(&client).await.unwrap();
    let strings = now.connection_strings.clone().unwrap();
    let standard = strings.standard.unwrap();
    assert!(standard.starts_with("mongodb://prod-1."), "{standard}");
    assert!(strings.standard_srv.unwrap().starts_with("mongodb+srv://prod-1."));
    assert!(now.create_date.clone().unwrap().timestamp().is_ok());
    let then =
        clusters::v2023_02_01::get_cluster("g1", "Prod_1").send(&client).await.unwrap();
    assert_eq!(then.id, now.id);
    assert_eq!(then.connection_strings.clone().unwrap().standard.unwrap(), standard);
}

#[tokio::test]
async fn a_service_account_has_its_secrets_once() {
    let (fake, client) = start().await;
    let request = OrgServiceAccountRequest {
        name: set("robot"),
        description: set("Rotates."),
        roles: list(["ORG_MEMBER"]),
        secret_expires_after_hours: set(8),
        ..Default::default()
    };
    let create = service_accounts::create_org_service_account(ORG, &request);
    let made = create.send(&client).await.unwrap();
    let id = made.client_id.clone().unwrap();
    let [secret] = made.secrets.as_deref().unwrap() else { panic!("{made:?}") };
    let first = secret.secret.clone().unwrap();
    assert!(id.starts_with("mdb_sa_id_") && first.starts_with("mdb_sa_sk_"));

    let get = service_accounts::get_org_service_account(ORG, &id);
    let got = get.send(&client).await.unwrap();
    assert_eq!((&got.name, &got.client_id), (&set("robot"), &made.client_id));
    let [again] = got.secrets.as_deref().unwrap() else { panic!("{got:?}") };
    assert_eq!((&again.id, &again.secret), (&secret.id, &None));
    let shown = again.masked_secret_value.clone().unwrap();
    assert!(shown.contains("***") && !shown.contains(&first), "{shown}");

    // The robot uses its first secret; a second is added, and the first deleted.
    let robot = with(&fake, Credentials::service_account(&id, &first));
    projects::list_groups().send(&robot).await.unwrap();
    let more = ServiceAccountSecretRequest {
        secret_expires_after_hours: set(8),
        ..Default::default()
    };
    let add = service_accounts::create_org_secret(ORG, &id, &more);
    let second = add.send(&client).await.unwrap().secret.clone().unwrap();
    assert_ne!(first, second);
    let got = get.send(&client).await.unwrap();
    assert_eq!(got.secrets.as_deref().unwrap().len(), 2);
    let rotated = with(&fake, Credentials::service_account(&id, &second));
    projects::list_groups().send(&rotated).await.unwrap();
    let delete =
        service_accounts::delete_org_secret(ORG, &id, secret.id.as_deref().unwrap());
    delete.send(&client).await.unwrap();
    assert_eq!(get.send(&client).await.unwrap().secrets.as_deref().unwrap().len(), 1);
    let old = with(&fake, Credentials::service_account(&id, &first));
    assert!(projects::list_groups().send(&old).await.unwrap_err().is_unauthorized());
    service_accounts::delete_org_service_account(ORG, &id).send(&client).await.unwrap();
    assert!(get.send(&client).await.unwrap_err().is_not_found());
    let gone = with(&fake, Credentials::service_account(&id, &second));
    assert!(projects::list_groups().send(&gone).await.unwrap_err().is_unauthorized());
}

#[tokio::test]
async fn an_api_key_shows_its_private_key_once() {
    let (fake, client) = start().await;
    let request = CreateAtlasOrganizationApiKey {
        desc: set("ci"),
        roles: list(["ORG_MEMBER"]),
        ..Default::default()
    };
    let made = programmatic_api_keys::create_org_api_key(ORG, &request);
    let made = made.send(&client).await.unwrap();
    let (public, private) =
        (made.public_key.clone().unwrap(), made.private_key.clone().unwrap());
    let id = made.id.as_deref().unwrap();
    let got =
        programmatic_api_keys::get_org_api_key(ORG, id).send(&client).await.unwrap();
    assert_eq!(got.public_key, made.public_key);
    let shown = got.private_key.clone().unwrap();
    assert!(shown.starts_with("***") && private.ends_with(&shown[8..]), "{shown}");
    let by_key = with(&fake, Credentials::api_key(&public, &private));
    projects::list_groups().send(&by_key).await.unwrap();
}

#[tokio::test]
async fn unions_are_filled_and_places_with_two_paths_are_one() {
    let (_fake, client) = start().await;
    let page =
        alert_configurations::list_alert_configs("g1").send(&client).await.unwrap();
    assert!(page.items().is_empty());
    let create = types::CloudProviderEndpointServiceRequest {
        provider_name: Some("AWS".into()),
        region: set("US_EAST_1"),
        ..Default::default()
    };
    let create =
        private_endpoint_services::create_private_endpoint_service("g1", &create);
    let made = create.send(&client).await.unwrap();
    let types::EndpointService::Aws(made) = made.into_value() else {
        panic!("a variant")
    };
    let id = made.id.unwrap();
    let get =
        private_endpoint_services::get_private_endpoint_service("g1", "AWS".into(), &id);
    get.send(&client).await.unwrap();
    let none = private_endpoint_services::get_private_endpoint_service(
        "g1",
        "AZURE".into(),
        &id,
    );
    assert!(none.send(&client).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn what_is_missing_is_named_in_the_services_format() {
    let (_fake, client) = start().await;
    let nothing = projects::create_group(&Group::default());
    let error = nothing.send(&client).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    let api = error.api();
    assert_eq!(api.error_code.as_deref(), Some("VALIDATION_ERROR"));
    let text = format!("{api:?}");
    assert!(text.contains("name") && text.contains("orgId"), "{text}");
}

#[tokio::test]
async fn a_role_that_is_missing_is_refused_with_401() {
    let (fake, client) = start().await;
    fake.lack_role(&projects::create_group(&group("")), "NOT_ORG_GROUP_CREATOR");
    let refused = projects::create_group(&group("a")).send(&client).await.unwrap_err();
    assert_eq!(refused.status(), Some(401));
    assert_eq!(refused.api().error_code.as_deref(), Some("NOT_ORG_GROUP_CREATOR"));
    projects::list_groups().send(&client).await.unwrap();
    fake.on(&projects::list_groups()).slow(Duration::from_millis(1)).pass();
    projects::list_groups().send(&client).await.unwrap();
}

#[tokio::test]
async fn many_projects_are_there_at_once_and_buckets_count() {
    let (fake, client) = start().await;
    fake.seed(10_000, 3);
    let limit = RateLimit::new(3, 3, Duration::from_secs(3600));
    fake.set_rate_limit(Some(limit.endpoint_sets(EndpointSets::ByGroup)));
    let last =
        projects::list_groups().items_per_page(500).page_num(20).send(&client).await;
    let last = last.unwrap();
    assert_eq!((last.items().len(), last.total_count), (500, Some(10_000)));
    let id = last.items()[499].id.as_deref().unwrap();
    assert_eq!(last.items()[499].cluster_count, Some(3));
    let limits = last.rate_limit().unwrap();
    assert_eq!((limits.limit, limits.remaining), (Some(3), Some(2)));
    for _ in 0..2 {
        projects::get_group(id).send(&client).await.unwrap();
    }
    let refused = projects::get_group(id).send(&client).await.unwrap_err();
    assert_eq!(refused.status(), Some(429));
    assert_eq!(refused.api().error_code.as_deref(), Some("RATE_LIMITED"));
    let listed = clusters::list_clusters(id).send(&client).await.unwrap();
    assert_eq!(listed.items().len(), 3);
    let buckets = fake.buckets();
    let counts: Vec<_> =
        buckets.iter().map(|it| (&*it.endpoint_set, it.admitted, it.refused)).collect();
    assert_eq!(counts, [("Clusters", 1, 0), ("Projects", 3, 1)]);
    // Not every document lists the limits.
    let mut entries = atlas_admin::registry::entries();
    if let Some(entry) = entries.find(|it| it.operation.path == RATE_LIMITS) {
        let version = entry.operation.version;
        let request = Request::raw(Method::Get, RATE_LIMITS, version);
        let sets = request.send(&client).await.unwrap();
        let text = atlas_admin::codec::encode(&*sets).unwrap();
        let sets: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let mut sets = sets["results"].as_array().unwrap().iter();
        let projects = sets.find(|it| it["endpointSetId"] == "Projects").unwrap();
        assert_eq!(projects["capacity"]["value"], 3);
    }
}

#[tokio::test]
async fn what_is_seeded_twice_is_there_once() {
    let (fake, client) = start().await;
    fake.seed(1, 1);
    fake.seed(2, 2);
    let groups = projects::list_groups().send(&client).await.unwrap();
    assert_eq!(groups.items().len(), 2);
    for group in groups.items() {
        assert_eq!(group.cluster_count, Some(2));
        let list = clusters::list_clusters(group.id.as_deref().unwrap());
        let listed = list.send(&client).await.unwrap();
        let names: Vec<_> =
            listed.items().iter().map(|it| it.name.as_deref().unwrap()).collect();
        assert_eq!(names, ["cluster-0", "cluster-1"]);
    }
}

#[tokio::test]
async fn a_service_account_has_a_hundred_tokens_at_a_time() {
    let (fake, client) = start().await;
    projects::list_groups().send(&client).await.unwrap();
    let mut clients = vec![client];
    for _ in 1..100 {
        let client = fake.client_builder().build().unwrap();
        projects::list_groups().send(&client).await.unwrap();
        clients.push(client);
    }
    let one_more = fake.client_builder().retry(RetryPolicy::never()).build().unwrap();
    let refused = projects::list_groups().send(&one_more).await.unwrap_err();
    assert!(refused.to_string().contains("MAX_ACTIVE_TOKENS_EXCEEDED"), "{refused}");
    clients[0].revoke().await.unwrap();
    projects::list_groups().send(&one_more).await.unwrap();
}

#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let lifetime = Duration::from_secs(0);
    let fake = FakeService::builder().token_lifetime(lifetime).start().await.unwrap();
    let client = fake.client_builder().retry(RetryPolicy::never()).build().unwrap();
    let refused = projects::list_groups().send(&client).await.unwrap_err();
    assert!(refused.is_unauthorized(), "{refused}");
}
