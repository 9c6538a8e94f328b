//! The gate before a policy is put: what it would cost, and whether that was
//! allowed.
//!
//! Nothing tells ECR to stop once a policy stands: it removes what the policy
//! says within a day. So a policy is put only when all that it removes was read,
//! counted and allowed; whatever is not known speaks against it.

mod limit;
mod service;

pub use limit::{MaxRemove, NoLimit};
pub use service::{Difference, Previewed, Window};

use std::fmt;

use super::evaluate::{Doubt, Verdict, Verdicts};
use super::rule::Action;

#[cfg(test)]
mod tests;

/// The images that a policy removes, or may remove, and that the one in force
/// does not: the newest first. Archiving counts, as an archived image cannot be
/// pulled; so does expiring what would only have been archived.
///
/// `in_force` are the verdicts of the stored policy on the same images at the
/// same time; `None` where there is none, or none that can be read.
pub fn losses<'a>(in_force: Option<&Verdicts<'_>>, new: &Verdicts<'a>) -> Vec<Verdict<'a>> {
    let lost_anyway = |verdict: &Verdict<'_>| {
        in_force.is_some_and(|before| is_no_worse(verdict, &before.of(verdict.image)))
    };
    new.iter()
        .filter(Verdict::may_go)
        .filter(|verdict| !lost_anyway(verdict))
        .collect()
}

/// Whether an image is lost before as it is after. What only may go before may
/// as well have stayed, unless the same doubt makes the same of it.
fn is_no_worse(after: &Verdict<'_>, before: &Verdict<'_>) -> bool {
    if before.doubt.is_some() {
        // A tie is another one at the edge of another count.
        let same = before.doubt == after.doubt && before.doubt != Some(Doubt::Tie);
        return same && before.action() == after.action();
    }
    match (before.action(), after.action()) {
        (Some(Action::Expire), _) | (Some(Action::Transition), Some(Action::Transition)) => true,
        (Some(Action::Transition), _) | (None, _) => false,
    }
}

/// Why a policy is not put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// It costs more images than allowed.
    TooMany {
        /// So many.
        losses: usize,
        /// Of so many images.
        images: usize,
        /// What is allowed.
        limit: MaxRemove,
    },
    /// The service's own preview says otherwise.
    Service(Vec<Difference>),
    /// There was no repository to look at, and now there is.
    RepositoryAppeared,
    /// Another policy stands there than the one that was compared.
    PolicyChanged,
    /// Somebody else changed who may use the repository.
    AccessChanged,
    /// The images are others than those that were judged.
    ImagesChanged,
}

/// How many differences are told one by one.
const TOLD: usize = 5;

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany {
                losses,
                images,
                limit,
            } => write!(
                f,
                "the policy would remove {losses} of {images} images that are kept today, and `max-remove` is {limit}; allow as many with `max-remove: {losses}`, or mend the policy"
            ),
            Self::Service(differences) => {
                f.write_str("the preview of Amazon ECR itself says otherwise: ")?;
                for (place, difference) in differences.iter().take(TOLD).enumerate() {
                    let separator = if place == 0 { "" } else { "; " };
                    write!(f, "{separator}{difference}")?;
                }
                match differences.len().saturating_sub(TOLD) {
                    0 => Ok(()),
                    more => write!(f, "; and {more} more"),
                }
            }
            Self::RepositoryAppeared => f.write_str(
                "other runs create and remove the repository at the same time; run again",
            ),
            Self::PolicyChanged => f.write_str(
                "the repository's policy changed while this run looked at it; run again",
            ),
            Self::AccessChanged => f.write_str(
                "the repository policy was changed by somebody else while this run looked at it; run again",
            ),
            Self::ImagesChanged => f.write_str(
                "images were pushed, tagged or removed while this run looked at them; run again",
            ),
        }
    }
}

impl std::error::Error for Objection {}

/// Whether so many losses are allowed.
///
/// # Errors
/// They are too many.
pub fn within(limit: MaxRemove, losses: usize, images: usize) -> Result<(), Objection> {
    if losses <= limit.of(images) {
        return Ok(());
    }
    Err(Objection::TooMany {
        losses,
        images,
        limit,
    })
}
