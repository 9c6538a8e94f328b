//! No credential leaks: keys, tokens, passwords and build secrets that nobody
//! wrote elsewhere are looked for in logs, command lines and environments of
//! children, on disk, in outputs and in the image, in every form.

mod search;

use crate::harness::{LocalEcr, binary, clean, succeed};
use crate::local::modern;
use search::{Canaries, Hits};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SECRET_KEY: &str = "canary/secret+key/4b1d\"x";
const SESSION_TOKEN: &str = "canary+session/token==9c2e\\y";
const JOB_TOKEN: &str = "ghs_canaryOfTheJob3f5e";
const IN_INPUT: &str = "canary of an input 77aa";
const IN_VARIABLE: &str = "canary of a variable 12cd";
const IN_FILE: &str = "canary of a file 88ef";
const SECRETS: &[(&str, &str)] = &[
    ("a secret of an input", IN_INPUT),
    ("a secret of a variable", IN_VARIABLE),
    ("a secret of a file", IN_FILE),
];

/// One run as an action, watched.
struct Run<'e> {
    ecr: &'e LocalEcr,
    command: Command,
    canaries: Canaries,
}

/// Those of every run, and the secrets of one.
fn canaries(ecr: &LocalEcr, more: &[(&str, &str)]) -> Canaries {
    // The passwords of a registry begin alike: each says whose it is and what for.
    let (one, other) = (ecr.password(), ecr.password());
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    let password: String = one.chars().take(same.count().min(40)).collect();
    let always = [
        ("the secret access key", SECRET_KEY),
        ("the session token", SESSION_TOKEN),
        ("the job's token", JOB_TOKEN),
        ("the registry's password", &password),
    ];
    Canaries::new(&[always.as_slice(), more].concat())
}

impl<'e> Run<'e> {
    fn new(ecr: &'e LocalEcr, inputs: &[(&str, &str)]) -> Self {
        let work = ecr.home().join("work");
        std::fs::create_dir_all(&work).unwrap();
        let mut command = clean(binary(), ecr.home());
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", ecr.home().join("outputs"))
            .env("GITHUB_STEP_SUMMARY", ecr.home().join("summary"))
            .env("RUNNER_TEMP", &work)
            .env("TMPDIR", &work)
            .env("AWS_ACCESS_KEY_ID", "AKIACANARY0000000000")
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
            .env("INPUT_GITHUB-TOKEN", JOB_TOKEN)
            .env("INPUT_AWS-REGION", "us-east-1")
            .env("INPUT_ENDPOINT-URL", &ecr.url)
            .env("INPUT_REPOSITORY", "app")
            .env("INPUT_TAGS", "v1");
        for (name, value) in inputs {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        Self {
            ecr,
            command,
            canaries: canaries(ecr, &[]),
        }
    }

    /// Runs it to its end, and gives what was found.
    fn hits(mut self) -> (Hits, String) {
        let home = self.ecr.home();
        let (out, err) = (home.join("log.out"), home.join("log.err"));
        self.command
            .stdout(std::fs::File::create(&out).unwrap())
            .stderr(std::fs::File::create(&err).unwrap());
        let mut child = self.command.spawn().unwrap();
        let mut hits = Hits::default();
        let data = self.ecr.data();
        let spared = |file: &Path| file.starts_with(&data) || is_given(file);
        let status = loop {
            hits.look_at_children(&self.canaries, child.id());
            hits.look_below(&self.canaries, home, &spared);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        let log = std::fs::read_to_string(&out).unwrap() + &std::fs::read_to_string(&err).unwrap();
        assert!(status.success(), "{log}");
        let spared = |file: &Path| file.starts_with(&data) || file.ends_with("given");
        hits.look_below(&self.canaries, home, &spared);
        // Its report stays, for the steps that follow.
        let left = std::fs::read_dir(home.join("work")).unwrap();
        let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = left
            .filter(|name| !name.starts_with("ecrane-report-"))
            .collect();
        assert_eq!(left, [] as [&str; 0], "the work folder is not empty");
        (hits, log)
    }
}

/// What the test itself gave, and what a builder reads while it runs: a file of
/// this user alone.
fn is_given(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let of_builder = file
        .parent()
        .is_some_and(|folder| folder.ends_with("secrets"));
    if of_builder && let Ok(metadata) = file.metadata() {
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            0o600,
            "{}",
            file.display()
        );
    }
    of_builder || file.ends_with("given")
}

/// The image as another client has it: manifest, configuration, layers.
fn look_at_image(ecr: &LocalEcr, hits: &mut Hits) {
    let folder = ecr.home().join("image");
    let mut copy = clean("skopeo", ecr.home());
    copy.args(["copy", "--quiet", "--src-tls-verify=false"]);
    copy.arg(format!("--src-creds=AWS:{}", ecr.password()));
    copy.arg(format!("docker://{}/app:v1", ecr.address));
    succeed(copy.arg(format!("dir:{}", folder.display())));
    let canaries = canaries(ecr, SECRETS);
    hits.look_below(&canaries, &folder, &|_| false);
    for layer in std::fs::read_dir(&folder).unwrap().flatten() {
        let mut gzip = clean("gzip", ecr.home());
        gzip.args(["--decompress", "--stdout"]);
        gzip.stdin(std::fs::File::open(layer.path()).unwrap());
        let bytes = gzip.stderr(Stdio::null()).output().unwrap().stdout;
        hits.look(&canaries, "a layer", &bytes);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn context(ecr: &LocalEcr, dockerfile: &str) -> PathBuf {
    let folder = ecr.home().join("context");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Dockerfile"), dockerfile).unwrap();
    // What is not built is not seen.
    std::fs::write(folder.join("page.txt"), &ecr.address).unwrap();
    folder
}

/// A base image that only who signs in can read.
fn push_base(ecr: &LocalEcr) {
    let folder = context(ecr, "FROM scratch\nCOPY page.txt /\n");
    let words = ["--repository", "base", "--tags", "v1", "--context"];
    succeed(ecr.up(&words).arg(folder));
}

#[test]
fn the_search_finds_what_is_planted() {
    let home = tempfile::tempdir().unwrap();
    let canary = Canaries::new(&[("a key", SECRET_KEY)]);
    std::fs::create_dir(home.path().join("below")).unwrap();
    std::fs::write(home.path().join("below/given"), format!("k={SECRET_KEY}")).unwrap();
    let mut child = clean("sleep", home.path());
    let mut child = child.arg("60").env("K", SECRET_KEY).spawn().unwrap();
    let mut hits = Hits::default();
    hits.look_below(&canary, home.path(), &|_| false);
    // A child has its environment once it is another program.
    while !hits.0.iter().any(|hit| hit.contains("environ of sleep")) {
        hits.look_at_children(&canary, std::process::id());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(hits.0.iter().any(|hit| hit.contains("below/given")));

    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let planted = [
        ("Base64", base64.encode(format!("AWS:{SECRET_KEY}"))),
        ("Base64", base64.encode(format!("a:{SECRET_KEY} b"))),
        ("Base64", base64.encode(SECRET_KEY)),
        ("URL", "canary%2Fsecret%2Bkey%2F4b1d%22x".to_owned()),
        ("JSON", serde_json::to_string(SECRET_KEY).unwrap()),
    ];
    for (form, text) in planted {
        let mut hits = Hits::default();
        hits.look(&canary, "it", text.as_bytes());
        assert!(hits.0.contains(&format!("a key as {form} in it")), "{text}");
    }
}

#[test]
fn a_build_with_secrets_and_a_private_base_leaks_none() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    crate::build::load_base_image(&ecr);
    push_base(&ecr);
    std::fs::write(ecr.home().join("given"), IN_FILE).unwrap();
    // It shows them, as a step does that goes wrong.
    let folder = context(
        &ecr,
        &format!(
            "FROM debian:trixie-slim AS step\n\
             RUN --mount=type=secret,id=input --mount=type=secret,id=env --mount=type=secret,id=file \\\n\
             cat /run/secrets/* | tee /sum; base64 /sum; base64 /sum >&2; sha256sum /sum > /shown; rm /sum\n\
             FROM {}/base:v1\nCOPY --from=step /shown /\n",
            ecr.address
        ),
    );
    let cache = format!("type=registry,ref={}/app:cache", ecr.address);
    let file = format!("file={}", ecr.home().join("given").display());
    let mut run = Run::new(
        &ecr,
        &[
            ("context", folder.to_str().unwrap()),
            ("network", "none"),
            ("no-cache", "true"),
            ("secrets", &format!("input={IN_INPUT}")),
            ("secret-envs", "env=SECRET_OF_A_TEST"),
            ("secret-files", &file),
            ("cache-to", &cache),
        ],
    );
    run.command.env("SECRET_OF_A_TEST", IN_VARIABLE);
    modern::with_engine(&mut run.command);
    run.canaries = canaries(&ecr, SECRETS);
    let (mut hits, log) = run.hits();
    // The runner is told what to mask, by the secret itself: these three and no other.
    let masked = |hit: &String| {
        let raw = |(name, _): &(&str, &str)| hit.starts_with(&format!("{name} as raw in "));
        hit.ends_with("log.out") && SECRETS.iter().any(raw)
    };
    hits.0.retain(|hit| !masked(hit));
    assert_eq!(log.matches("::add-mask::canary of").count(), 3, "{log}");
    let shown = log.lines().filter(|line| !line.starts_with("::add-mask::"));
    for line in shown {
        assert!(!line.contains("canary"), "{line}");
    }
    assert!(log.contains("***"), "{log}");
    look_at_image(&ecr, &mut hits);
    assert!(hits.0.is_empty(), "{:#?}", hits.0);
}

#[test]
fn a_build_by_the_classic_builder_leaks_none() {
    let ecr = LocalEcr::start();
    push_base(&ecr);
    let dockerfile = format!("FROM {}/base:v1\nCOPY Dockerfile /\n", ecr.address);
    let folder = context(&ecr, &dockerfile);
    let run = Run::new(&ecr, &[("context", folder.to_str().unwrap())]);
    let (mut hits, _) = run.hits();
    look_at_image(&ecr, &mut hits);
    assert!(hits.0.is_empty(), "{:#?}", hits.0);
}

#[test]
fn the_push_of_an_image_that_is_there_leaks_none() {
    let ecr = LocalEcr::start();
    let layout = crate::harness::root().join("examples/hello/layout");
    let run = Run::new(&ecr, &[("image", layout.to_str().unwrap())]);
    let (mut hits, _) = run.hits();
    look_at_image(&ecr, &mut hits);
    assert!(hits.0.is_empty(), "{:#?}", hits.0);
}
