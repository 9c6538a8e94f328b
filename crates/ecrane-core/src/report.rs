//! What people see of a plan and of what came of it: the tree, the job summary,
//! and the comment on a pull request. Text in, text out; colours belong to the
//! terminal's end.

mod cost;
mod image;
mod markdown;
mod removal;
mod run;

pub use cost::{Cost, Loss};
pub use image::{ImageResult, TagChange, TagResult, built_row};
pub use markdown::visible;
pub use removal::{cleanup_rows, destroy_row, rollback_rows};
pub use run::{Ending, Marker, Run, comment, fate_sentence, summary};

use crate::repository::{AccessStep, LeftOut, Plan, PolicyStep, Replaces, RepositoryStep};
use image::{IMAGE, image_row, result_row};
use serde::Serialize;
use std::time::Duration;

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It stays.
    Same,
    /// It is otherwise than wanted, and stays.
    Differs,
    /// The build decides.
    AfterBuild,
    /// It is taken away.
    Delete,
}

impl Change {
    /// The mark at the start of a line.
    #[must_use]
    pub const fn mark(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Same => '=',
            Self::Differs => '!',
            Self::AfterBuild => '?',
            Self::Delete => '-',
        }
    }
}

/// One line of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What happens.
    pub change: Change,
    /// The kind of resource.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What there is to say of it.
    pub note: String,
    /// The registry that it is in, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
}

impl Row {
    /// The row of a run for several registries.
    #[must_use]
    pub fn of(self, registry: &str) -> Self {
        Self {
            registry: Some(registry.to_owned()),
            ..self
        }
    }
}

/// The rows of each registry.
pub fn by_registry(rows: &[Row]) -> impl Iterator<Item = (Option<&str>, &[Row])> {
    rows.chunk_by(|a, b| a.registry == b.registry)
        .map(|rows| (rows.first().and_then(|row| row.registry.as_deref()), rows))
}

/// The lines of a plan.
#[must_use]
pub fn plan_rows(plan: &Plan) -> Vec<Row> {
    rows(plan, None)
}

/// The lines of a plan that was carried out.
#[must_use]
pub fn result_rows(plan: &Plan, image: &ImageResult) -> Vec<Row> {
    rows(plan, Some(image))
}

fn rows(plan: &Plan, result: Option<&ImageResult>) -> Vec<Row> {
    let mut rows = vec![repository_row(&plan.repository)];
    let repository = rows.first().map(|row| row.name.clone()).unwrap_or_default();
    rows.extend(
        plan.access
            .as_ref()
            .map(|step| access_row(step, &repository)),
    );
    rows.extend(
        plan.policy
            .as_ref()
            .map(|step| policy_row(step, &repository)),
    );
    rows.push(match result {
        Some(image) => result_row(image, &repository),
        None => image_row(plan, &repository),
    });
    rows
}

fn repository_row(step: &RepositoryStep) -> Row {
    let (change, name, note) = match step {
        RepositoryStep::Create(new) => {
            let mutability = new.mutability.as_ref().map(|it| format!("tags {it}"));
            let scan = new.scan_on_push.map(|scan| format!("scan on push {scan}"));
            let encryption = new
                .encryption
                .as_ref()
                .map(|it| format!("encrypted by {it}"));
            let notes = [mutability, scan, encryption].into_iter().flatten();
            let notes: Vec<String> = notes.collect();
            (Change::Create, &new.name, notes.join(", "))
        }
        RepositoryStep::Keep { name, changes } if changes.is_empty() => {
            (Change::Same, name, String::new())
        }
        RepositoryStep::Keep { name, changes } => {
            let notes: Vec<String> = changes.iter().map(ToString::to_string).collect();
            (Change::Update, name, notes.join(", "))
        }
    };
    Row {
        change,
        kind: "repository",
        name: name.to_string(),
        note,
        registry: None,
    }
}

fn access_row(step: &AccessStep, repository: &str) -> Row {
    let (change, policy, instead) = match step {
        AccessStep::Put { policy, replaces } => match replaces {
            Replaces::Nothing => (Change::Create, policy, ""),
            Replaces::OwnPolicy => (Change::Update, policy, ""),
            Replaces::ForeignPolicy => (Change::Update, policy, FOREIGN),
        },
        AccessStep::Keep(policy) => (Change::Same, policy, ""),
    };
    Row {
        change,
        kind: "repository policy",
        name: repository.to_owned(),
        note: count(policy.statements(), "statement") + instead,
        registry: None,
    }
}

/// What is said of a policy that takes the place of somebody else's.
const FOREIGN: &str = ", in place of one that ecrane did not put";

fn policy_row(step: &PolicyStep, repository: &str) -> Row {
    let (change, policy) = match step {
        PolicyStep::Put {
            policy,
            replaces: Replaces::Nothing,
        } => (Change::Create, policy),
        PolicyStep::Put { policy, .. } => (Change::Update, policy),
        PolicyStep::Leave(policy, LeftOut::OnlyChecked) => (Change::Differs, policy),
        PolicyStep::Keep(policy) | PolicyStep::Leave(policy, LeftOut::AnotherStands) => {
            (Change::Same, policy)
        }
    };
    let rules = count(policy.rules().len(), "rule");
    let note = match step {
        PolicyStep::Put {
            replaces: Replaces::ForeignPolicy,
            ..
        } => rules + FOREIGN,
        PolicyStep::Leave(_, LeftOut::OnlyChecked) => format!("{rules}, checked and not put"),
        PolicyStep::Leave(_, LeftOut::AnotherStands) => {
            format!("{rules}, not put: another stands there")
        }
        PolicyStep::Put { .. } | PolicyStep::Keep(_) => rules,
    };
    Row {
        change,
        kind: "lifecycle policy",
        name: repository.to_owned(),
        note,
        registry: None,
    }
}

/// The rows as a tree: marks first, columns aligned.
#[must_use]
pub fn tree(rows: &[Row]) -> String {
    let branch = |i: usize| match i {
        0 => "",
        i if i + 1 == rows.len() => "└─ ",
        _ => "├─ ",
    };
    let width = |text: &str| text.chars().count();
    let kinds = rows
        .iter()
        .enumerate()
        .map(|(i, row)| width(branch(i)) + width(row.kind));
    let kind_width = kinds.max().unwrap_or(0);
    let name_width = rows.iter().map(|row| width(&row.name)).max().unwrap_or(0);
    let mut tree = String::new();
    for (i, row) in rows.iter().enumerate() {
        let kind = format!("{}{}", branch(i), row.kind);
        let line = format!(
            " {}  {kind:kind_width$}   {:name_width$}   {}",
            row.change.mark(),
            row.name,
            row.note
        );
        tree.push_str(line.trim_end());
        tree.push('\n');
    }
    tree
}

/// How many resources were made, changed and left, or that nothing changed.
#[must_use]
pub fn resources(rows: &[Row]) -> String {
    let of = |change: Change| rows.iter().filter(|row| row.change == change).count();
    let parts = [
        (of(Change::Create), "+", "created"),
        (of(Change::Update), "~", "updated"),
        (of(Change::Delete), "-", "deleted"),
        (of(Change::Same), "=", "unchanged"),
        (of(Change::Differs), "!", "left as it is, though it differs"),
    ];
    if of(Change::Same) == rows.len() {
        return format!("= {} unchanged, no changes", rows.len());
    }
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, mark, word)| format!("{mark} {n} {word}"))
        .collect();
    parts.join(", ")
}

/// Whether a repository or its policy is otherwise than wanted. What becomes of
/// the image is not known before it is built.
#[must_use]
pub fn drifts(rows: &[Row]) -> bool {
    let settings = rows.iter().filter(|row| row.kind != IMAGE);
    settings
        .map(|row| row.change)
        .any(|change| matches!(change, Change::Create | Change::Update | Change::Differs))
}

/// Whether the run changed anything.
#[must_use]
pub fn changed(rows: &[Row]) -> bool {
    let stays = |change| matches!(change, Change::Same | Change::Differs);
    rows.iter().any(|row| !stays(row.change))
}

fn count(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// Bytes as people read them: powers of 1024, three significant digits.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "three digits are shown of what is exact to fifteen"
    )]
    let mut value = n as f64 / 1024.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while value >= 1000.0 {
        let Some(larger) = units.next() else { break };
        value /= 1024.0;
        unit = Some(larger);
    }
    let digits = if value < 10.0 {
        2
    } else {
        usize::from(value < 100.0)
    };
    format!("{value:.digits$} {}", unit.unwrap_or(&"KiB"))
}

/// A duration as people read it: `0.4 s`, `12.3 s`, `2 min 5 s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = duration.as_secs();
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests;
