//! Lists of images that are odd or wrong, and what is said of them.

use super::{Listing, Moment, read};

/// A digest that is told from others by one digit.
fn digest(digit: char) -> String {
    format!("sha256:{}", String::from(digit).repeat(64))
}

/// A list of one image, with this after its digest.
fn one(properties: &str) -> String {
    let digest = digest('a');
    format!(r#"{{"imageDetails": [{{"imageDigest": "{digest}"{properties}}}]}}"#)
}

/// Each finding on a line: its place in the text, and its words.
fn found(text: &str) -> String {
    let Listing {
        images,
        diagnostics,
    } = read(text);
    let line = |it: &crate::diagnostic::Diagnostic| {
        let place = text.get(it.span.start..it.span.end).unwrap_or("?");
        let place: String = place.chars().take(12).collect();
        let path = it.path.as_deref().unwrap_or("-");
        let help = it.help.as_deref().unwrap_or("-");
        format!(
            "{}[{}] {path} at `{place}`: {}\n  help: {help}",
            it.severity.as_str(),
            it.code,
            it.message
        )
    };
    let mut lines: Vec<String> = diagnostics.iter().map(line).collect();
    lines.push(match images {
        Some(images) => format!("{} images", images.len()),
        None => "no images".to_owned(),
    });
    lines.join("\n")
}

/// When an image was pushed, of which this is said.
fn pushed(time: &str) -> String {
    let text = one(&format!(r#", "imagePushedAt": {time}"#));
    let listing = read(&text);
    let codes: Vec<&str> = listing.diagnostics.iter().map(|it| it.code).collect();
    match listing.images {
        Some(images) => {
            let pushed = images.pushed.at(super::ImageId::new(0));
            [vec![pushed.to_string().as_str()], codes]
                .concat()
                .join(" ")
        }
        None => codes.join(" "),
    }
}

#[test]
fn times_are_read_as_they_are_written() {
    let table = [
        (r#""2024-01-01T00:00:00Z""#, "2024-01-01T00:00:00Z"),
        (r#""2024-01-01T00:00:00+14:00""#, "2023-12-31T10:00:00Z"),
        (
            r#""2024-01-01T01:00:00.123000+01:00""#,
            "2024-01-01T00:00:00Z",
        ),
        (r#""2016-12-31T23:59:60Z""#, "2016-12-31T23:59:59Z"),
        ("1700000000.123", "2023-11-14T22:13:20Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        (r#""1700000000""#, "2023-11-14T22:13:20Z"),
        (
            "1700000000000",
            "2023-11-14T22:13:20Z image-time-milliseconds",
        ),
        (
            r#""2024-01-01T00:00:00""#,
            "2024-01-01T00:00:00Z image-time-zone",
        ),
        (r#""2099-01-01T00:00:00Z""#, "2099-01-01T00:00:00Z"),
        (r#""2023-02-29T00:00:00Z""#, "image-time"),
        (r#""yesterday""#, "image-time"),
        ("1e300", "image-time"),
        ("null", "image-pushed-at-missing"),
    ];
    for (time, expected) in table {
        assert_eq!(pushed(time), expected, "{time}");
    }
}

#[test]
fn fractions_of_a_second_order_images() {
    let at = |text: &str| text.parse::<Moment>().unwrap();
    assert!(at("2024-01-01T00:00:00.5Z") > at("2024-01-01T00:00:00.25Z"));
    assert!(at("1700000000.5") > at("1700000000.25"));
}

#[test]
fn a_digest_is_64_hex_digits() {
    insta::assert_snapshot!(found(r#"[{"imageDigest": "sha256:xyz", "imagePushedAt": 1}]"#), @r"
error[image-digest] imageDetails[0].imageDigest at `sha256:xyz`: `sha256:xyz` is no digest
  help: a digest is `sha256:` and 64 lowercase hex digits
no images
");
}

#[test]
fn another_algorithm_is_unusual() {
    let digest = format!("sha512:{}", "a".repeat(128));
    let text = format!(r#"[{{"imageDigest": "{digest}", "imagePushedAt": 1}}]"#);
    insta::assert_snapshot!(found(&text), @r"
    warning[image-digest-algorithm] imageDetails[0].imageDigest at `sha512:aaaaa`: `sha512` is an unusual algorithm for a digest: ECR's own are `sha256`
      help: -
    1 images
    ");
}

#[test]
fn an_image_that_is_there_twice_is_one() {
    let image = |tag: &str| {
        let digest = digest('a');
        format!(r#"{{"imageDigest": "{digest}", "imageTags": ["{tag}"], "imagePushedAt": 1}}"#)
    };
    let text = format!("[{}, {}, {}]", image("v1"), image("v2"), image("v1"));
    insta::assert_snapshot!(found(&text), @r"
    warning[image-twice] imageDetails[1] at `sha256:aaaaa`: `sha256:aaaaaaaaaaaa` is there more than once: it is taken as one image, with the tags of all (and 1 more like this)
      help: -
    1 images
    ");
    let images = read(&text).images.unwrap();
    let tags: Vec<&str> = images.tags(images.ids().next().unwrap()).collect();
    assert_eq!(tags, ["v1", "v2"]);
}

#[test]
fn a_tag_names_one_image() {
    let image = |digit| {
        let digest = digest(digit);
        format!(r#"{{"imageDigest": "{digest}", "imageTags": ["v1"], "imagePushedAt": 1}}"#)
    };
    insta::assert_snapshot!(found(&format!("[{}, {}]", image('a'), image('b'))), @r"
    error[image-tag-shared] - at ``: the tag `v1` is on `sha256:aaaaaaaaaaaa` and on `sha256:bbbbbbbbbbbb`, and a tag names one image
      help: the list may be of two repositories, or of two days: get it anew
    no images
    ");
}

#[test]
fn an_image_has_a_time_of_its_push() {
    insta::assert_snapshot!(found(&one("")), @r"
    error[image-pushed-at-missing] imageDetails[0] at `sha256:aaaaa`: the image has no `imagePushedAt`, which rules go by
      help: give the whole output of `aws ecr describe-images`, without `--query`
    no images
    ");
}

#[test]
fn no_tags_are_no_fault() {
    for tags in ["", r#", "imageTags": []"#, r#", "imageTags": null"#] {
        let text = one(&format!(r#"{tags}, "imagePushedAt": 1"#));
        assert_eq!(found(&text), "1 images");
    }
}

#[test]
fn a_tag_may_be_longer_than_a_client_can_pull() {
    let tag = "x".repeat(300);
    let text = one(&format!(r#", "imageTags": ["{tag}"], "imagePushedAt": 1"#));
    assert_eq!(found(&text), "1 images");
}

#[test]
fn a_next_page_means_that_images_are_missing() {
    insta::assert_snapshot!(found(r#"{"imageDetails": [], "nextToken": "abc"}"#), @r"
    warning[images-cut-short] - at ``: the list is not complete: it has a `nextToken`
      help: get all pages: `aws ecr describe-images` does so without `--max-items` and `--no-paginate`
    0 images
    ");
    assert_eq!(
        found(r#"{"imageDetails": [], "nextToken": null}"#),
        "0 images"
    );
}

#[test]
fn what_is_odd_in_many_places_is_said_once() {
    let image = |digit| {
        let digest = digest(digit);
        format!(r#"{{"imageDigest": "{digest}", "imagePushedAt": "2024-01-01T00:00:00"}}"#)
    };
    let text = format!("[{}, {}, {}]", image('a'), image('b'), image('c'));
    insta::assert_snapshot!(found(&text), @r"
    warning[image-time-zone] imageDetails[0].imagePushedAt at `2024-01-01T0`: `imagePushedAt` has no zone: it is taken as UTC (and 2 more like this)
      help: add `Z` or an offset such as `+02:00`
    3 images
    ");
}

#[test]
fn an_unknown_status_is_told() {
    let text = one(r#", "imagePushedAt": 1, "imageStatus": "GONE""#);
    insta::assert_snapshot!(found(&text), @"
    warning[image-status] imageDetails[0].imageStatus at `GONE`: `GONE` is no status that is known: what rules do to the image is not certain
      help: ECR has `ACTIVE`, `ARCHIVED` and `ACTIVATING`
    1 images
    ");
}

#[test]
fn what_is_no_list_of_images_is_told_with_its_place() {
    let texts = [
        "",
        "{",
        "5",
        "{}",
        "[5]",
        r#"{"imageDetails": {}}"#,
        r#"{"imageIds": []}"#,
        r#"[{"imageTags": "v1"}]"#,
        "[]]",
        r#"[{"imagePushedAt": 1}]"#,
        "imageDetails:\n- imageDigest: sha256:a",
        "- imageDigest: sha256:a",
        "----------------\n|DescribeImages|",
        "IMAGEDETAILS\tapplication/vnd.oci.image.manifest.v1+json",
    ];
    let all: Vec<String> = texts
        .iter()
        .map(|text| format!("--- {text}\n{}", found(text)))
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
        --- 
        error[images-unreadable] - at ``: the list of images cannot be read: the file is empty
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- {
        error[images-unreadable] - at ``: the list of images cannot be read: EOF while parsing an object
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- 5
        error[images-unreadable] - at ``: the list of images cannot be read: invalid type: integer `5`, expected the output of `aws ecr describe-images`, or the array of its `imageDetails`
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- {}
        error[images-unreadable] - at ``: the list of images cannot be read: missing field `imageDetails`
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- [5]
        error[images-unreadable] - at ``: the list of images cannot be read: invalid type: integer `5`, expected an image with `imageDigest`
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- {"imageDetails": {}}
        error[images-unreadable] - at ``: the list of images cannot be read: invalid type: map, expected an array of images
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- {"imageIds": []}
        error[images-unreadable] - at ``: the list of images cannot be read: this is the output of `aws ecr list-images`, which tells no times: give that of `aws ecr describe-images`
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- [{"imageTags": "v1"}]
        error[images-unreadable] - at ``: the list of images cannot be read: invalid type: string "v1", expected a sequence
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- []]
        error[images-unreadable] - at ``: the list of images cannot be read: trailing characters
          help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`
        no images
        --- [{"imagePushedAt": 1}]
        error[image-digest-missing] imageDetails[0] at ``: an image has no `imageDigest`
          help: -
        no images
        --- imageDetails:
        - imageDigest: sha256:a
        error[images-unreadable] - at ``: the list of images cannot be read: this is YAML, and not JSON
          help: add `--output json` to the command
        no images
        --- - imageDigest: sha256:a
        error[images-unreadable] - at ``: the list of images cannot be read: this is YAML, and not JSON
          help: add `--output json` to the command
        no images
        --- ----------------
        |DescribeImages|
        error[images-unreadable] - at ``: the list of images cannot be read: this is a table, and not JSON
          help: add `--output json` to the command
        no images
        --- IMAGEDETAILS	application/vnd.oci.image.manifest.v1+json
        error[images-unreadable] - at ``: the list of images cannot be read: this is plain text, and not JSON
          help: add `--output json` to the command
        no images
        "#);
}

#[test]
fn a_list_that_ends_within_a_word_is_told_where_a_character_begins() {
    for text in ["[\"é", "[{\"imageTags\": [\"日", "\u{feff}[é"] {
        let listing = read(text);
        let places = listing.diagnostics.iter().map(|it| it.span);
        assert!(
            places
                .into_iter()
                .all(|at| text.get(at.start..at.end).is_some()),
            "{text}"
        );
    }
}

#[test]
fn more_images_than_a_repository_can_hold_are_refused() {
    let mut text = String::from("[");
    text.push_str(&"{},".repeat(super::MAX_IMAGES));
    text.push_str("{}]");
    let codes: Vec<&str> = read(&text).diagnostics.iter().map(|it| it.code).collect();
    assert!(codes.contains(&"images-too-many"));
}
