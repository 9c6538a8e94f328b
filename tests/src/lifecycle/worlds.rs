//! Random small worlds, and how ecrane is told of them.
//!
//! Few images, few different times and few letters: ties, shared beginnings of
//! tags and ages just at a limit are then common.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::naive::{Action, Count, DAY, Extent, Image, Rule, Status, Tags, World};

/// A noon, so that hours and calendar days can disagree.
const NOW: i64 = 20_000 * DAY + DAY / 2;
const MOST_IMAGES: usize = 7;
const MOST_RULES: usize = 4;

/// A random world whose policy ECR accepts.
pub(super) fn world() -> impl Strategy<Value = World> {
    let images = (1..=MOST_IMAGES).prop_flat_map(|count| vec(image(count), count));
    let rules = vec(rule(), 1..=MOST_RULES);
    let extent = prop_oneof![
        4 => Just(Extent::Whole),
        2 => Just(Extent::Unsaid),
        1 => Just(Extent::CutShort),
    ];
    let digests = Just((0..=MOST_IMAGES).collect::<Vec<usize>>()).prop_shuffle();
    let tags = vec(0..MOST_IMAGES * 2, TAGS.len());
    (images, rules, extent, digests, tags).prop_map(|(drafts, rules, extent, digests, tags)| {
        let digest = |place: usize| digest(digests[place.min(MOST_IMAGES)]);
        let mut images: Vec<Image> = drafts
            .into_iter()
            .map(|draft| draft.image(&digest))
            .collect();
        for (place, image) in images.iter_mut().enumerate() {
            image.digest = digest(place);
        }
        // A tag names one image, or none.
        for (tag, owner) in TAGS.iter().zip(tags) {
            if let Some(image) = images.get_mut(owner) {
                image.tags.push((*tag).to_owned());
            }
        }
        World {
            now: NOW,
            rules: acceptable(rules),
            images,
            extent,
        }
    })
}

const TAGS: [&str; 8] = ["a", "b", "ab", "ba", "aab", "abb", "bab", "c"];
const ENTRIES: [&str; 8] = ["a", "b", "*b", "a*", "*a*", "a*b", "b*b*", "*"];

fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

/// An image that names others by their places.
#[derive(Debug, Clone)]
struct Draft {
    pushed: i64,
    pulled: Option<i64>,
    archived: Option<i64>,
    restored: Option<i64>,
    status: Status,
    index: bool,
    references: Option<Vec<usize>>,
    subject: Option<usize>,
}

impl Draft {
    fn image(self, digest: &impl Fn(usize) -> String) -> Image {
        let references = self.references.filter(|_| self.index);
        Image {
            digest: String::new(),
            tags: Vec::new(),
            pushed: self.pushed,
            pulled: self.pulled,
            archived: self.archived,
            restored: self.restored,
            status: self.status,
            index: self.index,
            references: references.map(|places| places.into_iter().map(digest).collect()),
            subject: self.subject.map(digest),
        }
    }
}

/// Around the limits of the rules.
fn time(days: std::ops::Range<i64>) -> impl Strategy<Value = i64> {
    let second = prop_oneof![6 => Just(0), 1 => Just(1), 1 => Just(-1), 2 => Just(DAY / 3)];
    (days, second).prop_map(|(days, second)| NOW - days * DAY - second)
}

fn image(count: usize) -> impl Strategy<Value = Draft> {
    let status = prop_oneof![
        8 => Just(Status::Active),
        2 => Just(Status::Archived),
        1 => Just(Status::Activating),
    ];
    // One place more than there are images: a digest that is not listed.
    let references = proptest::option::weighted(0.8, vec(0..=count, 0..3));
    (
        time(0..5),
        proptest::option::weighted(0.3, time(0..5)),
        proptest::option::weighted(0.8, time(88..93)),
        proptest::option::weighted(0.2, time(0..5)),
        status,
        proptest::bool::weighted(0.25),
        references,
        proptest::option::weighted(0.2, 0..=count),
    )
        .prop_map(
            |(pushed, pulled, archived, restored, status, index, references, subject)| Draft {
                pushed,
                pulled,
                archived: archived.filter(|_| status != Status::Active),
                restored: restored.filter(|_| status == Status::Active),
                status,
                index,
                references,
                subject,
            },
        )
}

fn rule() -> impl Strategy<Value = Rule> {
    let entries = || vec(proptest::sample::select(&ENTRIES[..]), 1..3);
    let owned = |entries: Vec<&str>| entries.into_iter().map(str::to_owned).collect();
    let tags = prop_oneof![
        2 => Just(Tags::Any),
        2 => Just(Tags::Untagged),
        4 => entries().prop_map(move |list| Tags::Patterns(owned(list))),
        2 => entries().prop_map(move |list| Tags::Prefixes(owned(list))),
    ];
    let count = prop_oneof![
        4 => (Just(Count::Images), 1..4_i64),
        4 => (Just(Count::Pushed), 1..4_i64),
        2 => (Just(Count::Pulled), 1..4_i64),
        2 => (Just(Count::Archived), 90..92_i64),
    ];
    let action = prop_oneof![3 => Just(Action::Expire), 1 => Just(Action::Transition)];
    (tags, count, action).prop_map(|(tags, (count, number), action)| Rule {
        tags,
        number,
        count,
        action: match count {
            Count::Pulled => Action::Transition,
            Count::Archived => Action::Expire,
            Count::Images | Count::Pushed => action,
        },
    })
}

/// Without what ECR refuses: a selection that is there twice in one storage
/// class, and `any` before others.
fn acceptable(rules: Vec<Rule>) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    for rule in rules {
        let same = |other: &Rule| {
            let classes = [rule.count, other.count].map(|count| count == Count::Archived);
            classes[0] == classes[1] && sorted(&other.tags) == sorted(&rule.tags)
        };
        if !kept.iter().any(same) {
            kept.push(rule);
        }
    }
    kept.sort_by_key(|rule| rule.tags == Tags::Any);
    kept
}

fn sorted(tags: &Tags) -> (u8, Vec<&String>) {
    let (kind, list) = match tags {
        Tags::Any => (0, None),
        Tags::Untagged => (1, None),
        Tags::Patterns(list) => (2, Some(list)),
        Tags::Prefixes(list) => (3, Some(list)),
    };
    let mut list: Vec<&String> = list.into_iter().flatten().collect();
    list.sort();
    list.dedup();
    (kind, list)
}

/// The policy as ECR takes it.
pub(super) fn policy_text(world: &World) -> String {
    let rules: Vec<Value> = world
        .rules
        .iter()
        .zip(1..)
        .map(|(rule, priority)| {
            let mut selection = match &rule.tags {
                Tags::Any => json!({"tagStatus": "any"}),
                Tags::Untagged => json!({"tagStatus": "untagged"}),
                Tags::Patterns(list) => json!({"tagStatus": "tagged", "tagPatternList": list}),
                Tags::Prefixes(list) => json!({"tagStatus": "tagged", "tagPrefixList": list}),
            };
            selection["countNumber"] = rule.number.into();
            selection["countType"] = match rule.count {
                Count::Images => "imageCountMoreThan",
                Count::Pushed => "sinceImagePushed",
                Count::Pulled => "sinceImagePulled",
                Count::Archived => "sinceImageTransitioned",
            }
            .into();
            if rule.count != Count::Images {
                selection["countUnit"] = "days".into();
            }
            if rule.count == Count::Archived {
                selection["storageClass"] = "archive".into();
            }
            let action = match rule.action {
                Action::Expire => json!({"type": "expire"}),
                Action::Transition => {
                    json!({"type": "transition", "targetStorageClass": "archive"})
                }
            };
            json!({"rulePriority": priority, "selection": selection, "action": action})
        })
        .collect();
    json!({ "rules": rules }).to_string()
}

/// The list of images as `describe-images` prints it.
pub(super) fn images_text(world: &World) -> String {
    let images: Vec<Value> = world.images.iter().map(image_json).collect();
    let mut list = json!({ "imageDetails": images });
    match world.extent {
        Extent::Unsaid => {}
        Extent::Whole => list["complete"] = true.into(),
        Extent::CutShort => list["nextToken"] = "more".into(),
    }
    list.to_string()
}

fn image_json(image: &Image) -> Value {
    let media_type = match image.index {
        true => "application/vnd.oci.image.index.v1+json",
        false => "application/vnd.oci.image.manifest.v1+json",
    };
    let status = match image.status {
        Status::Active => "ACTIVE",
        Status::Archived => "ARCHIVED",
        Status::Activating => "ACTIVATING",
    };
    json!({
        "imageDigest": image.digest,
        "imageTags": image.tags,
        "imagePushedAt": image.pushed,
        "lastRecordedPullTime": image.pulled,
        "lastArchivedAt": image.archived,
        "lastActivatedAt": image.restored,
        "imageStatus": status,
        "imageManifestMediaType": media_type,
        "references": image.references,
        "subjectManifestDigest": image.subject,
    })
}
