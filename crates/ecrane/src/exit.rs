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

/// Comes back when the process is asked to end, with the exit for it.
pub(crate) async fn stopped() -> Exit {
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
