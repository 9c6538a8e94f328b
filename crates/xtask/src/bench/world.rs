//! What the figures are measured on: a repository as large as ECR allows, and policies for it.
//!
//! The same at every run: the numbers that look random come from a fixed start.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Failure;

/// ECR's ceiling for a repository.
pub(super) const IMAGES: usize = 100_000;
/// So many are listed in 30 MB.
const PART: usize = 81_000;
/// The time that the policies are evaluated at.
pub(super) const NOW: &str = "2026-09-01T00:00:00Z";

/// The files, in the target folder.
pub(super) struct World {
    /// The list of all images.
    pub(super) images: PathBuf,
    /// A list of 30 MB: as many of them as fill that.
    pub(super) part: PathBuf,
    /// A policy of 10 rules.
    pub(super) ten: PathBuf,
    /// A policy of 50 rules, the most that ECR takes.
    pub(super) fifty: PathBuf,
}

impl World {
    /// Writes the files.
    pub(super) fn write(folder: &Path) -> Result<Self, Failure> {
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
            Ok(path)
        };
        Ok(Self {
            images: write("images.json", images(IMAGES))?,
            part: write("images-30-mb.json", images(PART))?,
            ten: write("policy-10.json", policy(10))?,
            fifty: write("policy-50.json", policy(50))?,
        })
    }
}

/// Knuth's generator: good enough to spread tags and times.
struct Spread(u64);

impl Spread {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Digests do not follow the times.
fn digest(number: usize) -> String {
    let mut spread = Spread(number as u64 + 1);
    let words: String = (0..8).map(|_| format!("{:08x}", spread.next())).collect();
    format!("sha256:{words}")
}

/// As `aws ecr describe-images` prints it, less its indentation; with the children of indexes. Of ten images six are
/// tagged, three of them with two tags; one in twenty is an index of two others, one in fifty refers to another.
fn images(count: usize) -> String {
    let mut spread = Spread(7);
    let mut text = String::with_capacity(count * 400);
    text.push_str("{\"complete\": true, \"imageDetails\": [\n");
    for number in 0..count {
        let separator = if number == 0 { "" } else { ",\n" };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            r#"{separator}{{"registryId": "123456789012", "repositoryName": "team/app", "imageDigest": "{}", "#,
            digest(number)
        );
        let _ = write!(text, "{}", tags(number, &mut spread));
        let _ = write!(
            text,
            r#""imageSizeInBytes": {}, "imagePushedAt": "{}", "#,
            10_000_000 + spread.below(90_000_000),
            time(&mut spread)
        );
        let kind = match number % 20 {
            // Its children are the two images behind it, which may be untagged.
            0 => {
                let (first, second) = (digest(number + 1), digest(number + 2));
                let _ = write!(text, r#""references": ["{first}", "{second}"], "#);
                "index"
            }
            _ => "manifest",
        };
        if number % 50 == 13 {
            let _ = write!(
                text,
                r#""subjectManifestDigest": "{}", "#,
                digest(number - 13)
            );
        }
        let _ = write!(
            text,
            r#""imageManifestMediaType": "application/vnd.oci.image.{kind}.v1+json", "imageStatus": "ACTIVE"}}"#
        );
    }
    text.push_str("\n]}\n");
    text
}

/// Kinds of images, each with a tag of its own beginning.
const FAMILIES: usize = 48;

fn tags(number: usize, spread: &mut Spread) -> String {
    let family = spread.below(FAMILIES);
    let release = spread.below(40);
    match spread.below(10) {
        0..=2 => format!(r#""imageTags": ["team-{family:02}-{number}"], "#),
        3..=5 => {
            format!(r#""imageTags": ["team-{family:02}-{number}", "v{release}.{number}-rc"], "#)
        }
        _ => String::new(),
    }
}

/// A time in the year before [`NOW`], with the offset that the AWS CLI prints.
fn time(spread: &mut Spread) -> String {
    let (month, day) = (1 + spread.below(8), 1 + spread.below(28));
    let (hour, minute, second) = (spread.below(24), spread.below(60), spread.below(60));
    let micros = spread.below(1_000) * 1_000;
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}+02:00")
}

/// So many rules: counts and ages, prefixes and patterns, one for untagged images and one for all.
fn policy(rules: usize) -> String {
    let rule = |priority: usize, tags: &str, count: &str| {
        format!(
            r#"{{"rulePriority": {priority}, "selection": {{{tags}, {count}}}, "action": {{"type": "expire"}}}}"#
        )
    };
    let count = r#""countType": "imageCountMoreThan", "countNumber": 500"#;
    let age = r#""countType": "sinceImagePushed", "countUnit": "days", "countNumber": 90"#;
    let mut all: Vec<String> = (1..rules - 1)
        .map(|priority| {
            let family = priority % FAMILIES;
            let tags = match priority % 3 {
                0 => format!(r#""tagStatus": "tagged", "tagPrefixList": ["team-{family:02}-"]"#),
                1 => format!(r#""tagStatus": "tagged", "tagPatternList": ["team-{family:02}-*7"]"#),
                _ => {
                    format!(r#""tagStatus": "tagged", "tagPatternList": ["v{family}.*-rc", "*9*"]"#)
                }
            };
            rule(priority, &tags, if priority % 2 == 0 { count } else { age })
        })
        .collect();
    all.push(rule(rules - 1, r#""tagStatus": "untagged""#, age));
    all.push(rule(rules, r#""tagStatus": "any""#, count));
    format!("{{\"rules\": [\n{}\n]}}\n", all.join(",\n"))
}
