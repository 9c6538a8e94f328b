//! Incidents that people wrote about, replayed: what was lost goes, and a
//! finding names the cause before it does.

use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::{self, Dialect, Verdicts, evaluate};
use serde::Deserialize;
use serde_json::json;

use crate::harness::root;

/// A file of `tests/fixtures/incidents`; its README says what is what.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Incident {
    source: String,
    happened: String,
    policy_is: Basis,
    #[serde(default)]
    dialect: Option<String>,
    policy: serde_json::Value,
    images: Vec<Image>,
    #[serde(default)]
    newer: Option<Newer>,
    lost: Vec<String>,
    cause: String,
}

/// How far the policy is known.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Basis {
    Quoted,
    Described,
    Assumed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    name: String,
    tags: Vec<String>,
    /// How long ago it was pushed.
    days: i64,
}

/// So many more, of today, tagged with a number after these words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Newer {
    images: usize,
    tag: String,
}

const NOW: i64 = 1_790_000_000;

impl Incident {
    /// As `describe-images` prints them; an image's digest is its place in the
    /// list.
    fn images(&self) -> String {
        let named = self
            .images
            .iter()
            .map(|image| (image.tags.clone(), image.days));
        let newer = self.newer.iter().flat_map(|newer| {
            (0..newer.images).map(|number| (vec![format!("{}{number}", newer.tag)], 0))
        });
        let details: Vec<_> = named
            .chain(newer)
            .enumerate()
            .map(|(place, (tags, days))| {
                json!({
                    "imageDigest": digest(place),
                    "imageTags": tags,
                    "imagePushedAt": NOW - days * 86_400 - 1,
                    "imageSizeInBytes": 1,
                })
            })
            .collect();
        json!({ "imageDetails": details, "complete": true }).to_string()
    }

    fn dialect(&self) -> Dialect {
        let name = self.dialect.as_deref().unwrap_or("ecr");
        name.parse().unwrap()
    }

    /// The names of the images that go.
    fn gone(&self, verdicts: &Verdicts<'_>) -> Vec<&str> {
        let removed: Vec<&str> = verdicts
            .iter()
            .filter(|verdict| verdict.removal.is_some())
            .map(|verdict| verdicts.images().digest(verdict.image))
            .collect();
        let named = self.images.iter().enumerate();
        named
            .filter(|(place, _)| removed.contains(&digest(*place).as_str()))
            .map(|(_, image)| image.name.as_str())
            .collect()
    }
}

fn digest(place: usize) -> String {
    format!("sha256:{place:064x}")
}

fn incidents() -> Vec<(String, Incident)> {
    let folder = root().join("tests/fixtures/incidents");
    let files = std::fs::read_dir(folder).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let mut incidents: Vec<_> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let incident =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, incident)
        })
        .collect();
    incidents.sort_by(|(a, _), (b, _)| a.cmp(b));
    incidents
}

#[test]
fn what_was_lost_goes_and_a_finding_names_the_cause() {
    let incidents = incidents();
    let mut told = Vec::new();
    for (name, incident) in &incidents {
        assert!(incident.source.starts_with("https://"), "{name}");
        assert!(!incident.happened.is_empty(), "{name}");
        let text = serde_json::to_string_pretty(&incident.policy).unwrap();
        let images = image::read(&incident.images()).images.unwrap();
        let now = Moment::from_seconds(NOW);
        let checked = lifecycle::read(&text, Some(incident.dialect()))
            .with_lints()
            .with_image_lints(&images, now);
        let policy = checked.policy.as_ref();
        let policy = policy.unwrap_or_else(|| panic!("{name}: {:?}", checked.diagnostics));
        let verdicts = evaluate(policy, &images, now);
        assert_eq!(incident.gone(&verdicts), incident.lost, "{name}");

        let mut findings = checked.diagnostics.iter();
        let cause = findings.find(|finding| finding.code == incident.cause);
        let cause = cause.unwrap_or_else(|| panic!("{name}: {:?}", checked.diagnostics));
        told.push(format!(
            "{name}\n    {} [{}] {}",
            cause.severity.as_str(),
            cause.code,
            cause.message
        ));
    }
    println!("incidents: {} of {}", told.len(), incidents.len());
    insta::assert_snapshot!(told.join("\n"), @r"
    a-cached-base-image
        warning [no-floor] 30 days after the last push everything is expired, also what is in use: no rule keeps the newest images
    a-keep-rule-for-tags-of-the-past
        warning [protects-nothing] this rule selects none of the images: it keeps nothing from later rules, and removes nothing
    a-release-that-was-tagged-again
        info [retag-keeps-age] the days run from the push: an image that is promoted by giving it this tag does not start anew
    a-sidecar-resolved-to-its-digest
        info [untagged-count-kills-rollback] of the images that a moved tag leaves behind only the newest image stays, also where an older one is deployed, or rolled back to, by its digest
    beyond-the-newest-sixty
        info [latest-at-risk] an image in use, such as the one tagged `latest`, is expired once 60 newer images are among those the rule selects
    pinned-for-longer-than-a-fortnight
        warning [no-floor] 14 days after the last push everything is expired, also what is in use: no rule keeps the newest images
    production-behind-a-hundred-branches
        info [latest-at-risk] an image in use, such as the one tagged `latest`, is expired once 100 newer images are among those the rule selects
    services-that-share-a-hundred-images
        info [latest-at-risk] an image in use, such as the one tagged `latest`, is expired once 100 newer images are among those the rule selects
    six-applications-in-one-repository
        info [latest-at-risk] an image in use, such as the one tagged `latest`, is expired once 40 newer images are among those the rule selects
    tagged-images-older-than-half-a-year
        warning [no-floor] 180 days after the last push every tagged image is expired, also what is in use: no rule keeps the newest images
    ten-years-that-were-sixty-days
        warning [list-is-and] a list is an AND, so an image tagged `latest` is not selected: every entry must be matched by some tag of the image
    ");
}

#[test]
fn at_least_ten_incidents_are_told_with_their_policy_or_its_numbers() {
    let incidents = incidents();
    let known = incidents
        .iter()
        .filter(|(_, it)| it.policy_is != Basis::Assumed);
    assert!(incidents.len() >= 10 && known.count() >= 9);
}
