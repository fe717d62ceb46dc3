//! Resources that are stored without a request: projects with clusters, and rate limits.

use std::collections::BTreeMap;

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::json;

use crate::place::Place;
use crate::rate_limit::RateLimit;
use crate::routes::Routes;
use crate::store::Store;
use crate::values::Fill;

const ORGANIZATION: &str = "5a0a1e7e0f2912c554080adc";
const GROUPS: &str = "/api/atlas/v2/groups";
const CLUSTERS: &str = "/api/atlas/v2/groups/{groupId}/clusters";
const RATE_LIMITS: &str = "/api/atlas/v2/rateLimits";

/// Stores projects of one organization, each with clusters.
pub(crate) fn projects(
    store: &mut Store,
    routes: &Routes,
    projects: usize,
    clusters: usize,
) {
    for number in 0..projects {
        let id = format!("{:024x}", (0xfa4e_u128 << 64) + number as u128);
        let project = json!({
            "id": id.as_str(),
            "name": format!("project-{number}"),
            "orgId": ORGANIZATION,
        });
        if number == 0 {
            store.ensure_named(routes, &project, &[]);
        }
        let key = [("groupId".to_owned(), id)];
        let place =
            Place { path: GROUPS.to_owned(), template: GROUPS, key: &key, known: &key };
        store.put(&place, project, Fill::Rest);
        let path = format!("{GROUPS}/{}/clusters", key[0].1);
        for cluster in 0..clusters {
            let name = format!("cluster-{cluster}");
            let json = json!({"name": name.as_str()});
            let known = [key[0].clone(), ("clusterName".to_owned(), name)];
            let place = Place {
                path: path.clone(),
                template: CLUSTERS,
                key: &known[1..],
                known: &known,
            };
            store.put(&place, json, Fill::Rest);
        }
    }
}

/// Stores the endpoint sets of a rate limit, as the API lists them.
pub(crate) fn rate_limits(
    store: &mut Store,
    routes: &Routes,
    limit: Option<&RateLimit>,
) {
    store.collections.remove(RATE_LIMITS);
    let Some(limit) = limit else { return };
    let mut sets: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for entry in routes.entries() {
        let operation = entry.operation;
        let endpoint =
            json!({"method": operation.method.as_str(), "path": operation.path});
        let endpoints = sets.entry(limit.set_of(operation)).or_default();
        if !endpoints.contains(&endpoint) {
            endpoints.push(endpoint);
        }
    }
    for (set, endpoints) in sets {
        let key = [("endpointSetId".to_owned(), set.to_owned())];
        let place = Place {
            path: RATE_LIMITS.to_owned(),
            template: RATE_LIMITS,
            key: &key,
            known: &key,
        };
        let json = json!({
            "endpointSetId": set,
            "endpointSetName": set,
            "scope": limit.scope_name(),
            "capacity": {"value": limit.capacity},
            "refillRate": {"value": limit.refill},
            "refillDurationSeconds": {"value": limit.per.as_secs().max(1)},
            "endpoints": Json::Array(endpoints),
        });
        store.put(&place, json, Fill::Rest);
    }
}
