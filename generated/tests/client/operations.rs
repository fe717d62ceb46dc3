//! The example `operations` finds the right operations, and its output can be copied into a
//! program.
#![cfg(all(feature = "full", feature = "older-versions", feature = "registry"))]

#[path = "../../examples/operations/found.rs"]
mod found;
#[path = "../../examples/operations/search.rs"]
mod search;

use atlas_admin::registry;
use found::Found;

fn found(words: &[&str]) -> Vec<Found> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    search::search(&words)
}

/// Returns the functions of the operations that are found, the best first. Documents rename
/// operations, but not their functions.
fn functions(words: &[&str]) -> Vec<String> {
    let first_word =
        |line: String| line.split(' ').next().unwrap_or_default().to_owned();
    found(words).iter().map(|found| first_word(found.line())).collect()
}

#[test]
fn the_parts_of_a_signature_are_all_of_it() {
    for entry in registry::entries() {
        let function = entry.function;
        let arguments: Vec<(&str, &str)> = function.arguments().collect();
        for (name, ty) in &arguments {
            assert!(name.chars().all(|it| it.is_alphanumeric() || it == '_'), "{name}");
            assert_eq!(ty.matches('<').count(), ty.matches('>').count(), "{ty}");
        }
        let arguments: Vec<String> =
            arguments.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let (path, output) = (function.path(), function.output());
        let whole = format!("{path}({}) -> {output}", arguments.join(", "));
        assert_eq!(whole, function.signature);
    }
}

#[test]
fn an_operation_is_found_by_each_of_its_names_and_by_its_path() {
    for words in [
        &[found(&["clusters::get_cluster"])[0].newest().operation.id][..],
        &["get", "cluster"],
        &["getCluster"],
        &["get_cluster"],
        &["clusters::get_cluster"],
    ] {
        assert_eq!(functions(words)[0], "clusters::get_cluster", "{words:?}");
    }
    let path = "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}";
    assert_eq!(functions(&[path, "get"])[0], "clusters::get_cluster");
    let under = functions(&["/groups/{id}/clusters"]);
    assert_eq!(under[..2], ["clusters::create_cluster", "clusters::list_clusters"]);
    let has = |function: &str| under.iter().any(|it| it == function);
    assert!(has("clusters::get_cluster") && !has("organizations::get_org"), "{under:?}");
    assert!(
        !functions(&["clusters/pause"]).is_empty(),
        "no such path, so these are words"
    );
}

#[test]
fn what_people_type_leads_to_what_they_want() {
    for (typed, wanted) in [
        ("clusters pause", "clusters::update_cluster"),
        ("invoice csv", "invoices::get_invoice_csv"),
        ("add ip access list", "project_ip_access_list::create_access_list_entry"),
        ("rotate secret", "service_accounts::create_group_secret"),
        ("backup restore", "cloud_backups::cancel_backup_restore_job"),
        ("create user", "database_users::create_database_user"),
        ("remove project", "projects::delete_group"),
        ("change instance size", "clusters::update_cluster"),
        ("resize cluster", "clusters::update_cluster"),
        ("who am i", "root::get_system_status"),
        ("download logs", "monitoring_and_logs::download_cluster_log"),
    ] {
        // The first ones fill a screen; their order depends on what else the document has.
        let found = functions(&[typed]);
        let is_seen = found.iter().take(10).any(|function| function == wanted);
        assert!(is_seen, "{typed}: {found:?}");
    }
}

#[test]
fn several_words_narrow_the_search() {
    let clusters = functions(&["clusters"]);
    let paused = functions(&["clusters", "pause"]);
    assert!(paused.len() < clusters.len(), "{} of {}", paused.len(), clusters.len());
    // No operation has that name: the word is in the body that pauses a cluster.
    let is_first = paused[..2].iter().any(|it| it == "clusters::update_cluster");
    assert!(is_first, "{paused:?}");
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
    assert!(!functions(&["CLUSTER"]).is_empty());
    assert_eq!(functions(&["CLUSTERS", "Pause"]), functions(&["cluster", "pause"]));
}

#[test]
fn roles_and_groups_are_searched() {
    let by_role = functions(&["backup", "manager"]);
    assert!(!by_role.is_empty());
    let found = functions(&["x.509"]);
    let wanted = "x509_authentication::create_database_user_cert";
    assert!(found.iter().any(|function| function == wanted), "{found:?}");
}

#[test]
fn a_word_that_nothing_has_does_not_hide_the_others() {
    assert_eq!(functions(&["get_cluster", "zeppelin"]), functions(&["get_cluster"]));
}

#[test]
fn where_nothing_is_found_it_says_what_to_try() {
    assert!(functions(&["zeppelin"]).is_empty());
    assert!(
        functions(&["/"]).is_empty() && functions(&["/{}/"]).is_empty(),
        "they say nothing"
    );
    assert_eq!(functions(&["/", "get_cluster"]), functions(&["get_cluster"]));
    let advice = search::advice(&["zeppelin".to_owned()]);
    assert!(advice.contains("zeppelin") && advice.contains("Clusters,"), "{advice}");
    assert!(functions(&[]).is_empty());
    assert!(search::advice(&[]).contains("--example operations --"));
}

#[test]
fn what_is_printed_can_be_copied() {
    let create = &found(&["clusters::create_cluster"])[0];
    assert_eq!(
        create.call(),
        "use atlas_admin::{clusters, types};\n\
         let body = types::ClusterDescription20240805 { ..Default::default() };\n\
         let response = clusters::create_cluster(group_id, &body).send(&client).await?;"
    );
    let delete = &found(&["clusters::delete_cluster"])[0];
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
    let operation = create.newest().operation;
    let roles = operation.roles.join(", ");
    let optional: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|parameter| !parameter.required)
        .map(|parameter| parameter.name)
        .collect();
    let optional = optional.join(", ");
    let older = registry::entries().find(|entry| {
        entry.operation.id == operation.id
            && entry.function.path() == "v2024_08_05::create_cluster"
    });
    let over = match older.expect("an older version").operation.sunset {
        Some(day) => format!(", may be gone after {day}"),
        None => String::new(),
    };
    for fact in [
        roles.as_str(),
        optional.as_str(),
        "POST /api/atlas/v2/groups/{groupId}/clusters",
        &format!("{}  clusters::create_cluster\n", operation.version),
        &format!("2024-08-05  clusters::v2024_08_05::create_cluster{over}\n"),
    ] {
        assert!(text.contains(fact), "{fact} in\n{text}");
    }
}
