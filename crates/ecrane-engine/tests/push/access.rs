//! Credentials that end, and new ones.

use crate::image;
use crate::registry::{Server, credentials};
use ecrane_core::auth::Credentials;
use ecrane_core::lifecycle::image::Moment;
use ecrane_core::name::Tag;
use ecrane_engine::push::{Delivery, push};
use ecrane_engine::registry::{Patience, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Credentials that end so many seconds from now.
fn ending_in(server: &Server, seconds: u64) -> Credentials {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let ends = now.unwrap().as_secs() + seconds;
    Credentials {
        ends: Some(Moment::from_seconds(i64::try_from(ends).unwrap())),
        ..credentials(&server.host)
    }
}

/// Pushes with credentials that end in a minute, and says how often new ones
/// were asked for; they end after `then` seconds, or cannot be had.
async fn renewals(then: Option<u64>) -> usize {
    let server = Server::start();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let renewed = then.map(|seconds| ending_in(&server, seconds));
    let registry = Registry::new(&ending_in(&server, 60), Patience::default())
        .unwrap()
        .with_refresh(Box::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let renewed = renewed.clone().ok_or_else(|| "the session is over".into());
            Box::pin(async move { renewed })
        }));
    let layout = image::single();
    let layout = layout.read();
    let tags: [Tag; 2] = ["v1", "v2"].map(|tag| tag.parse().unwrap());
    let repository = "app".parse().unwrap();
    let delivery = Delivery::new(&layout, &tags);
    push(&registry, &repository, &delivery, |_| {})
        .await
        .unwrap();
    asked.load(Ordering::SeqCst)
}

#[tokio::test]
async fn credentials_are_renewed_before_they_end_once_for_all_requests() {
    assert_eq!(renewals(Some(12 * 3600)).await, 1);
    // If newer ones do not last longer, they are what there is.
    assert_eq!(renewals(Some(60)).await, 1);
    // If there are none, the old ones are still good.
    assert_eq!(renewals(None).await, 1);
}
