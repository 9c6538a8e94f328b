//! Tags by rule, as docker/metadata-action has them: `type=semver`, `ref`,
//! `sha`, `raw`, `schedule`, `edge`, `match`, `pep440`, and a flavor for all.
//!
//! A [`Rule`] is read from a line, with every fault at its place. What the rules
//! come to is a function of them and of an [`Event`]: [`evaluate`].
//!
//! Two things are stricter than there. What a rule says and nobody knows is a
//! fault, where the action passes it over. And no character is written as an
//! HTML entity: a branch `a=b` gives `a-b`.

mod date;
mod evaluate;
mod event;
mod flavor;
mod matcher;
mod place;
mod reader;
mod record;
mod release;
mod rule;
mod slip;
mod template;
mod zone;

pub use evaluate::{Given, Remark, evaluate};
pub use event::{Event, GitRef, Payload, Repository};
pub use flavor::Flavor;
pub use rule::Rule;

#[cfg(test)]
mod tests;
