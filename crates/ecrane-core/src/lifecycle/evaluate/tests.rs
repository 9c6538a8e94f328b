//! Each rule of the evaluation in a small world of its own.
//!
//! A line of a world is an image: its name, its tags (`-` for none), its age
//! in days, and what else there is to say of it. A line of a policy is a rule:
//! its priority, its tags, what it counts, and `archive` where it does not
//! expire. The time is noon.

mod doubts;
mod relations;
mod rules;

use super::super::image::{Collector, Detail, Extent, ImageStatus, Images, MediaKind, Moment};
use super::super::{Policy, check};
use super::{Verdicts, evaluate};
use std::borrow::Cow;

pub(in crate::lifecycle) const NOON: i64 = 1_780_000_000 / 86_400 * 86_400 + 43_200;

/// A digest that is in the order of the names.
pub(in crate::lifecycle) fn digest(name: &str) -> String {
    let hex: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex:0<64}")
}

/// A time so many days ago, such as `7` or `7.5`.
fn ago(days: &str) -> Moment {
    let days: f64 = days.parse().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]
    let seconds = (days * 86_400.0) as i64;
    Moment::from_seconds(NOON - seconds)
}

fn image(line: &str) -> Detail<'static> {
    let mut words = line.split_whitespace();
    let mut next = || words.next().unwrap_or_else(|| panic!("too short: {line}"));
    let (name, tags, age) = (next(), next(), next());
    let tags = tags.split(',').filter(|tag| *tag != "-");
    let mut image = Detail {
        digest: digest(name).into(),
        tags: tags.map(|tag| Cow::from(tag.to_owned())).collect(),
        pushed: ago(age),
        pulled: None,
        archived: None,
        activated: None,
        status: ImageStatus::Active,
        kind: MediaKind::Image,
        size: 10,
        references: None,
        subject: None,
    };
    for word in words {
        match word.split_once('=') {
            Some(("pulled", days)) => image.pulled = Some(ago(days)),
            Some(("restored", days)) => image.activated = Some(ago(days)),
            Some(("of", subject)) => image.subject = Some(digest(subject).into()),
            Some(("archived", days)) => {
                image.status = ImageStatus::Archived;
                image.archived = Some(ago(days));
            }
            Some(("holds", children)) => {
                image.kind = MediaKind::Index;
                let children = children.split(',').map(|name| digest(name).into());
                image.references = Some(children.collect());
            }
            None if word == "index" => image.kind = MediaKind::Index,
            None if word == "archived" => image.status = ImageStatus::Archived,
            None if word == "activating" => {
                image.status = ImageStatus::Activating;
                image.archived = Some(ago("100"));
            }
            _ => panic!("unknown word `{word}`"),
        }
    }
    image
}

fn rule(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [priority, tags, count, number, rest @ ..] = words.as_slice() else {
        panic!("too short: {line}");
    };
    let tags = match *tags {
        "any" | "untagged" => format!(r#""tagStatus": "{tags}""#),
        patterns => {
            let patterns = patterns.replace(',', r#"", ""#);
            format!(r#""tagStatus": "tagged", "tagPatternList": ["{patterns}"]"#)
        }
    };
    let count = match *count {
        "count" => r#""countType": "imageCountMoreThan""#,
        "pushed" => r#""countType": "sinceImagePushed", "countUnit": "days""#,
        "pulled" => r#""countType": "sinceImagePulled", "countUnit": "days""#,
        "archived" => {
            r#""countType": "sinceImageTransitioned", "countUnit": "days", "storageClass": "archive""#
        }
        other => panic!("unknown count `{other}`"),
    };
    let action = match rest {
        [] => r#""type": "expire""#,
        ["archive"] => r#""type": "transition", "targetStorageClass": "archive""#,
        other => panic!("unknown action {other:?}"),
    };
    format!(
        r#"{{"rulePriority": {priority}, "selection": {{{tags}, {count}, "countNumber": {number}}}, "action": {{{action}}}}}"#
    )
}

pub(in crate::lifecycle) fn policy(lines: &[&str]) -> Policy {
    let rules: Vec<String> = lines.iter().map(|line| rule(line)).collect();
    let checked = check(&format!(r#"{{"rules": [{}]}}"#, rules.join(", ")));
    let diagnostics = checked.diagnostics;
    checked.policy.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

pub(in crate::lifecycle) fn images(world: &[&str], extent: Extent) -> Images {
    let mut collector = Collector::default();
    for line in world {
        collector.add(image(line));
    }
    collector.images(extent).unwrap()
}

/// What becomes of each image, in the order of the world.
fn verdicts(rules: &[&str], world: &[&str], extent: Extent) -> String {
    let policy = policy(rules);
    let images = images(world, extent);
    let verdicts = evaluate(&policy, &images, Moment::from_seconds(NOON));
    let mut lines: Vec<String> = world
        .iter()
        .map(|line| {
            let name = line.split_whitespace().next().unwrap();
            format!("{name}: {}", said(&verdicts, &digest(name)))
        })
        .collect();
    lines.extend(
        verdicts
            .warnings()
            .iter()
            .map(|it| format!("warning: {it}")),
    );
    lines.join("\n")
}

fn said(verdicts: &Verdicts<'_>, digest: &str) -> String {
    let images = verdicts.images();
    let id = images.ids().find(|id| images.digest(*id) == digest);
    verdicts.reason(id.unwrap())
}

/// In a repository of which every image is known.
fn whole(rules: &[&str], world: &[&str]) -> String {
    verdicts(rules, world, Extent::Whole)
}
