//! One fault at a time between the client and a real registry.

use crate::image::{self, Folder};
use crate::proxy::{Fault, Proxy, answer};
use crate::registry::{Server, credentials};
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Delivery, PushError, Pushed, push};
use ecrane_engine::registry::{Named, Patience, Registry};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// Every kind of request that a push makes.
const REQUESTS: [&str; 6] = [
    "HEAD manifest",
    "HEAD blob",
    "POST upload",
    "PATCH blob",
    "PUT blob commit",
    "PUT manifest",
];

/// What must not keep a push from its end, at any of them.
const HEALING: [&str; 13] = [
    "408",
    "429 Retry-After:1",
    "500",
    "502",
    "503",
    "504",
    "RST before reply",
    "RST mid-body",
    "done-then-RST",
    "cut reply",
    "hang 60 s",
    "401 token expired",
    "403 token expired",
];

fn healing(name: &str) -> Option<Fault> {
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
        "done-then-RST" => Fault::DoneThenReset,
        "cut reply" => Fault::CutReply,
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
fn hasty() -> Patience {
    Patience {
        stall: Duration::from_millis(1500),
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(50),
        budget: Duration::from_secs(20),
        ..Patience::default()
    }
}

struct Run {
    result: Result<Pushed, PushError>,
    proxy: Proxy,
}

/// A push through a proxy that spoils the first `times` requests of this kind.
async fn run(
    server: &Server,
    repository: &RepositoryName,
    layout: &Layout,
    (kind, fault, times): (&'static str, Fault, usize),
    patience: Patience,
) -> Run {
    let proxy = Proxy::start(&server.host, kind, fault, times).await;
    let renewed = proxy.credentials();
    let registry = Registry::new(&proxy.credentials(), patience)
        .unwrap()
        .with_refresh(Box::new(move || {
            let renewed = renewed.clone();
            Box::pin(async move { Ok(renewed) })
        }));
    let result = push(
        &registry,
        repository,
        &Delivery::new(layout, &tags()),
        |_| {},
    )
    .await;
    Run { result, proxy }
}

fn tags() -> [Tag; 1] {
    ["v1".parse().unwrap()]
}

/// What the registry itself has at the tag.
async fn at_tag(server: &Server, repository: &RepositoryName) -> Option<Digest> {
    let registry = Registry::new(&credentials(&server.host), hasty()).unwrap();
    let [tag] = tags();
    let found = registry.repository(repository).find(Named::Tag(&tag)).await;
    found.unwrap()
}

/// The faults of the folder of facts that a push must survive, as (request, fault).
fn facts() -> Vec<(String, String)> {
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
    let ours = faults.filter(|fault| {
        let inject = fault["inject"].as_str().unwrap();
        fault["area"] == "registry"
            && inject.starts_with("fault proxy: ")
            && inject.ends_with(" x1")
    });
    ours.map(|fault| {
        let id = fault["id"].as_str().unwrap();
        let id = id.strip_prefix("registry/").unwrap();
        let (request, fault) = id.rsplit_once('/').unwrap();
        (request.to_owned(), fault.to_owned())
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_survives_any_one_fault_that_heals() {
    let server = Server::start();
    let folder = image::single();
    let layout = folder.read();
    let mut cases: Vec<(&'static str, String)> = Vec::new();
    for request in REQUESTS {
        cases.extend(HEALING.map(|fault| (request, fault.to_owned())));
    }
    cases.push(("PATCH blob", "416 range".to_owned()));
    cases.push(("PUT blob commit", "400 DIGEST_INVALID".to_owned()));
    for (request, fault) in facts() {
        let known = REQUESTS.iter().find(|known| **known == request);
        match known {
            Some(known) => cases.push((known, fault)),
            // This client signs in with the first request.
            None => assert_eq!(request, "GET /v2/", "{fault}"),
        }
    }
    cases.sort();
    cases.dedup();
    let failed: Vec<String> = stream::iter(cases.iter().enumerate())
        .map(|(n, (kind, name))| {
            let (server, layout) = (&server, &layout);
            async move {
                let fault = healing(name).unwrap_or_else(|| panic!("unknown fault {name}"));
                let repository = format!("faults/n{n}").parse().unwrap();
                let run = run(server, &repository, layout, (kind, fault, 1), hasty()).await;
                assert!(run.proxy.seen() > 0, "no {kind} was made");
                let root = &layout.plan().root.descriptor.digest;
                match run.result {
                    Err(error) => Some(format!("{kind} {name}: {error}")),
                    Ok(_) if at_tag(server, &repository).await.as_ref() != Some(root) => {
                        Some(format!("{kind} {name}: not at the tag"))
                    }
                    Ok(_) => None,
                }
            }
        })
        .buffer_unordered(8)
        .filter_map(std::future::ready)
        .collect()
        .await;
    let (all, survived) = (cases.len(), cases.len() - failed.len());
    println!("{all} injected, {survived} survived");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The sentence of a push that must fail, and how often the request was made.
async fn check(kind: &'static str, fault: Fault, times: usize, expected: &str) {
    let server = Server::start();
    let folder = image::single();
    let layout = folder.read();
    let repository: RepositoryName = "team/app".parse().unwrap();
    // One upload is left to do, so that a request made twice is a retry.
    let registry = Registry::new(&server.credentials(), hasty()).unwrap();
    for blob in &layout.plan().blobs[1..] {
        let file = folder.blob_path(&blob.digest);
        let target = registry.repository(&repository);
        target.upload(blob, &file, None, &|_| {}).await.unwrap();
    }
    let patience = Patience {
        budget: Duration::from_millis(700),
        stall: Duration::from_millis(500),
        ..hasty()
    };
    let run = run(
        &server,
        &repository,
        &layout,
        (kind, fault, times),
        patience,
    )
    .await;
    let error = run.result.expect_err("the push succeeded").to_string();
    let error = error.replace(&run.proxy.host, "HOST");
    // How long it took is the machine's affair.
    let (said, gave_up) = match error.split_once("; gave up after ") {
        Some((said, _)) => (said, " until giving up"),
        None => (error.as_str(), ""),
    };
    let retried = match run.proxy.seen() {
        1 => "once",
        _ => "again",
    };
    assert_eq!(format!("{retried}{gave_up}: {said}"), expected);
    let found = at_tag(&server, &repository).await;
    // Only what is wrong after the tag was put leaves the tag.
    assert_eq!(found.is_some(), error.contains("was pushed"));
}

const ALWAYS: usize = usize::MAX;

#[tokio::test]
async fn what_does_not_heal_is_said_once() {
    check(
        "POST upload",
        answer("404 Not Found", "", "NAME_UNKNOWN", "no such repository"),
        1,
        "once: the repository `team/app` does not exist in `HOST`; create it first, or check the name, the account and the region",
    )
    .await;
    let denied = "User: arn:aws:sts::123456789012:assumed-role/ci is not authorized";
    check(
        "PUT manifest",
        answer("403 Forbidden", "", "DENIED", denied),
        1,
        "once: `HOST` denies putting a manifest in `team/app`: User: arn:aws:sts::123456789012:assumed-role/ci is not authorized; it takes the right `ecr:PutImage`",
    )
    .await;
    // An answer to HEAD has no words: new credentials are tried, once.
    check(
        "HEAD blob",
        Fault::Answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()),
        ALWAYS,
        "again: `HOST` denies looking for a blob in `team/app`: it gives no reason; it takes the right `ecr:BatchCheckLayerAvailability`",
    )
    .await;
    check(
        "PUT manifest",
        answer("405 Method Not Allowed", "", "UNSUPPORTED", "Invalid parameter"),
        1,
        "once: `HOST` does not take the manifest sha256:f18fef6e7f07bfc72194d6a213ae4c78c6307821ba3b3d5664c201e4fbcface5 of type `application/vnd.oci.image.manifest.v1+json`: Invalid parameter",
    )
    .await;
    check(
        "PUT manifest",
        answer(
            "400 Bad Request",
            "",
            "TAG_INVALID",
            "the repository is immutable.",
        ),
        1,
        "once: `HOST` does not move an immutable tag: the repository is immutable",
    )
    .await;
}

#[tokio::test]
async fn what_heals_is_given_a_limited_time() {
    check(
        "POST upload",
        answer(
            "429 Too Many Requests",
            "",
            "TOOMANYREQUESTS",
            "Rate exceeded",
        ),
        ALWAYS,
        "again until giving up: `HOST` throttles (starting an upload, status 429): Rate exceeded",
    )
    .await;
    check(
        "PUT manifest",
        answer("500 Internal Server Error", "", "UNKNOWN", "oh"),
        ALWAYS,
        "again until giving up: `HOST` failed (putting a manifest, status 500): oh",
    )
    .await;
    check(
        "PUT blob commit",
        answer("400 Bad Request", "", "DIGEST_INVALID", "other content"),
        ALWAYS,
        "again: `HOST` lost the upload (finishing an upload, status 400): other content",
    )
    .await;
    check(
        "PATCH blob",
        Fault::Slow,
        ALWAYS,
        "again until giving up: `HOST` stopped answering (uploading a blob): nothing moved for 0 s",
    )
    .await;
}

#[tokio::test]
async fn an_answer_cannot_aim_the_client() {
    let accepted = |location: &str| {
        Fault::Answer(format!(
            "HTTP/1.1 202 Accepted\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ))
    };
    check(
        "POST upload",
        accepted("https://169.254.169.254/latest/meta-data/?token=secret"),
        1,
        "once: `HOST` points starting an upload to `https://169.254.169.254/latest/meta-data/`, which is inside a private network; not followed",
    )
    .await;
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://example.com/v2/\r\nContent-Length: 0\r\n\r\n";
    check(
        "HEAD manifest",
        Fault::Answer(moved.to_owned()),
        1,
        "once: `HOST` points looking for a manifest to `http://example.com/v2/`, which is not encrypted; not followed",
    )
    .await;
    let other = format!(
        "HTTP/1.1 200 OK\r\nDocker-Content-Digest: sha256:{}\r\nContent-Length: 3\r\n\r\n",
        "0".repeat(64)
    );
    check("HEAD manifest", Fault::Answer(other), ALWAYS, "again: `HOST` names sha256:0000000000000000000000000000000000000000000000000000000000000000 for `v1` in `team/app`, but sha256:f18fef6e7f07bfc72194d6a213ae4c78c6307821ba3b3d5664c201e4fbcface5 was pushed; already moved: `v1`").await;
    let body = "x".repeat(300);
    let expected = format!("once: `HOST` refuses starting an upload (status 400): {body}");
    check("POST upload", Fault::EndlessAnswer, 1, &expected).await;
}

#[tokio::test]
async fn an_immutable_tag_is_success_only_for_the_same_image() {
    let server = Server::start();
    let folder = Folder::new();
    let (one, two) = (
        folder.image("amd64", &[1000]),
        folder.image("amd64", &[2000]),
    );
    let repository = "team/app".parse().unwrap();
    let Fault::Answer(taken) = answer("400 Bad Request", "", "TAG_INVALID", "immutable") else {
        unreachable!("an answer is made")
    };

    // The registry took it, but its answer was lost and the retry is refused.
    folder.name(&[&one]);
    let fault = ("PUT manifest", Fault::DoneThen(taken.clone()), 1);
    let first = run(&server, &repository, &folder.read(), fault, hasty()).await;
    assert_eq!(first.result.unwrap().digest, one.digest);

    folder.name(&[&two]);
    let fault = ("PUT manifest", Fault::Answer(taken), ALWAYS);
    let second = run(&server, &repository, &folder.read(), fault, hasty()).await;
    let error = second.result.unwrap_err().to_string();
    let (ours, theirs) = (&two.digest, &one.digest);
    assert_eq!(
        error,
        format!(
            "the tag `v1` of `team/app` is immutable and names {theirs}; the image to push is {ours}; choose another tag"
        )
    );
    assert_eq!(second.proxy.seen(), 1);
}

/// The future is dropped while this request is under way.
async fn dropped_at(kind: &'static str, fault: Fault) -> Option<Digest> {
    let server = Server::start();
    let folder = image::single();
    let layout = folder.read();
    let repository: RepositoryName = "team/app".parse().unwrap();
    let proxy = Proxy::start(&server.host, kind, fault, ALWAYS).await;
    let registry = Registry::new(&proxy.credentials(), hasty()).unwrap();
    let tags = tags();
    let delivery = Delivery::new(&layout, &tags);
    tokio::select! {
        _ = push(&registry, &repository, &delivery, |_| {}) => panic!("it ended"),
        () = proxy.fired() => {}
    }
    at_tag(&server, &repository).await
}

#[tokio::test]
async fn a_push_that_is_given_up_leaves_no_tag_on_half_an_image() {
    for kind in [
        "HEAD blob",
        "POST upload",
        "PATCH blob",
        "PUT blob commit",
        "PUT manifest",
    ] {
        assert_eq!(dropped_at(kind, Fault::Hang).await, None, "{kind}");
    }
    let whole = image::single().read().plan().root.descriptor.digest.clone();
    let after = dropped_at("PUT manifest", Fault::DoneThenHang).await;
    assert_eq!(after, Some(whole));
}

/// Credentials that new ones do not replace are wrong: asking on would not help.
#[tokio::test]
async fn credentials_are_renewed_once() {
    let server = Server::start();
    let folder = image::single();
    let repository = "team/app".parse().unwrap();
    let fault = (
        "HEAD manifest",
        healing("401 token expired").unwrap(),
        ALWAYS,
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
        &Delivery::new(&folder.read(), &tags()),
        |_| {},
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string().replace(&proxy.host, "HOST"),
        "`HOST` does not accept the credentials (starting an upload): Your authorization token has expired. Reauthenticate and try again; sign in again"
    );
}
