//! The waits of the registry can begin and end, and those of two operation groups are run.

#[cfg(all(
    feature = "full",
    feature = "registry",
    feature = "preview",
    feature = "older-versions"
))]
mod facts {
    use std::collections::BTreeSet;

    use atlas_admin::codec::View;
    use atlas_admin::operation::{Operation, Source, Wait};
    use atlas_admin::registry::{Entry, Payload, entries};

    fn waits() -> impl Iterator<Item = (&'static Entry, &'static Wait)> {
        entries().filter_map(|entry| Some((entry, entry.operation.wait?)))
    }

    fn entry(operation: &Operation) -> &'static Entry {
        entries()
            .find(|entry| {
                entry.operation.id == operation.id
                    && entry.operation.version == operation.version
            })
            .unwrap_or_else(|| panic!("{} is in the registry", operation.id))
    }

    fn names(path: &str) -> Vec<&str> {
        path.split('{')
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('}')?.0))
            .collect()
    }

    /// Tells whether a JSON body declares one of some properties. Unions are not checked here: the
    /// generator, which knows their variants, checks them.
    fn declares(entry: &Entry, names: &[&str]) -> bool {
        let Some((_, Payload::Json(make))) = entry.responses.first() else {
            return false;
        };
        match make().view() {
            View::Record(record) => {
                names.iter().any(|name| record.table().index_of(name).is_some())
            }
            View::Union(_) => true,
            _ => false,
        }
    }

    fn assert_filled(
        call: &Entry,
        target: &Operation,
        sources: &[Source],
        is_item: bool,
    ) {
        let call_names = names(call.operation.path);
        assert_eq!(sources.len(), names(target.path).len(), "{}", call.operation.id);
        for source in sources {
            let is_known = match source {
                Source::Request(name) => call_names.contains(name),
                Source::Response(names) => declares(call, names),
                Source::Item(names) => is_item && !names.is_empty(),
            };
            assert!(is_known, "{}: {source:?}", call.operation.id);
        }
    }

    #[test]
    fn every_parameter_of_every_wait_can_be_filled() {
        for (call, wait) in waits() {
            let polled = wait.poll.as_ref().expect("none is long-running only yet");
            let is_item = polled.each.is_some();
            assert_filled(call, polled.operation, polled.parameters, is_item);
            if let Some(each) = &polled.each {
                assert_filled(call, each.list, each.parameters, false);
            }
            let target = entry(polled.operation);
            assert!(polled.properties.is_empty() || declares(target, polled.properties));
            assert!(polled.gone || !polled.properties.is_empty());
        }
    }

    #[test]
    fn a_pinned_call_polls_its_own_version_where_there_is_one() {
        let mut own = 0;
        for (call, wait) in waits() {
            let polled = wait.poll.as_ref().expect("a polled operation");
            let version = call.operation.version;
            let versions = || {
                let all =
                    entries().filter(|entry| entry.operation.id == polled.operation.id);
                all.map(|entry| entry.operation.version)
            };
            let stable = versions().filter(|version| version.to_string() != "preview");
            let is_newest = stable.max() == Some(polled.operation.version);
            own += usize::from(!is_newest && polled.operation.version == version);
            // A version that was the newest once is polled still: newer ones come after it.
            let is_passed_over = versions()
                .any(|other| polled.operation.version < other && other <= version);
            assert!(is_newest || !is_passed_over, "{}", call.operation.id);
        }
        assert!(own >= 4, "{own}: of clusters and of search deployments at least");
    }

    #[test]
    fn the_calls_that_are_waited_for_are_those_of_the_overlay() {
        let ids: BTreeSet<&str> = waits().map(|(call, _)| call.operation.id).collect();
        let summary = include_str!("../../../spec/summary.toml");
        let counted = summary.lines().find_map(|line| line.strip_prefix("waits = "));
        assert_eq!(counted, Some(&*ids.len().to_string()));
    }
}

#[cfg(all(feature = "clusters", feature = "database-users"))]
mod calls {
    use atlas_admin::testing::{self, ANY};
    use atlas_admin::types::{ClusterDescription20240805, StateName};
    use atlas_admin::{clusters, database_users};
    use serde_json::json;

    #[tokio::test]
    async fn a_cluster_is_made_and_deleted() {
        let (client, atlas) = testing::mock_client();
        let state =
            |state: &str| json!({"name": "prod", "groupId": "g", "stateName": state});
        let create = clusters::create_cluster("g", &Default::default());
        atlas.on(&create).respond_json(state("CREATING"));
        atlas
            .on(&clusters::get_cluster("g", "prod"))
            .fail(404, "CLUSTER_NOT_FOUND", "No cluster.")
            .respond_json(state("CREATING"))
            .respond_json(state("IDLE"))
            .respond_json(state("DELETING"))
            .fail(404, "CLUSTER_NOT_FOUND", "No cluster.");
        let mut seen = Vec::new();
        let cluster: ClusterDescription20240805 = create
            .send_and_wait(&client)
            .on_progress(|progress| seen.push(progress.to_string()))
            .await
            .unwrap();
        assert_eq!(cluster.state_name, Some(StateName::Idle));
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1], "stateName: CREATING after 10 s");

        let delete = clusters::delete_cluster("g", "prod");
        atlas.on(&delete).respond(());
        let accepted = delete.send(&client).await.unwrap();
        let () = delete.wait(&client, &accepted).await.unwrap();
    }

    #[tokio::test]
    async fn a_new_user_is_on_every_cluster() {
        let (client, atlas) = testing::mock_client();
        let create = database_users::create_database_user("g", &Default::default());
        atlas.on(&create).respond_json(json!({"username": "u"}));
        atlas.on(&clusters::list_clusters("g")).respond_json(
            json!({"results": [{"name": "a"}, {"name": "b"}], "links": []}),
        );
        for name in ["a", "b"] {
            atlas
                .on(&clusters::get_cluster_status("g", name))
                .respond_json(json!({"changeStatus": "PENDING"}))
                .respond_json(json!({"changeStatus": "APPLIED"}));
        }
        let () = create.send_and_wait(&client).await.unwrap();
        let polls = atlas.requests_for(&clusters::get_cluster_status(ANY, ANY));
        assert_eq!(polls.len(), 4);
    }
}
