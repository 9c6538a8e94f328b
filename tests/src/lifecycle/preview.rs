//! `ecrane lifecycle preview`, as people and scripts run it.

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Ran, binary, clean, root, run};

const POLICY: &str = "examples/policies/lifecycle.json";
const IMAGES: &str = "examples/policies/images.json";
const NOW: &str = "2026-09-01T00:00:00Z";

/// Runs the command in the repository's root with these words.
fn preview(words: &[&str]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let mut command = clean(binary(), home.path());
    command.args(["lifecycle", "preview"]).args(words);
    run(command.current_dir(root()).stdin(Stdio::null()))
}

/// The same over these images, with the example's policy.
fn of_images(images: &str, words: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "images.json", images);
    let mut all = vec![POLICY, "--images", &path, "--now", NOW];
    all.extend(words);
    preview(&all)
}

fn written(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.into_os_string().into_string().unwrap()
}

fn image(number: usize, day: usize, tag: &str, more: &str) -> String {
    format!(
        r#"{{"imageDigest": "sha256:{number:064x}", "imageTags": ["{tag}"], "imagePushedAt": "2026-07-{day:02}T00:00:00Z", "imageSizeInBytes": 1048576{more}}}"#
    )
}

#[test]
fn what_goes_comes_first_under_the_rule_by_which_it_goes() {
    let ran = preview(&[POLICY, "--images", IMAGES, "--now", NOW]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @r"
    VERDICT          IMAGE                PUSHED                    SIZE  WHY
    rule 1 (v*) expires 1 image
      expires        v1.2.0               2026-04-19T13:22:58Z  59.8 MiB  newest 4 of 4, and it keeps 3
    rule 2 (pr-*) expires 2 images
      expires        pr-91                2026-08-12T10:01:09Z  61.3 MiB  pushed 2026-08-12T10:01:09Z, more than 14 days ago
      expires        pr-88                2026-08-02T11:47:26Z  61.1 MiB  pushed 2026-08-02T11:47:26Z, more than 14 days ago
    rule 1 (v*) keeps 3 images
      stays          v1.3.0               2026-06-11T08:05:17Z  60.6 MiB  newest 3 of 4, goes after 1 more
      stays          v1.3.1               2026-07-02T15:40:03Z  60.7 MiB  newest 2 of 4, goes after 2 more
      stays          latest, v1.4.0       2026-08-24T09:12:40Z  61.2 MiB  newest 1 of 4, goes after 3 more
    rule 2 (pr-*) keeps 1 image
      stays          pr-96                2026-08-29T17:30:44Z  61.5 MiB  goes in 11 days: pushed 2026-08-29T17:30:44Z
    rule 3 (untagged) keeps 1 image
      stays          sha256:3600eb02b029  2026-08-20T16:08:52Z  60.9 MiB  goes in 18 days: pushed 2026-08-20T16:08:52Z
    2 images held by an index
      stays          sha256:88a253956a86  2026-08-24T09:12:31Z  61.2 MiB  the index sha256:63556338d863 holds it
      stays          sha256:98e3d1e32f07  2026-08-24T09:12:35Z  58.9 MiB  the index sha256:63556338d863 holds it

    as of 2026-09-01T00:00:00Z: 10 images: 3 to expire (at most 182 MiB), 0 to archive, 7 to stay
    ");
}

#[test]
fn the_readme_shows_the_same() {
    let ran = preview(&[POLICY, "--images", IMAGES, "--now", NOW]);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let session = format!(
        "$ ecrane lifecycle preview {POLICY} --images {IMAGES} --now {NOW}\n{}```",
        ran.stdout
    );
    assert!(readme.contains(&session), "README.md lacks\n{session}");
}

#[test]
fn what_is_not_certain_says_so() {
    let index = r#", "imageManifestMediaType": "application/vnd.oci.image.index.v1+json""#;
    let tied = |number| image(number, 10, &format!("v{number}"), "");
    let untagged = image(9, 1, "", "").replace(r#""imageTags": [""], "#, "");
    let images = [
        image(1, 11, "v1", index),
        tied(2),
        tied(3),
        tied(4),
        untagged,
    ];
    let ran = of_images(&format!("[{}]", images.join(",")), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @"
    VERDICT          IMAGE                PUSHED                    SIZE  WHY
    rule 1 (v*) expires 1 image
      may expire     v4                   2026-07-10T00:00:00Z  1.00 MiB  newest 4 of 4, and it keeps 3; not certain: others have the same time
    rule 3 (untagged) expires 1 image
      may expire     sha256:000000000000  2026-07-01T00:00:00Z  1.00 MiB  pushed 2026-07-01T00:00:00Z, more than 30 days ago; not certain: may be a child of an index
    2 images may go, though no rule says so for sure
      may go         v2                   2026-07-10T00:00:00Z  1.00 MiB  newest 2 of 4, goes after 2 more; not certain: others have the same time
      may go         v3                   2026-07-10T00:00:00Z  1.00 MiB  newest 3 of 4, goes after 1 more; not certain: others have the same time
    rule 1 (v*) keeps 1 image
      stays          v1                   2026-07-11T00:00:00Z  1.00 MiB  newest 1 of 4, goes after 3 more

    as of 2026-09-01T00:00:00Z: 5 images: 2 to expire (at most 2.00 MiB), 0 to archive, 3 to stay (2 of them may go); 4 verdicts are not certain
    warning: the list does not say which images belong to its indexes (1, such as sha256:000000000000): untagged images may be their children; add the digests of its children to each index as `references`
    warning: not certain for 3 images: others at the edge of the count have the same time, and AWS does not say which of them counts as newer
    ");
}

#[test]
fn long_lists_are_shortened_and_counted() {
    let stay = (1..=9).map(|n| image(n, n, &format!("main-{n}"), ""));
    let go = (101..=203).map(|n| image(n, 30, &format!("pr-{n}"), ""));
    let images: Vec<String> = stay.chain(go).collect();
    let images = format!("[{}]", images.join(","));
    let lines = |words: &[&str]| -> Vec<String> {
        let ran = of_images(&images, words);
        ran.stdout.lines().map(str::to_owned).collect()
    };
    let first = lines(&[]);
    let listed = |start: &str| first.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((listed("  expires "), listed("  stays ")), (100, 5));
    let counted: Vec<&str> = first
        .iter()
        .filter(|line| !line.starts_with("  expires ") && !line.starts_with("  stays "))
        .map(String::as_str)
        .collect();
    insta::assert_snapshot!(counted.join("\n"), @r"
    VERDICT          IMAGE   PUSHED                    SIZE  WHY
    rule 2 (pr-*) expires 103 images
      … and 3 images more: --all lists them
    9 images that no rule selects
      … and 4 images more: --all lists them

    as of 2026-09-01T00:00:00Z: 112 images: 103 to expire (at most 103 MiB), 0 to archive, 9 to stay
    ");
    let all = lines(&["--all"]);
    let listed = |start: &str| all.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((listed("  expires "), listed("  stays ")), (103, 9));
}

#[test]
fn a_repository_without_images_loses_none() {
    let ran = of_images("[]", &[]);
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(ran.stdout, @r"as of 2026-09-01T00:00:00Z: no images: nothing goes");
}

#[test]
fn a_list_that_is_cut_short_promises_nothing() {
    let ran = of_images(r#"{"imageDetails": [], "nextToken": "abc"}"#, &[]);
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(ran.stdout.lines().next().unwrap(), @"as of 2026-09-01T00:00:00Z: no images: nothing of the part that is listed goes");
}

#[test]
fn the_longest_verdict_has_a_gap_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let policy = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "transition", "targetStorageClass": "archive"}}]}"#;
    let policy = written(&folder, "policy.json", policy);
    let images = format!("[{},{}]", image(1, 1, "a", ""), image(2, 1, "b", ""));
    let images = written(&folder, "images.json", &images);
    let ran = preview(&[&policy, "--images", &images, "--now", NOW]);
    let table: Vec<&str> = ran.stdout.lines().take(3).collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    VERDICT            IMAGE  PUSHED                    SIZE  WHY
    rule 1 (any) archives 1 image
      may be archived  b      2026-07-01T00:00:00Z  1.00 MiB  newest 2 of 2, and it keeps 1; not certain: others have the same time
    "#);
}

#[test]
fn a_time_is_so_many_days_ago_too() {
    let ran = preview(&[POLICY, "--images", IMAGES, "--now", "-30d"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn both_ways_to_images_are_named() {
    let ran = preview(&[POLICY]);
    assert_eq!(ran.code, Some(2));
    let told: Vec<&str> = ran.stderr.lines().take(2).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    error: the following required arguments were not provided:
      <--images <IMAGES>|--repository <NAME>>
    "#);
}

#[test]
fn programs_get_the_whole_as_json() {
    let words = [POLICY, "--images", IMAGES, "--now", "1788220800", "--json"];
    let ran = preview(&words);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let results = json["results"].as_array().unwrap();
    assert_eq!(results.len(), 10);
    let oldest = serde_json::to_string_pretty(results.last().unwrap()).unwrap();
    insta::assert_snapshot!(oldest, @r#"
    {
      "action": "expire",
      "blockedBy": null,
      "certainty": "will",
      "claimedBy": 1,
      "digest": "sha256:34bd659feb530efab079c898eb496cfabe7dfa512811185f24ff115b0263ccff",
      "reason": "expires by rule 1 (v*): newest 4 of 4, and it keeps 3",
      "rulePriority": 1,
      "tags": [
        "v1.2.0"
      ]
    }
    "#);
    insta::assert_snapshot!(json["summary"], @r#"{"bytes":191050545,"expire":3,"images":10,"may":0,"transition":0}"#);
    insta::assert_snapshot!(json["warnings"], @r"[]");
}

#[test]
fn every_fault_of_the_policy_and_of_the_images_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let policy = written(&folder, "policy.json", r#"{"rules": []}"#);
    let images = written(
        &folder,
        "images.json",
        r#"[{"imageDigest": "sha256:short", "imagePushedAt": "yesterday"}, {"imageDigest": 7}]"#,
    );
    let ran = preview(&[&policy, "--images", &images]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let folder = folder.path().to_str().unwrap();
    insta::assert_snapshot!(ran.stderr.replace(folder, "[FOLDER]"), @r#"
    error[no-rules]: `rules` is empty: at least one rule is needed
     --> [FOLDER]/policy.json:1:2
      |
    1 | {"rules": []}
      |  ^^^^^^^
      |
      = help: for no policy at all, leave the policy out

    error[image-digest]: `sha256:short` is no digest
     --> [FOLDER]/images.json:1:19
      |
    1 | [{"imageDigest": "sha256:short", "imagePushedAt": "yesterday"}, {"imageDigest": 7}]
      |                   ^^^^^^^^^^^^
      |
      = help: a digest is `sha256:` and 64 lowercase hex digits

    error[image-time]: `imagePushedAt` is no time: `yesterday`
     --> [FOLDER]/images.json:1:52
      |
    1 | [{"imageDigest": "sha256:short", "imagePushedAt": "yesterday"}, {"imageDigest": 7}]
      |                                                    ^^^^^^^^^
      |
      = help: write it as `2026-09-01T12:00:00Z` or as seconds since 1970

    error[images-unreadable]: the list of images cannot be read: invalid type: integer `7`, expected a string
     --> [FOLDER]/images.json:1:81
      |
    1 | [{"imageDigest": "sha256:short", "imagePushedAt": "yesterday"}, {"imageDigest": 7}]
      |                                                                                 ^
      |
      = help: give the output of `aws ecr describe-images --repository-name NAME --filter imageStatus=ANY`

    error: 2 inputs are faulty; nothing was called
    "#);
}

#[test]
fn one_of_the_two_can_come_from_standard_input() {
    let home = tempfile::tempdir().unwrap();
    let mut command = clean(binary(), home.path());
    command
        .args([
            "lifecycle",
            "preview",
            POLICY,
            "--images",
            "-",
            "--now",
            NOW,
        ])
        .current_dir(root())
        .stdin(fs::File::open(root().join(IMAGES)).unwrap());
    let piped = run(&mut command).stdout;
    let named = preview(&[POLICY, "--images", IMAGES, "--now", NOW]).stdout;
    assert_eq!(piped, named);

    let both = preview(&["-", "--images", "-"]);
    assert_eq!(both.code, Some(2));
    insta::assert_snapshot!(both.stderr, @r"error: standard input is one file: give the policy or the images by name");
}
