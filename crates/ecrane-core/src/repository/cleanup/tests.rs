use super::*;
use crate::lifecycle::image::read;
use serde_json::{Value, json};

#[test]
fn a_number_is_whole() {
    let check = |pattern: &str, tag: &str, expected| {
        let pattern: PullTags = pattern.parse().unwrap();
        assert_eq!(pattern.number(tag), expected, "{pattern} {tag}");
    };
    check("pr-{number}", "pr-12", Some(12));
    check("pr-{number}", "pr-12-abc123", Some(12));
    check("pr-{number}", "pr-12_1", Some(12));
    check("pr-{number}", "pr-1", Some(1));
    for no in [
        "pr-",
        "pr-x",
        "pr-12a",
        "pr-1.2",
        "pr-012",
        "pr--12",
        "xpr-12",
        "PR-12",
        "12",
        "pr-99999999999999999999",
    ] {
        check("pr-{number}", no, None);
    }
    check("pr-{number}-app", "pr-12-app", Some(12));
    check("pr-{number}-app", "pr-12-app-0f", Some(12));
    for no in ["pr-12", "pr-12-web", "pr-12-apps"] {
        check("pr-{number}-app", no, None);
    }
}

#[test]
fn a_pattern_says_where_the_number_is() {
    let check =
        |text: &str, expected| assert_eq!(text.parse::<PullTags>(), Err(expected), "{text}");
    check("pr-*", NoPullTags::NotOneNumber);
    check("{number}-{number}", NoPullTags::NotOneNumber);
    check("{number}", NoPullTags::NothingBefore);
    check("v1{number}", NoPullTags::NoDelimiter);
    check("pr-{number}x", NoPullTags::NoDelimiter);
    check("pr-{number}.x", NoPullTags::NoDelimiter);
    check("a b-{number}", NoPullTags::NoTag);
    assert_eq!("pr-{number}".parse(), Ok(PullTags::default()));
}

/// Images by their tags: the first is number 1; those after `<` are in it.
fn images(lines: &[&str]) -> Images {
    let digest = |number: usize| format!("sha256:{number:064x}");
    let details = lines.iter().enumerate().map(|(place, line)| {
        let (tags, children) = line.split_once('<').unwrap_or((line, ""));
        let tags: Vec<&str> = tags.split_whitespace().collect();
        let mut image = json!({
            "imageDigest": digest(place + 1),
            "imageSizeInBytes": 100,
            "imagePushedAt": format!("2026-08-01T00:00:{:02}Z", 59 - place),
            "imageTags": tags,
        });
        if line.contains('<') {
            image["imageManifestMediaType"] = "application/vnd.oci.image.index.v1+json".into();
            let children = children.split_whitespace();
            let children: Vec<Value> = children
                .filter(|it| *it != "?")
                .map(|it| digest(it.parse().unwrap()).into())
                .collect();
            if !line.contains('?') {
                image["references"] = children.into();
            }
        }
        image
    });
    let details: Vec<Value> = details.collect();
    let text = json!({ "complete": true, "imageDetails": details }).to_string();
    read(&text).images.unwrap()
}

/// What becomes of each tag where these pull requests are closed, and 7 is open.
fn check(lines: &[&str], closed: &[u64], expected: &[&str]) {
    let images = images(lines);
    let closed = closed.iter().map(|number| (*number, PullState::Closed));
    let states = closed.chain([(7, PullState::Open)]).collect();
    let tags = pull_tags(&images, &[PullTags::default()]);
    let cleanup = clean_up(&images, tags, &states);
    let removed = cleanup.removed.iter().map(|it| match it.image {
        Named::Stays => format!("-{}", it.tag.tag),
        Named::Goes(bytes) => format!("-{} with its image of {bytes}", it.tag.tag),
    });
    let kept = cleanup.kept.iter();
    let kept = kept.map(|it| format!("={} {}", it.tag.tag, it.why));
    let found: Vec<String> = removed.chain(kept).collect();
    assert_eq!(found, expected);
}

#[test]
fn tags_of_closed_pull_requests_go_and_no_others() {
    check(
        &["latest v1", "pr-1", "pr-12", "pr-7", "pr-12-0f"],
        &[1, 12],
        &[
            "-pr-1 with its image of 100",
            "-pr-12 with its image of 100",
            "-pr-12-0f with its image of 100",
            "=pr-7 is open",
        ],
    );
    check(
        &["pr-1", "pr-12"],
        &[1],
        &[
            "-pr-1 with its image of 100",
            "=pr-12 is not known to GitHub",
        ],
    );
}

#[test]
fn what_another_tag_names_stays() {
    check(&["pr-1 latest"], &[1], &["-pr-1"]);
    check(&["pr-1 pr-7"], &[1], &["-pr-1", "=pr-7 is open"]);
    check(
        &["pr-1 pr-1-0f"],
        &[1],
        &[
            "-pr-1 with its image of 100",
            "-pr-1-0f with its image of 100",
        ],
    );
}

#[test]
fn what_an_index_holds_keeps_its_last_tag() {
    let held = "is closed, and the index sha256:000000000000 holds the image";
    check(&["v1 < 2", "pr-1"], &[1], &[&format!("=pr-1 {held}")]);
    // With another tag that stays it is no more untagged than before.
    check(&["v1 < 2", "pr-1 base"], &[1], &["-pr-1"]);
    // The index goes first, and the next run finds what it held free.
    check(
        &["pr-1 < 2", "pr-1-amd64"],
        &[1],
        &[
            "-pr-1 with its image of 100",
            &format!("=pr-1-amd64 {held}"),
        ],
    );
    let maybe =
        "is closed, and the index sha256:000000000000 cannot be read and may hold the image";
    check(&["v1 <?", "pr-1"], &[1], &[&format!("=pr-1 {maybe}")]);
}

#[test]
fn a_tag_that_could_be_of_two_is_of_none() {
    let images = images(&["pr-1-run-7"]);
    let patterns = ["pr-{number}", "pr-1-run-{number}"].map(|it| it.parse().unwrap());
    assert_eq!(pull_tags(&images, &patterns), []);
}

#[test]
fn every_code_of_a_failure_means_something() {
    assert_eq!(Failed::of("ImageNotFound"), Failed::Gone);
    assert_eq!(Failed::of("ImageReferencedByManifestList"), Failed::Held);
    for code in [
        "KmsError",
        "UpstreamUnavailable",
        "ImageInaccessible",
        "New",
    ] {
        assert!(matches!(Failed::of(code), Failed::Otherwise(_)), "{code}");
    }
}
