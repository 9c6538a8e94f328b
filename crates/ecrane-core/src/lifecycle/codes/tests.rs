//! The pages do what they say: the bad text has the finding, the mended one
//! has not.

use std::collections::BTreeSet;

use time::macros::date;

use super::{IDS, page};
use crate::diagnostic::Diagnostic;
use crate::lifecycle::image::Moment;
use crate::lifecycle::settings::{Allowance, Settings};
use crate::lifecycle::{Dialect, decode, image, read, service_message};

/// What the text of a page is.
#[derive(Clone, Copy)]
enum Kind {
    Policy(Option<Dialect>),
    Images,
}

/// A text of a page.
struct Example {
    kind: Kind,
    text: String,
}

/// The part of a page under a heading.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) = page.split_once(heading).expect(heading);
    rest.split_once("\n## ")
        .map_or(rest, |(section, _)| section)
}

/// The fenced text in a part of a page: a policy of ECR, or what the fence says
/// after its language.
fn example(section: &str) -> Example {
    let (_, fenced) = section.split_once("```").expect("a fenced text");
    let (fence, fenced) = fenced.split_once('\n').expect("a line");
    let (text, _) = fenced.split_once("```").expect("the end of the fence");
    let (_language, kind) = fence.split_once(' ').unwrap_or((fence, "ecr"));
    let kind = match kind {
        "auto" => Kind::Policy(None),
        "images" => Kind::Images,
        name => Kind::Policy(Some(name.parse().expect("a dialect"))),
    };
    let text = text.trim_end().to_owned();
    Example { kind, text }
}

/// What is too large or too invisible for a page.
fn made_whole(id: &str, text: &str) -> String {
    let filled = |with: &str| text.replace('…', with);
    match id {
        "images-too-many" => filled(&vec!["{}"; 1_000_001].join(",")),
        "byte-order-mark" => format!("\u{feff}{text}"),
        "more-findings" => filled(&vec!["{}"; 1_000].join(",")),
        "nesting-too-deep" => filled(&"[".repeat(500)),
        "tag-list-entry-too-long" => filled(&"x".repeat(130)),
        "text-too-long" => filled(&"x".repeat(30_720)),
        "too-many-rules" => {
            let rule = |n: u8| {
                format!(
                    r#"{{"rulePriority": {n}, "selection": {{"tagStatus": "tagged", "tagPrefixList": ["v{n}."], "countType": "imageCountMoreThan", "countNumber": 1}}, "action": {{"type": "expire"}}}}"#
                )
            };
            filled(&(1..=51).map(rule).collect::<Vec<_>>().join(","))
        }
        _ => text.to_owned(),
    }
}

fn found(text: &str, kind: Kind) -> Vec<Diagnostic> {
    let Kind::Policy(dialect) = kind else {
        return image::read(text).diagnostics;
    };
    let images = image::read(IMAGES).images.expect("images");
    let now = Moment::from_seconds(NOW);
    let checked = read(text, dialect)
        .with_lints()
        .with_image_lints(&images, now);
    let today = date!(2026 - 06 - 15);
    ended().judge("lifecycle.json", &checked, today).diagnostics
}

/// The images of the pages about images: one, tagged `v1` and of 100 days ago.
const IMAGES: &str = r#"[{"imageDigest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "imageTags": ["v1"], "imagePushedAt": 1781360000}]"#;
const NOW: i64 = 1_781_360_000 + 100 * 86_400;

/// The settings of the page `allowance-expired`.
fn ended() -> Settings {
    let allowance = Allowance {
        policy: None,
        lint: "list-is-and".parse().expect("a lint"),
        file: "lifecycle.json".to_owned(),
        rule: None,
        reason: "until the next release".to_owned(),
        until: date!(2026 - 01 - 31),
    };
    Settings {
        allowances: vec![allowance],
        ..Settings::default()
    }
}

fn found_in_bad(id: &str, bad: &Example) -> Vec<Diagnostic> {
    if id == "text-encoding" {
        let units = bad.text.encode_utf16();
        let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        return decode(&bytes).expect_err("UTF-16");
    }
    if let ("several-policies", Kind::Policy(dialect)) = (id, bad.kind) {
        return read(&bad.text, dialect).alone().diagnostics;
    }
    found(&made_whole(id, &bad.text), bad.kind)
}

#[test]
fn a_bad_text_has_the_finding_and_the_mended_one_has_not() {
    for id in IDS {
        let page = page(id).expect("a page");
        let bad = example(section(page, "\n## Bad\n"));
        let codes: BTreeSet<&str> = found_in_bad(id, &bad).iter().map(|it| it.code).collect();
        assert!(codes.contains(id), "{id}: the bad text has {codes:?}");

        let mended = example(section(page, "\n## Mended\n"));
        let found = found(&mended.text, mended.kind);
        assert!(!crate::diagnostic::has_errors(&found), "{id}: {found:?}");
        let codes: BTreeSet<&str> = found.iter().map(|it| it.code).collect();
        assert!(!codes.contains(id), "{id}: the mended text has it too");
    }
}

#[test]
fn what_ecr_says_is_what_the_local_one_says() {
    for id in IDS {
        let page = page(id).expect("a page");
        let Some((_, words)) = page.split_once("\nECR says: `") else {
            continue;
        };
        let (words, _) = words.split_once("`\n").expect("the end of the words");
        let bad = made_whole(id, &example(section(page, "\n## Bad\n")).text);
        let answer = service_message(&bad).expect_err(id);
        assert!(answer.contains(words), "{id}: {answer}");
    }
}

#[test]
fn every_page_is_of_a_finding_and_begins_with_its_id() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/codes");
    let files = std::fs::read_dir(folder).expect("the folder of the pages");
    let names: BTreeSet<String> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    let expected: BTreeSet<String> = IDS.iter().map(|id| format!("{id}.md")).collect();
    assert_eq!(names, expected);
    for id in IDS {
        let page = page(id).expect("a page");
        assert!(page.starts_with(&format!("# {id}\n\n")), "{id}");
    }
    assert_eq!(page("no-such-thing"), None);
}
