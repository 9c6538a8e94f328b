//! The lines of runs that take something away or put it back.

use super::{Change, Row, bytes, count};
use crate::name::RepositoryName;
use crate::repository::{Cleanup, Contents, Named, Removed, Rollback};

fn row(change: Change, kind: &'static str, name: &str, note: String) -> Row {
    Row {
        change,
        kind,
        name: name.to_owned(),
        note,
        registry: None,
    }
}

/// The lines of the way back to the policy before.
#[must_use]
pub fn rollback_rows(repository: &RepositoryName, rollback: &Rollback) -> Vec<Row> {
    let name = repository.as_str();
    let (owner, change, note) = match rollback {
        Rollback::Nothing => (
            Change::Same,
            Change::Same,
            "as it was before the run".to_owned(),
        ),
        Rollback::Put { policy, tags } => {
            let owner = match tags.is_empty() {
                true => Change::Same,
                false => Change::Update,
            };
            let rules = count(policy.rules().len(), "rule");
            (owner, Change::Update, format!("{rules}, as before the run"))
        }
        Rollback::Delete => (
            Change::Same,
            Change::Delete,
            "there was none before the run".to_owned(),
        ),
    };
    let tags = match owner {
        Change::Update => format!("tags {}", crate::repository::OWNER_TAG),
        _ => String::new(),
    };
    vec![
        row(owner, "repository", name, tags),
        row(change, "lifecycle policy", name, note),
    ]
}

/// The line of a repository that goes with all that it holds; `None`: it is not
/// there.
#[must_use]
pub fn destroy_row(repository: &RepositoryName, contents: Option<&Contents>) -> Row {
    let (change, note) = match contents {
        None => (Change::Same, "is not there".to_owned()),
        Some(contents) if contents.images == 0 => (Change::Delete, "empty".to_owned()),
        Some(contents) => {
            let (images, tags) = (count(contents.images, "image"), count(contents.tags, "tag"));
            let size = bytes(contents.bytes);
            (Change::Delete, format!("{images}, {tags}, at most {size}"))
        }
    };
    row(change, "repository", repository.as_str(), note)
}

/// The lines of the tags of pull requests: first those that go.
#[must_use]
pub fn cleanup_rows(repository: &RepositoryName, cleanup: &Cleanup) -> Vec<Row> {
    let name = repository.as_str();
    let tag = |tag: &str| format!("{name}:{tag}");
    let removed = cleanup.removed.iter().map(|Removed { tag: it, image }| {
        let image = match image {
            Named::Stays => "the image has other tags".to_owned(),
            Named::Goes(size) => format!("with its image, at most {}", bytes(*size)),
        };
        let note = format!("#{} is closed; {image}", it.number);
        row(Change::Delete, "tag", &tag(it.tag.as_str()), note)
    });
    let kept = cleanup.kept.iter().map(|kept| {
        let note = format!("#{} {}", kept.tag.number, kept.why);
        row(Change::Same, "tag", &tag(kept.tag.tag.as_str()), note)
    });
    let whole = row(Change::Same, "repository", name, String::new());
    [whole].into_iter().chain(removed).chain(kept).collect()
}
