use ecrane_core::name::Digest;
use ecrane_core::push::UploadPlan;
use ecrane_engine::push::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressFinish, ProgressStyle};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a build is at, as a line below its output on a terminal. Elsewhere it
/// does not show.
pub(super) struct BuildBar(ProgressBar);

const BUILD_TEMPLATE: &str = "build {spinner} {elapsed} {wide_msg}";
const TICK: Duration = Duration::from_millis(120);

impl BuildBar {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template(BUILD_TEMPLATE)
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        // A run that is stopped leaves no line behind.
        let bar = ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
        Self(bar.with_style(style))
    }

    /// Shows it from now on.
    pub(super) fn start(&self) {
        self.0.reset_elapsed();
        self.0.enable_steady_tick(TICK);
    }

    pub(super) fn show(&self, step: &str) {
        self.0.set_message(step.to_owned());
    }

    /// Writes lines above it.
    pub(super) fn beside(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// The bars of pushes that go on at the same time.
pub(super) struct Bars {
    all: MultiProgress,
    several: bool,
}

impl Bars {
    pub(super) fn new(pushes: usize) -> Self {
        Self {
            all: MultiProgress::new(),
            several: pushes > 1,
        }
    }

    /// The bar of the push to this place.
    pub(super) fn bar(&self, place: &str, plan: &UploadPlan) -> Bar {
        let total = plan.blobs.iter().map(|blob| blob.size).sum();
        let style =
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total).with_style(style);
        if self.several {
            bar.set_message(format!(", {place}"));
        }
        Bar {
            bar: self.all.add(bar),
            sent: Mutex::default(),
        }
    }
}

/// How far a push is, as a bar on a terminal. Elsewhere it does not show.
pub(super) struct Bar {
    bar: ProgressBar,
    /// The bytes sent of each blob; an upload that is begun anew begins at 0.
    sent: Mutex<HashMap<Digest, u64>>,
}

const TEMPLATE: &str = "push  {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left{msg}";

const AHEAD_TEMPLATE: &str =
    "push  {spinner} {bytes} sent, {bytes_per_sec}, while the image is packed";

impl Bar {
    /// Of layers whose image is still being made: how many will come is not known.
    pub(super) fn ahead() -> Self {
        let style = ProgressStyle::with_template(AHEAD_TEMPLATE)
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
        bar.enable_steady_tick(TICK);
        Self {
            bar: bar.with_style(style),
            sent: Mutex::default(),
        }
    }

    pub(super) fn show(&self, step: &Progress) {
        let (blob, bytes) = match step {
            Progress::Sent(blob, bytes) => (blob, *bytes),
            Progress::Present(blob) | Progress::Uploaded(blob) => (blob, blob.size),
            Progress::Moved(_) => return,
        };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.insert(blob.digest.clone(), bytes);
        self.bar.set_position(sent.values().sum());
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
