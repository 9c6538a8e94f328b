//! `ecrane local` as clients see it that nobody here wrote: the engine,
//! skopeo and the `aws` command.

use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The engine's client, with a configuration of its own.
fn docker(ecr: &LocalEcr, words: &[&str]) -> Command {
    let mut command = clean("docker", ecr.home());
    command.args(words);
    command
}

/// The registry's password, asked for once: it is good for hours, and after a
/// restart too.
fn password(ecr: &LocalEcr) -> String {
    let kept = ecr.home().join("password");
    std::fs::read_to_string(&kept).unwrap_or_else(|_| {
        let password = ecr.password();
        std::fs::write(&kept, &password).unwrap();
        password
    })
}

fn sign_in(ecr: &LocalEcr) {
    let password = password(ecr);
    let words = ["login", "--username", "AWS", "--password", &password];
    succeed(docker(ecr, &words).arg(&ecr.address));
}

/// Builds an image of one file under this name.
fn build(ecr: &LocalEcr, image: &str, text: &str) {
    let context = ecr.home().join("context");
    std::fs::create_dir_all(&context).unwrap();
    std::fs::write(
        context.join("Dockerfile"),
        "FROM scratch\nCOPY page.txt /\n",
    )
    .unwrap();
    std::fs::write(context.join("page.txt"), format!("{image} {text}")).unwrap();
    let context = context.to_str().unwrap();
    succeed(&mut docker(
        ecr,
        &["build", "--quiet", "--tag", image, context],
    ));
}

/// `skopeo …` with the registry's password for both ends.
fn skopeo(ecr: &LocalEcr, words: &[&str]) -> Command {
    let config = ecr.home().join("auth.json");
    let entry = json!({ "auth": base64(&format!("AWS:{}", password(ecr))) });
    let auths = json!({ "auths": { &ecr.address: entry } });
    std::fs::write(&config, auths.to_string()).unwrap();
    let mut command = clean("skopeo", ecr.home());
    command.args(words).arg("--authfile").arg(config);
    command
}

/// `skopeo copy …`, byte for byte: every digest stays, and is checked.
fn copy(ecr: &LocalEcr, source: &str, target: &str) -> Command {
    let flags = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    let words = ["copy", "--preserve-digests", source, target];
    let mut command = skopeo(ecr, &words);
    command.args(flags);
    command
}

/// Standard base64, by the tool that every system has.
fn base64(text: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("base64");
    succeed(command.arg("--wrap=0").arg(file.path())).stdout
}

fn images(ecr: &LocalEcr, repository: &str) -> Vec<Value> {
    let words = ["describe-images", "--repository-name", repository];
    let answer = ecr.aws(&words);
    answer["imageDetails"].as_array().unwrap().clone()
}

fn digest(image: &Value) -> &str {
    image["imageDigest"].as_str().unwrap()
}

#[test]
fn the_engine_pushes_and_pulls() {
    let ecr = LocalEcr::start();
    let created = ecr.aws(&["create-repository", "--repository-name", "team/app"]);
    let uri = created["repository"]["repositoryUri"].as_str().unwrap();
    let image = format!("{uri}:v1");
    sign_in(&ecr);
    build(&ecr, &image, "first");
    let pushed = succeed(&mut docker(&ecr, &["push", &image])).stdout;
    let described = images(&ecr, "team/app");
    assert!(pushed.contains(digest(&described[0])), "{pushed}");
    assert_eq!(described[0]["imageTags"], json!(["v1"]));

    succeed(&mut docker(&ecr, &["image", "rm", &image]));
    let pulled = succeed(&mut docker(&ecr, &["pull", &image])).stdout;
    assert!(pulled.contains(digest(&described[0])), "{pulled}");
    succeed(&mut docker(&ecr, &["image", "rm", &image]));
}

#[test]
fn the_engine_gets_the_refusals_of_ecr() {
    let ecr = LocalEcr::start();
    let words = [
        "--repository-name",
        "app",
        "--image-tag-mutability",
        "IMMUTABLE",
    ];
    ecr.aws(&[["create-repository"].as_slice(), &words].concat());
    let image = format!("{}/app:v1", ecr.address);
    let refused = |image: &str| -> String {
        let Ran { code, stderr, .. } = run(&mut docker(&ecr, &["push", image]));
        assert_eq!(code, Some(1), "{stderr}");
        stderr
    };
    build(&ecr, &image, "first");
    let anonymous = refused(&image);
    assert!(
        anonymous.contains("no basic auth credentials"),
        "{anonymous}"
    );

    sign_in(&ecr);
    succeed(&mut docker(&ecr, &["push", &image]));
    succeed(&mut docker(&ecr, &["push", &image]));
    succeed(&mut docker(&ecr, &["image", "rm", &image]));
    build(&ecr, &image, "second");
    let moved = refused(&image);
    assert!(
        moved.contains("tag invalid: The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."),
        "{moved}"
    );

    let nowhere = format!("{}/nope:v1", ecr.address);
    succeed(&mut docker(&ecr, &["tag", &image, &nowhere]));
    let unknown = refused(&nowhere);
    assert!(
        unknown.contains(
            "name unknown: The repository with name 'nope' does not exist in the registry with id"
        ),
        "{unknown}"
    );
    succeed(&mut docker(&ecr, &["image", "rm", &image, &nowhere]));
}

/// An image of one layer as a folder that skopeo reads (its `dir:` form).
fn image_folder(folder: &Path, layer: &[u8]) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let blob = |bytes: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bytes).unwrap();
        let sum = succeed(Command::new("sha256sum").arg(file.path())).stdout;
        let hex = sum.split_whitespace().next().unwrap().to_owned();
        std::fs::write(folder.join(&hex), bytes).unwrap();
        json!({ "digest": format!("sha256:{hex}"), "size": bytes.len() })
    };
    let mut layer = blob(layer);
    layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar".into();
    let config = json!({
        "architecture": "amd64", "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] }
    });
    let mut config = blob(config.to_string().as_bytes());
    config["mediaType"] = "application/vnd.oci.image.config.v1+json".into();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
    std::fs::write(folder.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    format!("dir:{}", folder.display())
}

#[test]
fn skopeo_copies_in_both_directions() {
    let ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let source = image_folder(&ecr.home().join("image"), b"content");
    let target = format!("docker://{}/app:v1", ecr.address);
    succeed(&mut copy(&ecr, &source, &target));
    let back = format!("dir:{}", ecr.home().join("back").display());
    succeed(&mut copy(&ecr, &target, &back));
    let manifest = |folder: &str| std::fs::read(ecr.home().join(folder).join("manifest.json"));
    assert_eq!(manifest("back").unwrap(), manifest("image").unwrap());
    let list = [
        "list-tags",
        "--tls-verify=false",
        &format!("docker://{}/app", ecr.address),
    ];
    assert!(succeed(&mut skopeo(&ecr, &list)).stdout.contains("\"v1\""));
}

#[test]
fn the_aws_command_manages_repositories_and_images() {
    let ecr = LocalEcr::start();
    for name in ["a1", "b1", "c1"] {
        ecr.aws(&["create-repository", "--repository-name", name]);
    }
    // The client's own paginator puts the parts together.
    let all = ecr.aws(&["describe-repositories", "--page-size", "2"]);
    assert_eq!(all["repositories"].as_array().unwrap().len(), 3);

    let source = image_folder(&ecr.home().join("image"), b"content");
    for tag in ["v1", "v2"] {
        let target = format!("docker://{}/a1:{tag}", ecr.address);
        succeed(&mut copy(&ecr, &source, &target));
    }
    let on_a1 = |operation: &str, words: &[&str]| {
        ecr.aws(&[&[operation, "--repository-name", "a1"], words].concat())
    };
    let got = on_a1("batch-get-image", &["--image-ids", "imageTag=v1"]);
    let manifest = std::fs::read_to_string(ecr.home().join("image/manifest.json")).unwrap();
    assert_eq!(got["images"][0]["imageManifest"], manifest);
    let deleted = on_a1("batch-delete-image", &["--image-ids", "imageTag=v1"]);
    assert_eq!(deleted["failures"], json!([]));
    assert_eq!(images(&ecr, "a1")[0]["imageTags"], json!(["v2"]));
    on_a1(
        "put-image-scanning-configuration",
        &["--image-scanning-configuration", "scanOnPush=true"],
    );
    on_a1(
        "put-image-tag-mutability",
        &["--image-tag-mutability", "IMMUTABLE"],
    );

    let mut refused = ecr.aws_command(&["delete-repository", "--repository-name", "a1"]);
    let refused = run(&mut refused);
    assert_ne!(refused.code, Some(0));
    assert!(
        refused.stderr.contains("An error occurred (RepositoryNotEmptyException) when calling the DeleteRepository operation: The repository with name 'a1' in registry with id"),
        "{}",
        refused.stderr
    );
    on_a1("delete-repository", &["--force"]);
    let mut unknown = ecr.aws_command(&["describe-pull-through-cache-rules"]);
    let unknown = run(&mut unknown).stderr;
    assert!(
        unknown.contains("(UnknownOperationException)")
            && unknown.contains("DescribePullThroughCacheRules"),
        "{unknown}"
    );
}

#[test]
fn what_was_confirmed_survives_a_kill() {
    let mut ecr = LocalEcr::start();
    ecr.aws(&["create-repository", "--repository-name", "app"]);
    let mut confirmed = Vec::new();
    for round in 0..3 {
        let folder = ecr.home().join(format!("image{round}"));
        let layer = vec![b'0' + round; 4 << 20];
        let source = image_folder(&folder, &layer);
        let whole = format!("docker://{}/app:whole{round}", ecr.address);
        succeed(&mut copy(&ecr, &source, &whole));
        confirmed.push(format!("whole{round}"));

        // Another push is under way when the power goes.
        let layer = vec![b'a' + round; 4 << 20];
        let source = image_folder(&ecr.home().join("cut"), &layer);
        let cut = format!("docker://{}/app:cut{round}", ecr.address);
        let mut push = copy(&ecr, &source, &cut);
        let mut push = push
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(40 * u64::from(round)));
        ecr.kill_and_restart();
        push.kill().unwrap();
        push.wait().unwrap();
    }
    let described = images(&ecr, "app");
    for image in &described {
        let digest = digest(image);
        let source = format!("docker://{}/app@{digest}", ecr.address);
        let target = format!(
            "dir:{}",
            ecr.home().join(digest.replace(':', "-")).display()
        );
        succeed(&mut copy(&ecr, &source, &target));
    }
    for tag in confirmed {
        let has = |image: &&Value| image["imageTags"].to_string().contains(&tag);
        assert!(described.iter().find(has).is_some(), "{tag} is lost");
    }
    let left = std::fs::read_dir(ecr.data().join("uploads")).unwrap();
    assert_eq!(left.count(), 0, "nothing of the cut uploads is left");
}
