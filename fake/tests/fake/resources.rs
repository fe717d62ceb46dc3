//! Resources that tests send.

use atlas_admin::set;
use atlas_admin::types::{ClusterDescription20240805, Group};

/// The organization of the projects.
pub const ORG: &str = "5a0a1e7e0f2912c554080adc";

pub fn group(name: &str) -> Group {
    Group { name: set(name), org_id: set(ORG), ..Default::default() }
}

pub fn cluster(name: &str) -> ClusterDescription20240805 {
    ClusterDescription20240805 { name: set(name), ..Default::default() }
}
