//! The text of a seed, and what is wrong with it.

use super::{Seed, SeedImage, SeedRepository};
use ecrane_core::diagnostic::{Diagnostic, Severity, Span};
use ecrane_core::lifecycle::service_message;
use ecrane_core::name::Digest;
use serde_saphyr::{Location, Options, Spanned};
use std::collections::HashSet;

/// How many images a repository may have. Source: "Amazon ECR service quotas".
const MOST_IMAGES: u64 = 100_000;

/// Everything that is wrong with a seed.
pub type SeedFault = Vec<Diagnostic>;

/// Reads a seed.
///
/// # Errors
/// The text is no YAML, or not of the form: the first fault. Or it names images
/// and policies that cannot be: all faults, in the order of the text.
pub fn read(text: &str) -> Result<Seed, SeedFault> {
    let mut options = Options::default();
    options.with_snippet = false;
    let seed: Seed = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map_or_else(Span::default, span);
        vec![fault(place, words(&error.to_string()), None)]
    })?;
    let faults: Vec<Diagnostic> = seed.repositories.iter().flat_map(faults).collect();
    if faults.is_empty() {
        Ok(seed)
    } else {
        Err(faults)
    }
}

/// The words without the place, which is told apart.
fn words(text: &str) -> String {
    let words = text
        .rsplit_once(" at line ")
        .map_or(text, |(words, _)| words);
    words.to_owned()
}

fn span(location: Location) -> Span {
    let span = location.span();
    let place = |offset: Option<u64>| usize::try_from(offset.unwrap_or_default()).unwrap_or(0);
    let start = place(span.byte_offset());
    Span::new(start, start + place(span.byte_len()))
}

fn fault(span: Span, message: impl Into<String>, help: Option<&str>) -> Diagnostic {
    Diagnostic {
        code: "seed",
        severity: Severity::Error,
        message: message.into(),
        span,
        labels: Vec::new(),
        help: help.map(str::to_owned),
        path: None,
    }
}

fn at<T>(value: &Spanned<T>, message: impl Into<String>, help: Option<&str>) -> Diagnostic {
    fault(span(value.referenced), message, help)
}

/// What the form alone does not tell: names of images that are not there, a tag
/// that two have, a policy that ECR refuses.
fn faults(repository: &SeedRepository) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if let Some(text) = &repository.lifecycle_policy
        && let Err(message) = service_message(&text.value)
    {
        let help = "`ecrane lifecycle check` says more of a policy in a file of its own";
        faults.push(at(text, message, Some(help)));
    }
    let (mut names, mut tags) = (HashSet::new(), HashSet::new());
    for image in &repository.images {
        faults.extend(references(image, &names));
        for tag in &image.tags {
            if !tags.insert(tag.value.0.as_str()) {
                let message = format!("two images have the tag `{}`", tag.value.0);
                faults.push(at(tag, message, None));
            } else if image.count.is_some() && tag.value.tag(1) == tag.value.tag(2) {
                let message = format!("{} images have the tag `{}`", image.number(), tag.value.0);
                faults.push(at(
                    tag,
                    message,
                    Some("write `{n}` where the number of the image belongs"),
                ));
            }
        }
        names.extend(image.name.as_deref());
    }
    faults.extend(too_many(&repository.images));
    faults
}

/// The count with which there are more images than a repository may have.
fn too_many(images: &[SeedImage]) -> Option<Diagnostic> {
    let mut number = 0_u64;
    images.iter().find_map(|image| {
        number += u64::from(image.number());
        let count = image.count.as_ref().filter(|_| number > MOST_IMAGES)?;
        let message = format!("a repository has at most {MOST_IMAGES} images");
        Some(at(count, message, None))
    })
}

fn references(image: &SeedImage, names: &HashSet<&str>) -> Vec<Diagnostic> {
    let children = image.children.iter().flatten();
    let known = |name: &str| names.contains(name) || name.parse::<Digest>().is_ok();
    children
        .chain(&image.subject)
        .filter(|name| !known(&name.value))
        .map(|name| {
            let message = format!("no image before this one has the name `{}`", name.value);
            at(
                name,
                message,
                Some("name it by its `name`, or by its digest"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match read(text) {
            Ok(seed) => format!("{} repositories", seed.repositories.len()),
            Err(faults) => faults
                .iter()
                .map(|fault| {
                    let place = text.get(fault.span.start..fault.span.end);
                    format!("{:?}: {}", place.unwrap_or_default(), fault.message)
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    #[test]
    fn a_seed_is_read_or_refused_with_its_place() {
        let texts = [
            "repositories: [{ name: app }]",
            "repositories:\n- name: app\n  images:\n  - tags: [v1]\n    pushed: soon\n",
            "repositories:\n- name: App\n",
            "repositories:\n- name: app\n  colour: red\n",
            "repositories:\n- name: app\n  lifecycle-policy: '{}'\n",
            "repositories: [",
            "repositories:\n- name: app\n  images:\n  - { tags: [v1] }\n  - { tags: [v1], subject: nope }\n  - { count: 3, tags: [x] }\n",
            "repositories:\n- name: app\n  images:\n  - { count: 99999 }\n  - {}\n  - { count: 4000000000 }\n",
        ];
        insta::assert_snapshot!(texts.map(said).join("\n"), @r#"
        1 repositories
        "soon": `soon` is no time: write it as `2026-09-01T12:00:00Z`, or as `30d` for so long ago
        "App": repository name must be lowercase; did you mean `app`
        "colour": unknown field `colour`, expected one of name, account, region, image-tag-mutability, lifecycle-policy, tags, images
        "'{}'": Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: object has missing required properties (["rules"])'
        "": unclosed bracket '['
        "nope": no image before this one has the name `nope`
        "v1": two images have the tag `v1`
        "x": 3 images have the tag `x`
        "4000000000": a repository has at most 100000 images
        "#);
    }
}
