//! How a run ends: its exit code, and what it says on the way out.

use crate::config::Fault;

/// The exit codes; users script against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// The outside world refused: AWS, registry, builder, disk.
    Refused,
    /// Faulty input: nothing was called.
    Faulty,
    /// A gate said no.
    Gate,
    /// A defect of ecrane.
    Defect,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGTERM.
    Terminated,
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Faulty => 2,
            Self::Gate => 3,
            Self::Defect => 70,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Whether the run was asked to end, and has moments left for it.
    pub(crate) const fn is_stop(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated)
    }
}

/// Why a run did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The inputs' faults, all of them.
    Inputs(Vec<Fault>),
    /// One sentence, and the code that goes with it.
    Because(Exit, String),
}

impl Failure {
    /// The failure of one place among several.
    pub(crate) fn of(self, place: &str) -> Self {
        match self {
            Self::Because(exit, message) => Self::Because(exit, format!("{place}: {message}")),
            faults @ Self::Inputs(_) => faults,
        }
    }

    /// Several failures as one, with the exit code of the first.
    pub(crate) fn together(failures: Vec<Self>) -> Option<Self> {
        failures
            .into_iter()
            .reduce(|first, next| match (first, next) {
                (Self::Because(exit, one), Self::Because(_, other)) => {
                    Self::Because(exit, format!("{one}\n{other}"))
                }
                (first, _) => first,
            })
    }

    /// The failure, and what was done all the same.
    pub(crate) fn despite(self, done: &[String]) -> Self {
        match self {
            Self::Because(exit, message) if !done.is_empty() => {
                let done = done.join(" and in ");
                Self::Because(exit, format!("{message}\nthe image is in {done}"))
            }
            failure => failure,
        }
    }

    /// The failure, and what was done before it.
    pub(crate) fn after(self, done: &[String]) -> Self {
        match self {
            Self::Because(exit, message) if !done.is_empty() => {
                Self::Because(exit, format!("{message}\nbefore that, {}", done.join("; ")))
            }
            failure => failure,
        }
    }

    /// The exit code that goes with it.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Inputs(_) => Exit::Faulty,
            Self::Because(exit, _) => *exit,
        }
    }

    /// Why, in a sentence; what was found in the inputs is told beside it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Because(_, message) => message.clone(),
            Self::Inputs(faults) => {
                let count = match faults.len() {
                    1 => "1 input is faulty".to_owned(),
                    n => format!("{n} inputs are faulty"),
                };
                format!("{count}; nothing was called")
            }
        }
    }

    /// An input that is faulty and has no better place.
    pub(crate) fn faulty(message: impl Into<String>) -> Self {
        Self::Because(Exit::Faulty, message.into())
    }

    /// Something outside refused.
    pub(crate) fn refused(error: impl std::fmt::Display) -> Self {
        Self::Because(Exit::Refused, error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::refused(format!("{error:#}"))
    }
}

/// Runs until it is done or the process is asked to end: then everything under
/// way is dropped, which stops the builder and removes what was unpacked.
///
/// # Errors
/// Those of the run, or that it was stopped.
pub(crate) async fn stoppable<T>(
    run: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        result = run => result,
        exit = stopped() => Err(Failure::Because(exit, "stopped".into())),
    }
}

/// Comes back when the process is asked to end, with the exit for it.
async fn stopped() -> Exit {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            // Without a handler the signal ends the process by itself.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => Exit::Interrupted,
        () = wait(SignalKind::terminate()) => Exit::Terminated,
    }
}

/// The same for a server, which then has simply done its work.
pub(crate) async fn signal() {
    stopped().await;
}
