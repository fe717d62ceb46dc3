//! Rules for single operations, as data. Everything else follows from the shapes of paths and
//! types.

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::json;

/// The prefix of public operations (`security: []`), which clients call without credentials.
pub(crate) const PUBLIC: &str = "/api/atlas/v2/unauth/";

/// A path whose resources are those of another path.
pub(crate) struct Alias {
    /// The template of the request.
    pub(crate) template: &'static str,
    /// The template of the place that the request refers to.
    pub(crate) place: &'static str,
    /// The source of a parameter of `place` that `template` lacks: its position, its name, and the
    /// property of the body.
    pub(crate) from_body: Option<(usize, &'static str, &'static str)>,
    /// A parameter of `template` that `place` lacks, and the property that it sets.
    pub(crate) renamed: Option<(&'static str, &'static str)>,
}

macro_rules! groups {
    ($rest:literal) => {
        concat!("/api/atlas/v2/groups/{groupId}", $rest)
    };
}

/// The paths that refer to resources of another path.
pub(crate) const ALIASES: &[Alias] = &[
    // The service is created without its provider in the path, and found with it.
    Alias {
        template: groups!("/privateEndpoint/endpointService"),
        place: groups!("/privateEndpoint/{cloudProvider}/endpointService"),
        from_body: Some((1, "cloudProvider", "providerName")),
        renamed: None,
    },
    // Processors are listed in the plural, and created in the singular.
    Alias {
        template: groups!("/streams/{tenantName}/processors"),
        place: groups!("/streams/{tenantName}/processor"),
        from_body: None,
        renamed: None,
    },
    // The former path of search indexes.
    Alias {
        template: groups!("/clusters/{clusterName}/fts/indexes"),
        place: groups!("/clusters/{clusterName}/search/indexes"),
        from_body: None,
        renamed: None,
    },
    Alias {
        template: groups!("/clusters/{clusterName}/fts/indexes/{indexId}"),
        place: groups!("/clusters/{clusterName}/search/indexes/{indexId}"),
        from_body: None,
        renamed: None,
    },
    Alias {
        template: groups!(
            "/clusters/{clusterName}/fts/indexes/{databaseName}/{collectionName}"
        ),
        place: groups!(
            "/clusters/{clusterName}/search/indexes/{databaseName}/{collectionName}"
        ),
        from_body: None,
        renamed: None,
    },
    // A sample load is started by the name of its cluster, and found by its own id.
    Alias {
        template: groups!("/sampleDatasetLoad/{name}"),
        place: groups!("/sampleDatasetLoad"),
        from_body: None,
        renamed: Some(("name", "clusterName")),
    },
    // A workspace with sample connections is a workspace.
    Alias {
        template: groups!("/streams:withSampleConnections"),
        place: groups!("/streams"),
        from_body: None,
        renamed: None,
    },
    // All containers, of any provider.
    Alias {
        template: groups!("/containers/all"),
        place: groups!("/containers"),
        from_body: None,
        renamed: None,
    },
    // The clusters of all projects, listed by project.
    Alias {
        template: "/api/atlas/v2/clusters",
        place: "/api/atlas/v2/groups",
        from_body: None,
        renamed: None,
    },
];

/// The discriminator and its value that select the variant of a new resource, where that is not
/// the first variant: a user is invited before being a member.
pub(crate) const BEGINS_AS: &[(&str, &str)] = &[("orgMembershipStatus", "PENDING")];

/// The properties of a request that the response repeats under other names: the template of the
/// operation, the name in the request, and the names in the response.
pub(crate) const RENAMED: &[(&str, &str, &[&str])] = &[
    // The id of the endpoint has a name for each provider.
    (
        groups!(
            "/privateEndpoint/{cloudProvider}/endpointService/{endpointServiceId}/endpoint"
        ),
        "id",
        &["interfaceEndpointId", "privateEndpointResourceId"],
    ),
];

/// The lists with a path of their own that the service fills when it creates a resource: a new
/// service account has a secret.
pub(crate) const FILLED_AT_CREATION: &[&str] = &["secrets"];

/// Returns the service's response instead of 404 for a resource that was not created.
pub(crate) fn absent(template: &str) -> Option<Json> {
    match template {
        // Recorded: 200 and an empty object where no search deployment exists.
        groups!("/clusters/{clusterName}/search/deployment") => Some(json!({})),
        // The Atlas CLI reads this state as "not configured".
        groups!("/pushBasedLogExport") => Some(json!({"state": "UNCONFIGURED"})),
        _ => None,
    }
}

/// The prefixes of the former API and of the present one. Most resources are the same in both; the
/// former API has the properties of the first version.
pub(crate) const FORMER: (&str, &str) = ("/api/atlas/v1.0", "/api/atlas/v2");

/// An endpoint that the document doesn't declare, but clients of the service call.
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// Whether it requires credentials.
    pub(crate) authenticates: bool,
    pub(crate) status: u16,
    pub(crate) body: &'static str,
}

/// The endpoints that the document doesn't declare. `mongodb-mcp-server` calls all three.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    // The caller's address, for its access list.
    Endpoint {
        method: "GET",
        path: "/api/private/ipinfo",
        authenticates: true,
        status: 200,
        body: r#"{"currentIpv4Address":"127.0.0.1"}"#,
    },
    // Telemetry, which is discarded.
    Endpoint {
        method: "POST",
        path: "/api/private/v1.0/telemetry/events",
        authenticates: true,
        status: 200,
        body: "{}",
    },
    Endpoint {
        method: "POST",
        path: "/api/private/unauth/telemetry/events",
        authenticates: false,
        status: 200,
        body: "{}",
    },
];

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;
    use crate::routes::Routes;

    #[test]
    fn every_template_is_one_of_the_document() {
        let routes = Routes::new(atlas_admin::registry::entries());
        for Alias { template, place, .. } in ALIASES {
            assert!(!routes.of(template).is_empty(), "{template}");
            let is_place = routes.of(place).len() + routes.below(place).len() > 0;
            assert!(is_place, "{place}");
        }
        for (template, ..) in RENAMED {
            assert!(!routes.of(template).is_empty(), "{template}");
        }
        assert_eq!(routes.top_level("orgId"), Some("/api/atlas/v2/orgs"));
        assert_eq!(routes.top_level("groupId"), Some("/api/atlas/v2/groups"));
        assert_eq!(routes.top_level("clusterName"), None);
    }
}
