//! What builds: buildah where there is no engine, and what is said where
//! nothing does.

use crate::harness::{LocalEcr, Ran, binary, clean, run, succeed};
use crate::local::buildah::entered;
use crate::local::modern;
use std::path::Path;
use std::process::Command;

/// A store of its own, and a registry that speaks no TLS.
fn configure(ecr: &LocalEcr, command: &mut Command) {
    let home = ecr.home();
    let storage = format!(
        "[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}/store\"\nrunroot = \"{0}/run\"\n",
        home.display()
    );
    let registries = format!(
        "[[registry]]\nlocation = \"{}\"\ninsecure = true\n",
        ecr.address
    );
    std::fs::write(home.join("storage.conf"), storage).unwrap();
    std::fs::write(home.join("registries.conf"), registries).unwrap();
    command
        .env("CONTAINERS_STORAGE_CONF", home.join("storage.conf"))
        .env("CONTAINERS_REGISTRIES_CONF", home.join("registries.conf"))
        .env("BUILDAH_ISOLATION", "chroot")
        .env("DOCKER_HOST", "unix:///run/no-engine.sock");
}

/// `ecrane up --local …` where no engine answers.
fn up(ecr: &LocalEcr, context: &Path, words: &[&str]) -> Command {
    let mut command = entered(binary(), ecr.home());
    command.args(["up", "--local", "--data"]).arg(ecr.data());
    command
        .args(["--tags", "v1", "--context"])
        .arg(context)
        .args(words);
    configure(ecr, &mut command);
    command
}

#[test]
fn without_an_engine_buildah_builds_on_a_private_base() {
    let ecr = LocalEcr::start();
    let context = ecr.home().join("context");
    std::fs::create_dir(&context).unwrap();
    let dockerfile = |text: &str| std::fs::write(context.join("Dockerfile"), text).unwrap();
    std::fs::write(context.join("page.txt"), &ecr.address).unwrap();
    dockerfile("FROM scratch\nCOPY page.txt /\n");
    let first = succeed(&mut up(&ecr, &context, &["--repository", "base"])).stdout;
    assert!(first.contains("with buildah 1."), "{first}");
    assert!(first.contains("as no Docker engine answers"), "{first}");

    // Another store: the base is asked of the registry.
    std::fs::remove_dir_all(ecr.home().join("store")).unwrap();
    dockerfile(&format!(
        "FROM {}/base:v1\nCOPY Dockerfile /\n",
        ecr.address
    ));
    let words = ["--repository", "app", "--builder-backend", "buildah"];
    succeed(&mut up(&ecr, &context, &words));
    let again = succeed(&mut up(&ecr, &context, &words)).stdout;
    assert!(again.contains("no changes"), "{again}");
    let pull = format!("docker://{}/app:v1", ecr.address);
    let mut inspect = clean("skopeo", ecr.home());
    inspect.args(["inspect", "--tls-verify=false", &pull]);
    inspect.arg(format!("--creds=AWS:{}", ecr.password()));
    let image: serde_json::Value = serde_json::from_str(&succeed(&mut inspect).stdout).unwrap();
    assert_eq!(image["Layers"].as_array().unwrap().len(), 2);
}

/// Another engine than the usual one, by the name of its context.
fn name_other_engine(ecr: &LocalEcr) -> &'static str {
    const NAME: &str = "other";
    modern::plug_in(ecr);
    let host = format!("host={}", modern::SOCKET);
    let create = ["context", "create", NAME, "--docker", &host];
    succeed(clean("docker", ecr.home()).args(create));
    NAME
}

#[test]
fn a_builder_elsewhere_pushes_itself_and_the_registry_has_the_last_word() {
    let ecr = LocalEcr::start();
    let other = name_other_engine(&ecr);
    let context = ecr.home().join("context");
    std::fs::create_dir(&context).unwrap();
    std::fs::write(
        context.join("Dockerfile"),
        "FROM scratch\nCOPY page.txt /\n",
    )
    .unwrap();
    let up = |page: &str| {
        std::fs::write(context.join("page.txt"), page).unwrap();
        let mut up = ecr.up(&["--repository", "app", "--tags", "v1,latest", "--json"]);
        up.args(["--push-by", "builder", "--context"]).arg(&context);
        up.env("DOCKER_CONTEXT", other);
        let ran = succeed(&mut up);
        let result: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        (result["outputs"].clone(), ran.stderr)
    };
    let (first, _) = up("first");
    assert_eq!(first["changed"], "true");
    let images = ecr.aws(&["describe-images", "--repository-name", "app"]);
    assert_eq!(images["imageDetails"][0]["imageDigest"], first["digest"]);
    assert!(first["imageid"].as_str().unwrap().starts_with("sha256:"));

    let (again, _) = up("first");
    assert_eq!(
        (&again["changed"], &again["digest"]),
        (&"false".into(), &first["digest"])
    );
    let (second, log) = up("second");
    assert_ne!(second["digest"], first["digest"]);
    assert!(log.contains(" ~  └─ image"), "{log}");
    assert!(!ecr.home().join(".docker/config.json").exists());
}

/// What is said where the client finds no engine: programs by their folder.
fn refusal(command: &mut Command) -> String {
    let Ran { code, stderr, .. } = run(command);
    assert_eq!(code, Some(1), "{stderr}");
    stderr.trim().to_owned()
}

#[test]
fn what_is_missing_is_said_with_the_way_out() {
    let home = tempfile::tempdir().unwrap();
    let context = home.path().join("context");
    std::fs::create_dir(&context).unwrap();
    std::fs::write(context.join("Dockerfile"), "FROM scratch\n").unwrap();
    let build = |backend: &str| {
        let mut command = clean(binary(), home.path());
        command.args([
            "up",
            "--repository",
            "app",
            "--tags",
            "v1",
            "--push",
            "false",
        ]);
        command.args(["--builder-backend", backend, "--context"]);
        command.arg(&context);
        command
    };
    let nowhere = "/nowhere";
    insta::assert_snapshot!(refusal(build("auto").env("PATH", nowhere)), @"error: nothing here builds: there is no `docker` command on PATH; install a Docker client, or push a prebuilt image by `image`. And there is no `buildah`, which builds without an engine");
    insta::assert_snapshot!(refusal(build("docker").env("PATH", nowhere)), @"error: there is no `docker` command on PATH; install a Docker client, or push a prebuilt image by `image`");
    insta::assert_snapshot!(refusal(build("buildah").env("PATH", nowhere)), @"error: there is no `buildah` command on PATH; install it, or choose another `builder-backend`");
    insta::assert_snapshot!(refusal(&mut build("buildx")), @"error: the Docker client has no buildx plugin; install it (Debian: docker-buildx), or choose another `builder-backend`");
    let said = refusal(build("docker").env("DOCKER_HOST", "unix:///run/no-engine.sock"));
    assert!(
        said.starts_with("error: no Docker engine answers: "),
        "{said}"
    );
    assert!(
        said.contains("/run/no-engine.sock") && said.contains("DOCKER_HOST"),
        "{said}"
    );
}

#[test]
fn a_socket_that_may_not_be_used_is_told_from_one_that_is_not_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(home.path(), open).unwrap();
    let program = home.path().join("ecrane");
    std::fs::copy(binary(), &program).unwrap();
    std::fs::write(home.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    let mut command = clean("setpriv", home.path());
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(program).args([
        "up",
        "--repository",
        "app",
        "--tags",
        "v1",
        "--push",
        "false",
    ]);
    command
        .args(["--builder-backend", "docker", "--context"])
        .arg(home.path());
    let said = refusal(&mut command);
    assert!(said.contains("may not be used by this user"), "{said}");
    assert!(said.contains("group"), "{said}");
}

#[test]
fn a_builder_that_nobody_made_creates_nothing() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    let words = ["--repository", "app", "--tags", "v1", "--builder", "nobody"];
    let mut up = ecr.up(&words);
    up.args(["--context", "examples/hello"]);
    modern::with_engine(&mut up);
    let ran = run(&mut up);
    assert_eq!((ran.code, ecr.requests()), (Some(2), 0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stderr.trim(), @r#"error: `builder` names `nobody`, which cannot be used: ERROR: no builder "nobody" found; `docker buildx ls` lists those that are there, and the engine runs no container `buildx_buildkit_nobody0` of it"#);
}
