//! Running other programs, and saying which one failed.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

/// How much of a failed program's output is worth showing.
const LAST_LINES: usize = 30;

/// Why a task stopped, as a sentence for the person who must act.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The command as a person would type it, less its PATH.
pub(crate) fn line(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs().filter(|(name, _)| *name != "PATH") {
        let value = value.unwrap_or_default();
        words.push(format!(
            "{}={}",
            name.to_string_lossy(),
            quoted(&value.to_string_lossy())
        ));
    }
    words.push(quoted(&command.get_program().to_string_lossy()));
    words.extend(
        command
            .get_args()
            .map(|word| quoted(&word.to_string_lossy())),
    );
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%{}".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs the command with its output shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` failed ({status})",
        line(command)
    )))
}

/// Runs the command with its output shown as it comes, and returns what it wrote to its standard output.
pub(crate) fn show(command: &mut Command) -> Result<String, Failure> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let mut shown = String::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            shown.push_str(&line);
            shown.push('\n');
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(shown),
        Ok(status) => Err(Failure::new(format!(
            "`{}` failed ({status})",
            line(command)
        ))),
        Err(error) => Err(not_started(command, &error)),
    }
}

/// Runs the command and shows its output only when it fails.
pub(crate) fn quietly(command: &mut Command) -> Result<(), Failure> {
    read(command).map(drop)
}

/// Runs the command and returns what it printed, without the last line's end.
pub(crate) fn read(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        let (line, status) = (line(command), output.status);
        return Err(Failure::new(format!(
            "`{line}` failed ({status})\n{}",
            last_lines(&output)
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

/// Whether the command can be started and ends well.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The last lines of a log: the cause of a failure is there.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(LAST_LINES);
    lines
        .into_iter()
        .skip(skipped)
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn last_lines(output: &Output) -> String {
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    tail(&String::from_utf8_lossy(&all))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be started: {error}", line(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("docker");
        command
            .args(["run", "--format={{.Id}}", "a name", "it's", ""])
            .env("CC", "musl-gcc");
        assert_eq!(
            line(&command),
            r"CC=musl-gcc docker run --format={{.Id}} 'a name' 'it'\''s' ''"
        );
    }

    #[test]
    fn a_failure_tells_the_command_and_the_end_of_its_output() {
        let failure = quietly(Command::new("sh").args(["-c", "seq 100; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(
            failure.starts_with("`sh -c 'seq 100; exit 3'` failed (exit status: 3)\n  71\n"),
            "{failure}"
        );
        assert!(failure.ends_with("\n  100"), "{failure}");
        let failure = run(&mut Command::new("no-such-program"))
            .unwrap_err()
            .to_string();
        assert!(
            failure.starts_with("`no-such-program` could not be started: "),
            "{failure}"
        );
    }
}
