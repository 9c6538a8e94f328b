//! What people see of a faulty policy.

mod awsx;
mod ecr;
mod ecrane;
mod embedded;
mod explain;
mod hostile;
mod json;
mod meaning;
mod service;
mod yaml;

use super::{Dialect, read};
use crate::diagnostic::{Colour, Source, render};

/// A policy of one rule, with this in the place of its parts.
fn policy(priority: &str, selection: &str, action: &str) -> String {
    format!(
        r#"{{"rules": [
  {{"rulePriority": {priority},
   "selection": {{{selection}}},
   "action": {{{action}}}}}
]}}"#
    )
}

/// A policy of one rule that is right but for its selection.
fn selecting(selection: &str) -> String {
    policy("1", selection, r#""type": "expire""#)
}

/// What a text reads as: what is found in it, or the JSON it comes to.
fn shown(text: &str, dialect: Option<Dialect>) -> String {
    let source = Source {
        name: "policy.json",
        text,
    };
    let checked = read(text, dialect);
    let mut shown = render(source, &checked.diagnostics, Colour::Off);
    if checked.is_valid() {
        let json = checked.policy.map(|policy| policy.to_json());
        let json = json.unwrap_or_else(|| "no policy".to_owned());
        shown = [shown, json]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
    }
    shown
}
