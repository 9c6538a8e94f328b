//! `types.ts` is made from the types of the answers.

use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::{self, evaluate, preview};
use serde::Deserialize;
use ts_rs::{Config, TS};

use crate::{Compiled, Dialect, Finding, Label, Played, Report, Severity};

const HEADER: &str = "// Made from src/ by its tests, which fail when they differ.\n";

/// What a policy does to images.
///
/// Core writes it without a type of its own in between; these are the words it
/// writes.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its shape is what is used")]
struct Preview {
    /// One for each image, in the order of the list.
    results: Vec<Verdict>,
    summary: Summary,
    /// What is to be known of all verdicts, each a sentence.
    warnings: Vec<String>,
}

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
        declaration::<Preview>(&config),
        declaration::<Played<'_>>(&config),
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
fn a_preview_is_written_as_its_type_says() {
    let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;
    let policy = lifecycle::check(policy).policy.unwrap();
    let image = |digit: &str, day: u32| {
        let digest = digit.repeat(64);
        format!(
            r#"{{"imageDigest": "sha256:{digest}", "imageTags": ["v{day}"], "imagePushedAt": "2026-01-0{day}T00:00:00Z"}}"#
        )
    };
    let images = format!("[{}, {}]", image("a", 1), image("b", 2));
    let images = image::read(&images).images.unwrap();
    let verdicts = evaluate(&policy, &images, Moment::from_seconds(1_800_000_000));
    let json = serde_json::to_string(&preview::Preview::new(&verdicts, &[])).unwrap();
    let preview: Preview = serde_json::from_str(&json).unwrap();
    assert_eq!(preview.results.len(), 2, "{json}");
}
