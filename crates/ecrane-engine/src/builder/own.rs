//! The builder that a run makes for itself, or takes up, and removes.

use super::BuildError;
use super::child::{self, Line, Program};
use ecrane_core::build;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long its removal may take: a run that is stopped ends within seconds.
const MOST: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// A builder of buildx; dropped, it is removed, with its container where that is
/// its own.
pub(super) struct Own<'e> {
    name: &'e str,
    environment: &'e [(OsString, OsString)],
}

impl<'e> Own<'e> {
    /// Makes it by these commands.
    pub(super) async fn create(
        name: &'e str,
        commands: &[Vec<OsString>],
        environment: &'e [(OsString, OsString)],
        on_line: &mut impl FnMut(Line<'_>),
    ) -> Result<Self, BuildError> {
        // Stopped half-way, it is there all the same.
        let own = Self { name, environment };
        for argv in commands {
            child::run(Program::Docker, argv, environment, &mut *on_line).await?;
        }
        Ok(own)
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        let variables = self.environment.iter().map(|(name, value)| (name, value));
        let removing = std::process::Command::new("docker")
            .args(build::remove_builder(self.name))
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut removing) = removing else { return };
        let begin = Instant::now();
        while begin.elapsed() < MOST && matches!(removing.try_wait(), Ok(None)) {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Why it did not start, as the build's lines tell.
#[derive(Default)]
pub(super) struct Start {
    step: Option<String>,
    pub(super) failure: Option<String>,
}

impl Start {
    pub(super) fn see(&mut self, line: &str) {
        if let Some(step) = line.strip_suffix(" [internal] booting buildkit") {
            self.step = Some(format!("{step} ERROR: "));
        } else if let Some(said) = self.step.as_ref().and_then(|it| line.strip_prefix(it)) {
            self.failure = Some(said.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_that_does_not_start_is_told_from_a_build_that_fails() {
        let check = |lines: &str, expected: Option<&str>| {
            let mut start = Start::default();
            lines.lines().for_each(|line| start.see(line));
            assert_eq!(start.failure.as_deref(), expected, "{lines}");
        };
        let booting = "#1 [internal] booting buildkit\n#1 pulling image moby/buildkit\n";
        let refused = format!("{booting}#1 ERROR: no such host\n");
        check(&refused, Some("no such host"));
        let failed = format!("{booting}#1 DONE 2.0s\n#2 [2/2] RUN false\n#2 ERROR: exit code 1\n");
        check(&failed, None);
    }
}
