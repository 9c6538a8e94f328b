//! One fault at a time, at each kind of request that a push makes, between the
//! client and two registries: what heals must not keep a push from its end.

use crate::image::Folder;
use crate::proxy::{Fault, Proxy, answer};
use crate::upstream::Upstream;
use ecrane_core::name::{RepositoryName, Tag};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Delivery, push};
use ecrane_engine::registry::{Named, Patience, Registry};
use flate2::Compression;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Every kind of request that a push makes.
pub(crate) const REQUESTS: [&str; 9] = [
    "HEAD manifest",
    "GET manifest",
    "GET blob",
    "GET content",
    "HEAD blob",
    "POST upload",
    "PATCH blob",
    "PUT blob commit",
    "PUT manifest",
];

/// What must not keep a push from its end, at any of them.
pub(crate) const HEALING: [&str; 15] = [
    "408",
    "429 Retry-After:1",
    "500",
    "502",
    "503",
    "504",
    "RST before reply",
    "RST mid-body",
    "RST after body",
    "done-then-RST",
    "cut reply",
    "cut body",
    "hang 60 s",
    "401 token expired",
    "403 token expired",
];

/// Pushes under way at once. Most of their time they wait.
const AT_ONCE: usize = 12;

pub(crate) fn healing(name: &str) -> Option<Fault> {
    let expired = "Your authorization token has expired. Reauthenticate and try again.";
    Some(match name {
        "429 Retry-After:1" => answer(
            "429 Too Many Requests",
            "Retry-After: 1\r\n",
            "TOOMANYREQUESTS",
            "Rate exceeded",
        ),
        "401 token expired" => answer("401 Unauthorized", "", "UNAUTHORIZED", expired),
        "403 token expired" => answer("403 Forbidden", "", "DENIED", expired),
        "RST before reply" => Fault::Reset,
        "RST mid-body" => Fault::ResetMidBody,
        "RST after body" => Fault::ResetAfterBody,
        "done-then-RST" => Fault::DoneThenReset,
        "cut reply" => Fault::CutReply,
        "cut body" => Fault::CutBody,
        "hang 60 s" => Fault::Hang,
        "416 range" => answer(
            "416 Range Not Satisfiable",
            "",
            "RANGE_INVALID",
            "invalid range",
        ),
        "400 DIGEST_INVALID" => answer("400 Bad Request", "", "DIGEST_INVALID", "other content"),
        status => {
            let status: u16 = status.parse().ok()?;
            answer(&format!("{status} Injected"), "", "UNKNOWN", "injected")
        }
    })
}

/// Waits that suit a test: what takes seconds outside takes milliseconds here.
pub(crate) fn hasty() -> Patience {
    Patience {
        stall: Duration::from_millis(1500),
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(50),
        budget: Duration::from_secs(20),
        ..Patience::default()
    }
}

/// The faults of the registry in the folder of facts, by their ids.
pub(crate) fn facts() -> Vec<String> {
    let Ok(folder) = std::env::var("ECRANE_FACTS") else {
        eprintln!("ECRANE_FACTS is not set: passing over the recorded faults");
        return Vec::new();
    };
    // The variable may be relative to the root of the workspace.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join(folder).join("trust/faults.json");
    let text = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let faults: Value = serde_json::from_slice(&text).unwrap();
    let faults = faults["faults"].as_array().unwrap().iter();
    let ours = faults.filter(|fault| fault["area"] == "registry");
    ours.map(|fault| fault["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A fault of the file that is injected once at a kind of request, as request
/// and fault.
pub(crate) fn once(id: &str) -> Option<(&str, &str)> {
    let id = id.strip_prefix("registry/")?;
    // The one request whose name holds a slash.
    let (request, fault) = match id.strip_prefix("GET /v2//") {
        Some(fault) => ("GET /v2/", fault),
        None => id.split_once('/')?,
    };
    let known = request == "GET /v2/" || REQUESTS.contains(&request);
    (known && healing(fault).is_some()).then_some((request, fault))
}

/// A request that is spoilt: the nth of its kind, from 0, and by what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case {
    pub(crate) request: String,
    pub(crate) nth: usize,
    pub(crate) fault: String,
}

/// Every fault at the first request of each kind, or at every request if it may
/// take its time.
fn cases(requests: &BTreeMap<&'static str, usize>) -> Vec<Case> {
    let long = std::env::var_os("ECRANE_LONG").is_some();
    let mut cases = Vec::new();
    for (request, count) in requests {
        for nth in 0..if long { *count } else { 1 } {
            let case = |fault: &str| Case {
                request: (*request).to_owned(),
                nth,
                fault: fault.to_owned(),
            };
            cases.extend(HEALING.map(case));
            cases.extend(match *request {
                "PATCH blob" => Some(case("416 range")),
                "PUT blob commit" => Some(case("400 DIGEST_INVALID")),
                _ => None,
            });
        }
    }
    let facts = facts();
    cases.extend(
        facts
            .iter()
            .filter_map(|id| once(id))
            .map(|(request, fault)| Case {
                request: request.to_owned(),
                nth: 0,
                fault: fault.to_owned(),
            }),
    );
    cases.sort();
    cases.dedup();
    cases
}

/// An image of a commit, with one large layer (its upload is a PATCH) or a small.
fn commit(revision: &str, created: &str, sizes: &[usize]) -> (Folder, Layout) {
    let labels = json!({
        "org.opencontainers.image.source": "https://example.com/app",
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.created": created,
    });
    let folder = Folder::new();
    let image = folder.image_with("amd64", sizes, &labels, Compression::none());
    folder.name(&[&image]);
    let layout = folder.read();
    (folder, layout)
}

fn tags() -> [Tag; 1] {
    ["latest".parse().unwrap()]
}

/// Moves a tag from an older image through a proxy that spoils one request.
async fn moved(
    (upstream, direct): (&Upstream, &Registry),
    name: &str,
    case: &Case,
    [old, new]: [&Layout; 2],
) -> Run {
    let repository = upstream.repository(name).await;
    push(direct, &repository, &Delivery::new(old, &tags()), |_| {})
        .await
        .unwrap();
    let fault = healing(&case.fault).unwrap_or_else(|| panic!("unknown fault {case:?}"));
    let request = REQUESTS.into_iter().find(|known| *known == case.request);
    let request = request.unwrap_or("GET /v2/");
    let proxy = Proxy::start_at(upstream.host(), request, case.nth, fault, 1).await;
    let credentials = upstream.credentials(&proxy.host);
    let renewed = credentials.clone();
    let registry = Registry::new(&credentials, hasty())
        .unwrap()
        .with_refresh(Box::new(move || {
            let renewed = renewed.clone();
            Box::pin(async move { Ok(renewed) })
        }));
    let result = push(&registry, &repository, &Delivery::new(new, &tags()), |_| {}).await;
    let failure = match result {
        Err(error) => Some(error.to_string()),
        Ok(_) => not_there(direct, &repository, new).await,
    };
    Run { failure, proxy }
}

struct Run {
    failure: Option<String>,
    proxy: Proxy,
}

/// What the registry itself has at the tag, if that is not the image.
async fn not_there(
    registry: &Registry,
    repository: &RepositoryName,
    image: &Layout,
) -> Option<String> {
    let [tag] = tags();
    let found = registry.repository(repository).find(Named::Tag(&tag)).await;
    let found = found.unwrap();
    (found.as_ref() != Some(&image.plan().root.descriptor.digest))
        .then(|| format!("{found:?} is at the tag"))
}

async fn survives(upstream: &Upstream) {
    let direct = Registry::new(&upstream.credentials(upstream.host()), hasty()).unwrap();
    let (_old, old) = commit("aaaaaaaaaa", "2026-01-01T00:00:00Z", &[1000]);
    let (_large, large) = commit("bbbbbbbbbb", "2026-01-02T00:00:00Z", &[5 << 20, 2000]);
    let (_small, small) = commit("bbbbbbbbbb", "2026-01-02T00:00:00Z", &[3000, 2000]);
    let none = Case {
        request: "GET /v2/".to_owned(),
        nth: 0,
        fault: "500".to_owned(),
    };
    let plain = moved((upstream, &direct), "plain", &none, [&old, &large]).await;
    assert_eq!(plain.failure, None);
    let requests = plain.proxy.requests();
    // Each kind is made, and no other; only the local ECR sends a reader on.
    let kinds: Vec<&str> = requests.keys().copied().collect();
    let mut known = REQUESTS.to_vec();
    known.retain(|kind| matches!(upstream, Upstream::Local(_)) || *kind != "GET content");
    known.sort_unstable();
    assert_eq!(kinds, known);

    let cases = cases(&requests);
    let failed: Vec<String> = stream::iter(cases.iter().enumerate())
        .map(|(n, case)| {
            // Megabytes only where it is about them.
            let new = match case.request.as_str() {
                "PATCH blob" | "PUT blob commit" => &large,
                _ => &small,
            };
            let (images, direct) = ([&old, new], &direct);
            async move {
                let name = format!("faults/n{n}");
                let run = moved((upstream, direct), &name, case, images).await;
                // Nothing asks for the version: the first request signs in.
                assert_eq!(run.proxy.hits() > 0, case.request != "GET /v2/", "{case:?}");
                run.failure.map(|failure| format!("{case:?}: {failure}"))
            }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    let (all, survived) = (cases.len(), cases.len() - failed.len());
    println!(
        "ecrane to {}: {all} injected, {survived} survived",
        upstream.name()
    );
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_debians_registry_survives_any_one_fault_that_heals() {
    survives(&Upstream::debian()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_the_local_ecr_survives_any_one_fault_that_heals() {
    survives(&Upstream::local().await).await;
}
