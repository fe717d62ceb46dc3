//! Measures how fast an inventory of many projects is, compared with the rate limits of the
//! service.
//!
//! ```sh
//! cargo run --release -p atlas-admin-fake --example inventory [projects]
//! ```

#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use atlas_admin::types::{Group, PaginatedAtlasGroupView};
use atlas_admin::{Client, clusters, projects};
use atlas_admin_fake::{EndpointSets, FakeService, RateLimit, Scope};
use futures_util::StreamExt;

const TASKS: usize = 64;

/// Capacity, refill, and the time between two refills in milliseconds.
const LIMITS: [(u64, u64, u64); 5] = [
    (1000, 500, 1000),
    (1000, 50, 100),
    (1200, 2400, 5000),
    (100, 1000, 1000),
    (50, 10, 20),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse())?;
    // A runtime of its own for the fake, so that it runs in parallel with the clients.
    let service_runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    println!("{count} projects, {TASKS} tasks");
    println!(
        "clients  scope        bucket           allowed   taken   ratio  requests  429  buckets"
    );
    for (clients, scope, sets) in [
        (1, Scope::Credentials, EndpointSets::One),
        (1, Scope::Project, EndpointSets::ByGroup),
        (2, Scope::Credentials, EndpointSets::One),
    ] {
        for (capacity, refill, per) in LIMITS {
            let service = service_runtime.block_on(FakeService::start())?;
            service.seed(count, 1);
            let per = Duration::from_millis(per);
            let limit = RateLimit::new(capacity, refill, per);
            let limit = limit.endpoint_sets(sets).scope(scope).retry_after(false);
            service.set_rate_limit(Some(limit));
            let start = Instant::now();
            runtime.block_on(inventory(&service, clients, count))?;
            let taken = start.elapsed();
            let buckets = service.buckets();
            let admitted: u64 = buckets.iter().map(|bucket| bucket.admitted).sum();
            let refused: u64 = buckets.iter().map(|bucket| bucket.refused).sum();
            let fullest = buckets.iter().map(|bucket| bucket.admitted).max();
            let needs = fullest.unwrap_or_default().saturating_sub(capacity);
            // A refill beyond the capacity is lost.
            let allowed = per * u32::try_from(needs.div_ceil(refill.min(capacity)))?;
            println!(
                "{clients:7}  {:11}  {:15}  {:6.2} s  {:5.2} s  {:5.2}  {admitted:8}  {refused:3}  {:7}",
                format!("{scope:?}"),
                format!("{capacity}+{refill}/{per:?}"),
                allowed.as_secs_f64(),
                taken.as_secs_f64(),
                taken.as_secs_f64() / allowed.as_secs_f64(),
                buckets.len(),
            );
        }
    }
    Ok(())
}

/// Lists the projects, and the clusters of each.
async fn inventory(
    service: &FakeService,
    clients: usize,
    count: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let clients: Vec<Client> = (0..clients)
        .map(|_| service.client_builder().timeout(Duration::from_secs(3600)).build())
        .collect::<Result<_, _>>()?;
    let list = projects::list_groups().items_per_page(500).stream(&clients[0]).ahead(4);
    let found: Vec<Group> = list.map(Result::unwrap).collect().await;
    assert_eq!(
        found.len(),
        count,
        "{}",
        std::any::type_name::<PaginatedAtlasGroupView>()
    );
    let (found, next) = (Arc::new(found), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let client = clients[task % clients.len()].clone();
            let (found, next) = (Arc::clone(&found), Arc::clone(&next));
            tokio::spawn(async move {
                while let Some(group) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let id = group.id.as_deref().unwrap_or_default();
                    clusters::list_clusters(id).send(&client).await?;
                }
                Ok::<(), atlas_admin::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}
