//! Credentials that end, and new ones.

use crate::faults::run;
use crate::image;
use crate::proxy::Proxy;
use crate::registry::{Server, credentials};
use crate::survival::{hasty, healing};
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

/// Credentials that new ones do not replace are wrong: asking on would not help.
#[tokio::test]
async fn refused_credentials_are_renewed_once() {
    let server = Server::start();
    let folder = image::single();
    let repository = "team/app".parse().unwrap();
    let fault = (
        "HEAD manifest",
        healing("401 token expired").unwrap(),
        usize::MAX,
    );
    let run = run(&server, &repository, &folder.read(), fault, hasty()).await;
    let error = run.result.unwrap_err().to_string();
    assert!(error.contains("does not accept the credentials"), "{error}");
    assert_eq!(run.proxy.seen(), 2);
}

#[tokio::test]
async fn expired_credentials_without_new_ones_are_the_end() {
    let server = Server::start();
    let folder = image::single();
    let fault = healing("403 token expired").unwrap();
    let proxy = Proxy::start(&server.host, "POST upload", fault, 1).await;
    let registry = Registry::new(&proxy.credentials(), hasty()).unwrap();
    let repository = "team/app".parse().unwrap();
    let error = push(
        &registry,
        &repository,
        &Delivery::new(&folder.read(), &[]),
        |_| {},
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string().replace(&proxy.host, "HOST"),
        "`HOST` does not accept the credentials (starting an upload): Your authorization token has expired. Reauthenticate and try again; sign in again"
    );
}
