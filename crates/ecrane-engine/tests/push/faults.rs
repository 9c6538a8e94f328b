//! One fault at a time between the client and a real registry.

use crate::image::{self, Folder};
use crate::proxy::{Fault, Proxy, answer};
use crate::registry::{Server, credentials};
use crate::survival::{facts, hasty, once};
use crate::upstream::Upstream;
use ecrane_core::name::{Digest, RepositoryName, Tag};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Delivery, PushError, Pushed, push};
use ecrane_engine::registry::{Named, Patience, Registry};
use std::time::Duration;

pub(crate) struct Run {
    pub(crate) result: Result<Pushed, PushError>,
    pub(crate) proxy: Proxy,
}

/// A push through a proxy that spoils the first `times` requests of this kind.
pub(crate) async fn run(
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
        // Room for a second attempt on a busy machine.
        budget: Duration::from_secs(2),
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

/// A push that must fail: by which fault of the folder of facts, if it is one,
/// at how many requests of which kind, and in which words.
struct Said {
    id: &'static str,
    kind: &'static str,
    fault: Fault,
    times: usize,
    expected: &'static str,
}

fn said(
    id: &'static str,
    kind: &'static str,
    (fault, times): (Fault, usize),
    expected: &'static str,
) -> Said {
    Said {
        id,
        kind,
        fault,
        times,
        expected,
    }
}

/// What does not heal is said at once.
fn final_faults() -> Vec<Said> {
    let denied = "User: arn:aws:sts::123456789012:assumed-role/ci is not authorized";
    let refused = |status, code, message| (answer(status, "", code, message), 1);
    let wordless = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    vec![
        said(
            "registry/POST upload/404 NAME_UNKNOWN",
            "POST upload",
            refused("404 Not Found", "NAME_UNKNOWN", "no such repository"),
            "once: the repository `team/app` does not exist in `HOST`; create it first, or check the name, the account and the region",
        ),
        said(
            "registry/POST upload/403 DENIED",
            "POST upload",
            refused("403 Forbidden", "DENIED", denied),
            "once: `HOST` denies starting an upload in `team/app`: User: arn:aws:sts::123456789012:assumed-role/ci is not authorized; it takes the right `ecr:InitiateLayerUpload`",
        ),
        // An answer to HEAD has no words: new credentials are tried, once.
        said(
            "",
            "HEAD blob",
            (Fault::Answer(wordless.to_owned()), ALWAYS),
            "again: `HOST` denies looking for a blob in `team/app`: it gives no reason; it takes the right `ecr:BatchCheckLayerAvailability`",
        ),
        said(
            "registry/artifact/405",
            "PUT manifest",
            refused("405 Method Not Allowed", "UNSUPPORTED", "Invalid parameter"),
            "once: `HOST` does not take the manifest sha256:f18fef6e7f07bfc72194d6a213ae4c78c6307821ba3b3d5664c201e4fbcface5 of type `application/vnd.oci.image.manifest.v1+json`: Invalid parameter",
        ),
        said(
            "registry/PUT manifest/400 TAG_INVALID immutable",
            "PUT manifest",
            refused(
                "400 Bad Request",
                "TAG_INVALID",
                "the repository is immutable.",
            ),
            "once: `HOST` does not move an immutable tag: the repository is immutable",
        ),
    ]
}

/// What heals is given a limited time.
fn lasting_faults() -> Vec<Said> {
    let ever = |status, code, message| (answer(status, "", code, message), ALWAYS);
    vec![
        said(
            "registry/any/429 for ever",
            "POST upload",
            ever("429 Too Many Requests", "TOOMANYREQUESTS", "Rate exceeded"),
            "again until giving up: `HOST` throttles (starting an upload, status 429): Rate exceeded",
        ),
        said(
            "registry/any/500 for ever",
            "PUT manifest",
            ever("500 Internal Server Error", "UNKNOWN", "oh"),
            "again until giving up: `HOST` failed (putting a manifest, status 500): oh",
        ),
        said(
            "registry/PUT blob/400 DIGEST_INVALID",
            "PUT blob commit",
            ever("400 Bad Request", "DIGEST_INVALID", "other content"),
            "again: `HOST` lost the upload (finishing an upload, status 400): other content",
        ),
        said(
            "registry/push/slow 1 B/s",
            "PATCH blob",
            (Fault::Slow, ALWAYS),
            "again until giving up: `HOST` stopped answering (uploading a blob): nothing moved for 0 s",
        ),
    ]
}

/// An answer cannot aim the client, nor fill its memory.
fn misleading_answers() -> Vec<Said> {
    let accepted = |location: &str| {
        let head = format!("HTTP/1.1 202 Accepted\r\nLocation: {location}\r\n");
        (Fault::Answer(head + "Content-Length: 0\r\n\r\n"), 1)
    };
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://example.com/v2/\r\nContent-Length: 0\r\n\r\n";
    let other = format!(
        "HTTP/1.1 200 OK\r\nDocker-Content-Digest: sha256:{}\r\nContent-Length: 3\r\n\r\n",
        "0".repeat(64)
    );
    vec![
        said(
            "registry/POST upload/Location to 169.254.169.254",
            "POST upload",
            accepted("https://169.254.169.254/latest/meta-data/?token=secret"),
            "once: `HOST` points starting an upload to `https://169.254.169.254/latest/meta-data/`, which is inside a private network; not followed",
        ),
        said(
            "registry/any/307 to http://",
            "HEAD manifest",
            (Fault::Answer(moved.to_owned()), 1),
            "once: `HOST` points looking for a manifest to `http://example.com/v2/`, which is not encrypted; not followed",
        ),
        said(
            "registry/HEAD manifest/digest header differs from ours",
            "HEAD manifest",
            (Fault::Answer(other), ALWAYS),
            "again: `HOST` names sha256:0000000000000000000000000000000000000000000000000000000000000000 for `v1` in `team/app`, but sha256:f18fef6e7f07bfc72194d6a213ae4c78c6307821ba3b3d5664c201e4fbcface5 was pushed; already moved: `v1`",
        ),
        said(
            "registry/any/10 GB error body",
            "POST upload",
            (Fault::EndlessAnswer, 1),
            "once: `HOST` refuses starting an upload (status 400): XXX",
        ),
    ]
}

async fn check_all(faults: Vec<Said>) {
    for said in faults {
        let expected = said.expected.replace("XXX", &"x".repeat(300));
        check(said.kind, said.fault, said.times, &expected).await;
    }
}

#[tokio::test]
async fn what_does_not_heal_is_said_once() {
    check_all(final_faults()).await;
}

#[tokio::test]
async fn what_heals_is_given_a_limited_time() {
    check_all(lasting_faults()).await;
}

#[tokio::test]
async fn an_answer_cannot_aim_the_client() {
    check_all(misleading_answers()).await;
}

/// Faults of the file that have a test of their own.
const ELSEWHERE: [(&str, &str); 6] = [
    (
        "registry/PUT manifest/429 x3",
        "three_answers_are_waited_out",
    ),
    ("registry/PATCH/416 range", "survival: `PATCH blob`, 416"),
    ("registry/expired token/403", "survival: every request, 403"),
    (
        "registry/PATCH/201",
        "survival: every push to the local ECR",
    ),
    (
        "registry/mount/202",
        "a_mount_that_is_refused_begins_the_upload",
    ),
    (
        "registry/POST upload/Location to other public host",
        "location: a credential goes to the registry alone",
    ),
];

#[test]
fn every_fault_of_the_file_has_its_test() {
    let said = [final_faults(), lasting_faults(), misleading_answers()];
    let said: Vec<&str> = said.iter().flatten().map(|said| said.id).collect();
    let covered = |id: &String| {
        let elsewhere = ELSEWHERE.iter().any(|(known, _)| known == id);
        elsewhere || said.contains(&id.as_str()) || once(id).is_some()
    };
    let facts = facts();
    let missing: Vec<&String> = facts.iter().filter(|id| !covered(id)).collect();
    let met = facts.len() - missing.len();
    println!("faults of a registry: {met} of {}", facts.len());
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn three_answers_are_waited_out() {
    let server = Server::start();
    let folder = image::single();
    let fault = answer(
        "429 Too Many Requests",
        "",
        "TOOMANYREQUESTS",
        "Rate exceeded",
    );
    let repository = "team/app".parse().unwrap();
    let run = run(
        &server,
        &repository,
        &folder.read(),
        ("PUT manifest", fault, 3),
        hasty(),
    )
    .await;
    assert_eq!(run.result.unwrap().tags.len(), 1);
    assert_eq!(run.proxy.seen(), 4);
}

/// Mounting is off unless a registry is set so: then the answer to the question
/// is the beginning of the upload.
#[tokio::test]
async fn a_mount_that_is_refused_begins_the_upload() {
    let upstream = Upstream::local().await;
    let (base, app) = (
        upstream.repository("base").await,
        upstream.repository("app").await,
    );
    let folder = image::single();
    let layout = folder.read();
    let registry = Registry::new(&upstream.credentials(upstream.host()), hasty()).unwrap();
    let tags = tags();
    let delivery = Delivery::new(&layout, &tags);
    let first = push(&registry, &base, &delivery, |_| {}).await.unwrap();
    let sources = [base];
    let delivery = Delivery {
        sources: &sources,
        ..delivery
    };
    let second = push(&registry, &app, &delivery, |_| {}).await.unwrap();
    // Not one request more than without the question.
    assert_eq!((second.blobs, second.writes), (first.blobs, first.writes));
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
