use ecrane_core::name::Digest;
use ecrane_core::push::UploadPlan;
use ecrane_engine::push::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How far a push is, as a bar on a terminal. Elsewhere it does not show.
pub(super) struct Bar {
    bar: ProgressBar,
    /// The bytes sent of each blob; an upload that is begun anew begins at 0.
    sent: Mutex<HashMap<Digest, u64>>,
}

const TEMPLATE: &str = "push  {bar:30} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";

impl Bar {
    pub(super) fn new(plan: &UploadPlan) -> Self {
        let total = plan.blobs.iter().map(|blob| blob.size).sum();
        let style =
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: ProgressBar::new(total).with_style(style),
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
