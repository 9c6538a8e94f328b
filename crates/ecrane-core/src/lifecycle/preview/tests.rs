//! A preview as programs see it.

use super::Preview;
use crate::lifecycle::{check, evaluate, image};

const POLICY: &str = r#"{"rules": [
  {"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPrefixList": ["prod"], "countType": "imageCountMoreThan", "countNumber": 2}, "action": {"type": "expire"}},
  {"rulePriority": 2, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}, "action": {"type": "transition", "targetStorageClass": "archive"}}
]}"#;

/// A list of images; what is no label is left as it is.
fn images() -> String {
    let digest = |digit: char| format!("sha256:{}", String::from(digit).repeat(64));
    let image = |digit, tags: &str, day: &str, more: &str| {
        let digest = digest(digit);
        format!(
            r#"{{"imageDigest": "{digest}", "imageTags": {tags}, "imagePushedAt": "2026-{day}T00:00:00Z", "imageSizeInBytes": 12345678{more}}}"#
        )
    };
    let references = format!(r#", "references": ["{}"]"#, digest('e'));
    let all = [
        image(
            'a',
            r#"["prod-3", "prod", "prod-x", "prod-y"]"#,
            "08-31",
            "",
        ),
        image('b', r#"["prod-2"]"#, "08-30", ""),
        image('c', r#"["prod-1"]"#, "08-29", ""),
        image('d', r#"["dev"]"#, "08-28", &references),
        image('e', "[]", "07-01", ""),
        image('f', r#"["old"]"#, "07-01", ""),
    ];
    format!(
        r#"{{"imageDetails": [{}], "nextToken": "more"}}"#,
        all.join(", ")
    )
}

#[test]
fn every_image_has_its_verdict_and_reason() {
    let policy = check(POLICY).policy.unwrap();
    let listing = image::read(&images());
    let images = listing.images.unwrap();
    let verdicts = evaluate(&policy, &images, "2026-09-01T00:00:00Z".parse().unwrap());
    let preview = Preview::new(&verdicts, &listing.diagnostics);
    let value = serde_json::to_value(&preview).unwrap();
    let results = value["results"].as_array().unwrap();
    let lines: Vec<String> = results.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"action":"none","blockedBy":null,"certainty":"may","claimedBy":1,"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","reason":"kept: claimed by rule 1 (prod*), newest 1 of 3, goes after 2 more; not certain: the list of images is not complete","rulePriority":null,"tags":["prod","prod-3","prod-x","prod-y"]}
    {"action":"none","blockedBy":null,"certainty":"may","claimedBy":1,"digest":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","reason":"kept: claimed by rule 1 (prod*), newest 2 of 3, goes after 1 more; not certain: the list of images is not complete","rulePriority":null,"tags":["prod-2"]}
    {"action":"expire","blockedBy":null,"certainty":"may","claimedBy":1,"digest":"sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc","reason":"expires by rule 1 (prod*): newest 3 of 3, and it keeps 2; not certain: the list of images is not complete","rulePriority":1,"tags":["prod-1"]}
    {"action":"none","blockedBy":null,"certainty":"will","claimedBy":2,"digest":"sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","reason":"kept: claimed by rule 2 (any), is archived in 26 days: pushed 2026-08-28T00:00:00Z","rulePriority":null,"tags":["dev"]}
    {"action":"none","blockedBy":"sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","certainty":"will","claimedBy":2,"digest":"sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","reason":"kept: the index sha256:dddddddddddd holds it","rulePriority":null,"tags":[]}
    {"action":"transition","blockedBy":null,"certainty":"may","claimedBy":2,"digest":"sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff","reason":"is archived by rule 2 (any): pushed 2026-07-01T00:00:00Z, more than 30 days ago; not certain: the list of images is not complete","rulePriority":2,"tags":["old"]}
    "#);
    insta::assert_snapshot!(value["summary"], @r#"{"bytes":12345678,"expire":1,"images":6,"may":4,"transition":1}"#);
    insta::assert_snapshot!(value["warnings"], @r#"["the list is not complete: it has a `nextToken`; get all pages: `aws ecr describe-images` does so without `--max-items` and `--no-paginate`","not certain for 4 images: the list of images is not complete"]"#);
}
