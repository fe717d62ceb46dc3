//! The example `operations` finds the right operations, and its output can be copied into a
//! program.
#![cfg(all(feature = "full", feature = "older-versions", feature = "registry"))]

#[path = "../examples/operations/found.rs"]
mod found;
#[path = "../examples/operations/search.rs"]
mod search;

use found::Found;

fn found(words: &[&str]) -> Vec<Found> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    search::search(&words)
}

/// Returns the ids of the operations that are found, the best first.
fn ids(words: &[&str]) -> Vec<&'static str> {
    found(words).iter().map(|found| found.newest().operation.id).collect()
}

#[test]
fn an_operation_is_found_by_each_of_its_names_and_by_its_path() {
    for words in [
        &["getGroupCluster"][..],
        &["get", "cluster"],
        &["getCluster"],
        &["get_cluster"],
        &["clusters::get_cluster"],
    ] {
        assert_eq!(ids(words).first(), Some(&"getGroupCluster"), "{words:?}");
    }
    let path = "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}";
    assert_eq!(ids(&[path, "get"]).first(), Some(&"getGroupCluster"));
    let under = ids(&["/groups/{id}/clusters"]);
    assert_eq!(under[..2], ["createGroupCluster", "listGroupClusters"]);
    assert!(
        under.contains(&"getGroupCluster") && !under.contains(&"getOrg"),
        "{under:?}"
    );
    assert!(!ids(&["clusters/pause"]).is_empty(), "no such path, so these are words");
}

#[test]
fn what_people_type_leads_to_what_they_want() {
    for (typed, wanted) in [
        ("clusters pause", "updateGroupCluster"),
        ("invoice csv", "getOrgInvoiceCsv"),
        ("add ip access list", "createGroupAccessListEntry"),
        ("rotate secret", "createGroupServiceAccountSecret"),
        ("backup restore", "cancelGroupClusterBackupRestoreJob"),
        ("create user", "createGroupDatabaseUser"),
        ("remove project", "deleteGroup"),
        ("download logs", "downloadGroupClusterLog"),
    ] {
        assert_eq!(ids(&[typed]).first(), Some(&wanted), "{typed}: {:?}", ids(&[typed]));
    }
}

#[test]
fn several_words_narrow_the_search() {
    let clusters = ids(&["clusters"]);
    let paused = ids(&["clusters", "pause"]);
    assert!(paused.len() < clusters.len(), "{} of {}", paused.len(), clusters.len());
    // No operation has that name: the word is in the body that pauses a cluster.
    assert!(paused[..2].contains(&"updateGroupCluster"), "{paused:?}");
}

#[test]
fn an_operation_is_told_in_a_line() {
    let lines: Vec<String> =
        found(&["clusters", "pause"]).iter().map(Found::line).collect();
    let line = "clusters::update_cluster  PATCH /api/atlas/v2/groups/{groupId}/clusters/{clusterName}";
    assert!(lines.iter().any(|other| other == line), "{lines:#?}");
}

#[test]
fn case_and_number_make_no_difference() {
    assert!(!ids(&["CLUSTER"]).is_empty());
    assert_eq!(ids(&["CLUSTERS", "Pause"]), ids(&["cluster", "pause"]));
}

#[test]
fn roles_and_groups_are_searched() {
    let by_role = ids(&["backup", "manager"]);
    assert!(!by_role.is_empty());
    assert!(
        ids(&["x.509"]).contains(&"createGroupDatabaseUserCert"),
        "{:?}",
        ids(&["x.509"])
    );
}

#[test]
fn a_word_that_nothing_has_does_not_hide_the_others() {
    assert_eq!(ids(&["getGroupCluster", "zeppelin"]), ids(&["getGroupCluster"]));
}

#[test]
fn where_nothing_is_found_it_says_what_to_try() {
    assert!(ids(&["zeppelin"]).is_empty());
    assert!(ids(&["/"]).is_empty() && ids(&["/{}/"]).is_empty(), "they say nothing");
    assert_eq!(ids(&["/", "getGroupCluster"]), ids(&["getGroupCluster"]));
    let advice = search::advice(&["zeppelin".to_owned()]);
    assert!(advice.contains("zeppelin") && advice.contains("Clusters,"), "{advice}");
    assert!(ids(&[]).is_empty());
    assert!(search::advice(&[]).contains("--example operations --"));
}

#[test]
fn what_is_printed_can_be_copied() {
    let create = &found(&["createGroupCluster"])[0];
    assert_eq!(
        create.call(),
        "use atlas_admin::{clusters, types};\n\
         let body = types::ClusterDescription20240805 { ..Default::default() };\n\
         let response = clusters::create_cluster(group_id, &body).send(&client).await?;"
    );
    let delete = &found(&["deleteGroupCluster"])[0];
    assert_eq!(
        delete.call(),
        "use atlas_admin::clusters;\n\
         clusters::delete_cluster(group_id, cluster_name).send(&client).await?;"
    );
    assert_eq!(
        delete.signature(),
        "clusters::delete_cluster(group_id: &str, cluster_name: &str) -> ()"
    );
    let text = create.to_string();
    for fact in [
        "POST /api/atlas/v2/groups/{groupId}/clusters",
        "Project Cluster Creator",
        "2024-10-23  clusters::create_cluster\n",
        "2024-08-05  clusters::v2024_08_05::create_cluster, may be gone after ",
        "Use-Effective-Instance-Fields",
    ] {
        assert!(text.contains(fact), "{fact} in\n{text}");
    }
}
