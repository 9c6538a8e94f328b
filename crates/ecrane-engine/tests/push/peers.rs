//! The same faults on the way of other clients. What they survive is printed,
//! not asserted: it is theirs. Takes minutes, so it is for the long run alone.

use crate::image;
use crate::proxy::Proxy;
use crate::registry::Server;
use crate::survival::{HEALING, REQUESTS, hasty, healing};
use crate::upstream::Upstream;
use base64::Engine as _;
use ecrane_engine::registry::{Named, Registry};
use futures_util::{StreamExt, stream};
use secrecy::ExposeSecret as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// What a person would wait for one push.
const LIMIT: Duration = Duration::from_secs(30);

/// Pushes under way at once: most of their time the clients wait.
const AT_ONCE: usize = 8;

/// Another client, and how it pushes to `HOST/NAME:v1`.
struct Peer {
    name: &'static str,
    push: fn(&Path, &str) -> Command,
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "docker push",
        push: |_, to| {
            command(&[
                "sh",
                "-c",
                r#"docker tag ecrane-peer "$0" && exec docker push "$0""#,
                to,
            ])
        },
    },
    Peer {
        name: "skopeo copy",
        push: |layout, to| {
            let from = format!("oci:{}", layout.display());
            let to = format!("docker://{to}");
            command(&["skopeo", "copy", "--dest-tls-verify=false", &from, &to])
        },
    },
];

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// A push through a proxy with this fault: whether it met the fault at all, and
/// whether the image is at the tag and the client says so.
async fn survives(
    upstream: &Upstream,
    peer: &Peer,
    case: (&'static str, &str),
    n: usize,
) -> [bool; 2] {
    let (request, fault) = case;
    let layout = image::single();
    let name = upstream.repository(&format!("peers/n{n}")).await;
    let proxy = Proxy::start(upstream.host(), request, healing(fault).unwrap(), 1).await;
    let config = tempfile::tempdir().unwrap();
    let credentials = upstream.credentials(&proxy.host);
    let pair = format!(
        "{}:{}",
        credentials.username,
        credentials.password.expose_secret()
    );
    let pair = base64::engine::general_purpose::STANDARD.encode(pair);
    let auths = serde_json::json!({"auths": {&proxy.host: {"auth": pair}}});
    std::fs::write(config.path().join("config.json"), auths.to_string()).unwrap();
    let to = format!("{}/{name}:v1", proxy.host);
    let mut push = (peer.push)(layout.path(), &to);
    push.env("DOCKER_CONFIG", config.path());
    push.env("REGISTRY_AUTH_FILE", config.path().join("config.json"));
    let ended = tokio::time::timeout(LIMIT, push.status()).await;
    let well = matches!(ended, Ok(Ok(status)) if status.success());
    let _ = command(&["docker", "rmi", &to]).status().await;
    let direct = Registry::new(&upstream.credentials(upstream.host()), hasty()).unwrap();
    let tag = "v1".parse().unwrap();
    let there = direct
        .repository(&name)
        .find(Named::Tag(&tag))
        .await
        .unwrap();
    [proxy.hits() > 0, well && there.is_some()]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_clients_survive_is_told() {
    if std::env::var_os("ECRANE_LONG").is_none() {
        return;
    }
    let tar = image::tar_of("page", &[7; 1 << 20]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("image.tar");
    std::fs::write(&file, tar).unwrap();
    let file = file.to_str().unwrap();
    let imported = command(&["docker", "import", file, "ecrane-peer"])
        .status()
        .await;
    assert!(imported.unwrap().success());

    let requests = ["GET /v2/"].into_iter().chain(REQUESTS);
    let cases: Vec<_> = requests
        .flat_map(|request| HEALING.map(|fault| (request, fault)))
        .collect();
    for upstream in [Upstream::Debian(Server::start()), Upstream::local().await] {
        for (which, peer) in PEERS.iter().enumerate() {
            let upstream = &upstream;
            let pushes = cases.iter().enumerate().map(|(n, case)| async move {
                let [hit, well] = survives(upstream, peer, *case, which * 1000 + n).await;
                hit.then(|| (!well).then(|| format!("{} {}", case.0, case.1)))
            });
            let pushes = stream::iter(pushes).buffer_unordered(AT_ONCE);
            let met: Vec<Option<String>> = pushes.filter_map(std::future::ready).collect().await;
            let (all, mut lost) = (met.len(), met.into_iter().flatten().collect::<Vec<_>>());
            lost.sort();
            let (to, survived) = (upstream.name(), all - lost.len());
            println!("{} to {to}: {all} injected, {survived} survived", peer.name);
            println!("  lost: {}", lost.join(", "));
        }
    }
    let _ = command(&["docker", "rmi", "ecrane-peer"]).status().await;
}
