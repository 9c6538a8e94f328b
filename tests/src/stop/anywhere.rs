//! Stopped anywhere between the first call and the last tag.

use super::{SOON, entries, no_container, nothing_runs};
use crate::harness::{LocalEcr, Ran, clean, run, succeed};
use crate::local::modern;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many points: `cargo xtask test --long` stops a hundred times.
fn points() -> u64 {
    if std::env::var_os("ECRANE_LONG").is_some() {
        100
    } else {
        5
    }
}

/// A run to be stopped: two stages, some layers, two tags, a private base.
struct Job<'e> {
    ecr: &'e LocalEcr,
    context: PathBuf,
    work: PathBuf,
}

const MARK: &str = "stopped-anywhere";

impl<'e> Job<'e> {
    fn new(ecr: &'e LocalEcr) -> Self {
        let (context, work) = (ecr.home().join("app"), ecr.home().join("work"));
        std::fs::create_dir_all(&context).unwrap();
        std::fs::create_dir_all(&work).unwrap();
        let base = "FROM scratch\nCOPY Dockerfile /\n";
        std::fs::write(context.join("Dockerfile"), base).unwrap();
        let words = ["--repository", "base", "--tags", "v1", "--context"];
        succeed(ecr.up(&words).arg(&context));
        let dockerfile = format!(
            "FROM debian:trixie-slim AS step\nCOPY number /{MARK}\nRUN : {MARK}; sleep 0.5\n\
             FROM {}/base:v1\nCOPY --from=step /{MARK} /\nCOPY large /\n",
            ecr.address
        );
        std::fs::write(context.join("Dockerfile"), dockerfile).unwrap();
        Self { ecr, context, work }
    }

    /// The run of this number: nothing of it is in a cache.
    fn command(&self, number: u64) -> Command {
        std::fs::write(self.context.join("number"), number.to_string()).unwrap();
        let mut large = std::fs::File::create(self.context.join("large")).unwrap();
        let mut random = std::fs::File::open("/dev/urandom").unwrap().take(4 << 20);
        std::io::copy(&mut random, &mut large).unwrap();
        large.flush().unwrap();
        let mut command = self.ecr.up(&["--repository", "app", "--tags", "v1,latest"]);
        command
            .args(["--network", "none", "--context"])
            .arg(&self.context)
            .env("TMPDIR", &self.work)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if number % 2 == 1 {
            modern::with_engine(&mut command);
        }
        command
    }

    /// Stops it after a while, and looks at what it leaves.
    fn stop(&self, number: u64, after: Duration, signal: &str) {
        let case = format!("run {number}, SIG{signal} after {after:?}");
        let child = self.command(number).spawn().unwrap();
        std::thread::sleep(after);
        let begin = Instant::now();
        // It may have ended before.
        run(Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]));
        let output = child.wait_with_output().unwrap();
        assert!(
            begin.elapsed() < SOON,
            "{case}: it took {:?}",
            begin.elapsed()
        );
        let log = String::from_utf8(output.stdout).unwrap();
        let expected = if signal == "INT" { 130 } else { 143 };
        match output.status.code() {
            Some(0) => assert!(log.contains("Duration"), "{case}: {log}"),
            Some(code) => assert_eq!(code, expected, "{case}: {log}"),
            // Before the program could listen, the signal itself ended it.
            None => assert!(after < Duration::from_millis(100), "{case}: {log}"),
        }
        assert_eq!(entries(&self.work), 0, "{case}: something is left");
        nothing_runs(MARK);
        no_container(MARK);
        self.check_tags(&case, &log);
    }

    /// Every tag leads to a whole image, and those that were moved are named.
    fn check_tags(&self, case: &str, log: &str) {
        let listed = run(self
            .ecr
            .ecrane(&["images", "--repository", "app"])
            .env("A", "b"));
        for tag in ["v1", "latest"] {
            let there = listed.stdout.contains(&format!("\"{tag}\""));
            let moved = log
                .lines()
                .find_map(|line| line.strip_prefix("tags moved: "));
            let moved = moved
                .and_then(|line| line.split(';').next())
                .unwrap_or_default();
            assert!(there || !moved.contains(tag), "{case}: {log}");
            if there {
                self.copy(tag, case);
            }
        }
    }

    /// By a client that checks every digest.
    fn copy(&self, tag: &str, case: &str) {
        let into = self.ecr.home().join("copy");
        let mut copy = clean("skopeo", self.ecr.home());
        copy.args(["copy", "--quiet", "--src-tls-verify=false"]);
        copy.arg(format!("--src-creds=AWS:{}", self.ecr.password()));
        copy.arg(format!("docker://{}/app:{tag}", self.ecr.address));
        let Ran { code, stderr, .. } = run(copy.arg(format!("dir:{}", into.display())));
        assert_eq!(code, Some(0), "{case}: {tag} is broken: {stderr}");
        std::fs::remove_dir_all(into).unwrap();
    }
}

#[test]
fn wherever_a_run_is_stopped_it_leaves_nothing_half_done() {
    let ecr = LocalEcr::start();
    modern::plug_in(&ecr);
    crate::build::load_base_image(&ecr);
    let job = Job::new(&ecr);
    let mut whole = [Duration::ZERO; 2];
    for (number, took) in whole.iter_mut().enumerate() {
        let begin = Instant::now();
        succeed(&mut job.command(number as u64));
        *took = begin.elapsed();
    }
    let random = RandomState::new();
    for number in 2..2 + points() {
        let took = whole[usize::from(number % 2 == 1)];
        let part = random.hash_one(number) % 1000;
        let after = took.mul_f64(part as f64 / 1000.0);
        let signal = if part % 2 == 0 { "INT" } else { "TERM" };
        job.stop(number, after, signal);
    }
}
