use super::record::Record;
use crate::show::Log;
use ecrane_core::name::Tag;
use ecrane_engine::push::Progress;
use std::sync::{Mutex, PoisonError};

/// The tags of a push that is under way. Dropped before its end, it says which
/// of them were moved.
pub(super) struct Unfinished<'t> {
    /// Which push it is, if there are several.
    prefix: String,
    tags: &'t [Tag],
    moved: Mutex<Vec<Tag>>,
    log: Log,
    record: Record,
    done: bool,
}

impl<'t> Unfinished<'t> {
    pub(super) fn new(prefix: String, tags: &'t [Tag], record: Record, log: Log) -> Self {
        Self {
            prefix,
            tags,
            moved: Mutex::default(),
            log,
            record,
            done: false,
        }
    }

    pub(super) fn see(&self, step: &Progress) {
        if let Progress::Moved(tag) = step {
            self.record
                .done(format!("{}the tag {tag} was moved", self.prefix));
            self.moved
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(tag.clone());
        }
    }

    pub(super) fn finish(mut self) {
        self.done = true;
    }

    fn said(&self) -> String {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let (moved, still): (Vec<&Tag>, Vec<&Tag>) =
            self.tags.iter().partition(|tag| moved.contains(tag));
        let list = |tags: &[&Tag]| {
            let names: Vec<String> = tags.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        match (moved.as_slice(), still.as_slice()) {
            ([], still) => format!("tags moved: none; not confirmed: {}", list(still)),
            (moved, []) => format!("tags moved: {}, all", list(moved)),
            // The last request may still have arrived.
            (moved, still) => {
                format!(
                    "tags moved: {}; not confirmed: {}",
                    list(moved),
                    list(still)
                )
            }
        }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.done && !self.tags.is_empty() {
            self.log.line(&format!("{}{}", self.prefix, self.said()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{Place, Stream};

    #[test]
    fn what_was_moved_and_what_was_not_is_said() {
        let tags: Vec<Tag> = ["v1", "latest"].map(|tag| tag.parse().unwrap()).into();
        let push = Unfinished::new(
            String::new(),
            &tags,
            Record::new(),
            Log::new(Place::Terminal, Stream::Error),
        );
        let check = |expected: &str| assert_eq!(push.said(), expected);
        check("tags moved: none; not confirmed: v1, latest");
        push.see(&Progress::Moved(tags[0].clone()));
        check("tags moved: v1; not confirmed: latest");
        push.see(&Progress::Moved(tags[1].clone()));
        check("tags moved: v1, latest, all");
        push.finish();
    }
}
