use ecrane_core::name::Digest;
use ecrane_core::push::UploadPlan;
use ecrane_engine::push::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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

impl Bar {
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
