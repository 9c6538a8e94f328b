//! `types.ts` is made from the types of the answers.

use ecrane_core::lifecycle::explain::explain;
use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::preview::Line;
use ecrane_core::lifecycle::{self, diff, diff_images, evaluate};
use serde::{Deserialize, Serialize};
use ts_rs::{Config, TS};

use crate::{
    Basis, Compared, Compiled, Dialect, Finding, Label, Mended, Played, Report, RuleAtWork,
    Severity,
};

const HEADER: &str = "// Made from src/ by its tests, which fail when they differ.\n";

/// What happens to an image, and why.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "its shape is what is used")]
struct Verdict {
    digest: String,
    tags: Vec<String>,
    action: Action,
    certainty: Certainty,
    /// Of the rule that removes it.
    rule_priority: Option<u32>,
    /// Of the rule that it belongs to, whether it is removed or not.
    claimed_by: Option<u32>,
    /// The digest of the index that it is a part of.
    blocked_by: Option<String>,
    reason: String,
}

/// Either that something happens for sure, or that it may.
#[derive(Deserialize, TS)]
#[serde(rename_all = "lowercase")]
enum Certainty {
    Will,
    May,
}

/// Nothing, deleted, or archived.
#[derive(Deserialize, TS)]
#[serde(rename_all = "lowercase")]
enum Action {
    None,
    Expire,
    Transition,
}

/// The verdicts in numbers.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its shape is what is used")]
struct Summary {
    images: usize,
    expire: usize,
    transition: usize,
    /// Those that are not certain.
    may: usize,
    /// At most, of those that expire.
    bytes: u64,
}

/// A rule in words.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "its shape is what is used")]
struct RuleInWords {
    /// Its number; the lowest is applied first.
    rule_priority: u32,
    /// What it selects.
    selects: String,
    /// What becomes of those.
    outcome: String,
    /// What its author wrote.
    description: Option<String>,
}

/// What happens to an image by one of two policies.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "its shape is what is used")]
struct Hands {
    action: Action,
    certainty: Certainty,
    /// Of the rule that it belongs to.
    claimed_by: Option<u32>,
}

/// An image that changes hands from one policy to another.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its shape is what is used")]
struct ImageChange {
    digest: String,
    tags: Vec<String>,
    old: Hands,
    new: Hands,
}

/// A rule that is not as it was.
#[derive(Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "its shape is what is used")]
enum Change {
    Added { new: RuleInWords },
    Removed { old: RuleInWords },
    Changed { old: RuleInWords, new: RuleInWords },
    Moved { old: RuleInWords, new: RuleInWords },
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("\n{docs}export {}\n", T::decl(config))
}

/// `ECRANE_BLESS=1 cargo test --package ecrane-wasm` writes the file anew.
#[test]
fn the_types_of_the_page_are_made_from_these() {
    let config = Config::new().with_large_int("number");
    let made: String = [
        declaration::<Dialect>(&config),
        declaration::<Severity>(&config),
        declaration::<Label>(&config),
        declaration::<Finding>(&config),
        declaration::<Report>(&config),
        declaration::<Compiled>(&config),
        declaration::<Action>(&config),
        declaration::<Certainty>(&config),
        declaration::<Verdict>(&config),
        declaration::<Summary>(&config),
        declaration::<RuleInWords>(&config),
        declaration::<RuleAtWork>(&config),
        declaration::<Played>(&config),
        declaration::<Hands>(&config),
        declaration::<ImageChange>(&config),
        declaration::<Change>(&config),
        declaration::<Compared>(&config),
        declaration::<Mended>(&config),
        declaration::<Basis>(&config),
    ]
    .concat()
    .lines()
    .flat_map(|line| [line.trim_end(), "\n"])
    .collect();
    let made = HEADER.to_owned() + &made;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/types.ts");
    if std::env::var_os("ECRANE_BLESS").is_some() {
        std::fs::write(file, &made).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap();
    assert_eq!(committed, made, "ECRANE_BLESS=1 writes it anew");
}

#[test]
fn what_core_writes_is_as_its_types_say() {
    let policy = |number: u32| {
        let text = format!(
            r#"{{"rules": [{{"rulePriority": 1, "selection": {{"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": {number}}}, "action": {{"type": "expire"}}}}]}}"#
        );
        lifecycle::check(&text).policy.unwrap()
    };
    let image = |digit: &str, day: u32| {
        let digest = digit.repeat(64);
        format!(
            r#"{{"imageDigest": "sha256:{digest}", "imageTags": ["v{day}"], "imagePushedAt": "2026-01-0{day}T00:00:00Z"}}"#
        )
    };
    let images = format!("[{}, {}]", image("a", 1), image("b", 2));
    let images = image::read(&images).images.unwrap();
    let now = Moment::from_seconds(1_800_000_000);
    let (old, new) = (policy(1), policy(2));
    let (before, after) = (evaluate(&old, &images, now), evaluate(&new, &images, now));

    let lines: Vec<_> = images.ids().map(|id| Line::new(&before, id)).collect();
    let verdicts: Vec<Verdict> = read(&lines);
    assert_eq!(verdicts.len(), 2);
    let summary: Summary = read(&before.summary());
    assert_eq!(summary.images, 2);
    let rules: Vec<RuleInWords> = read(&explain(&old));
    assert_eq!(rules.len(), 1);
    let changes: Vec<Change> = read(&diff(&old, &new));
    assert!(matches!(changes.as_slice(), [Change::Changed { .. }]));
    let images: Vec<ImageChange> = read(&diff_images(&before, &after));
    assert_eq!(images.len(), 1);
}

fn read<T: for<'de> Deserialize<'de>>(value: &impl Serialize) -> T {
    let json = serde_json::to_string(value).unwrap();
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}
