use super::*;
use crate::name::Digest;

mod run;

fn digest(byte: &str) -> Digest {
    format!("sha256:{}", byte.repeat(32)).parse().unwrap()
}

fn row(change: Change, kind: &'static str, name: &str, note: &str) -> Row {
    Row {
        change,
        kind,
        name: name.into(),
        note: note.into(),
        registry: None,
    }
}

fn image(changes: &[(&str, TagChange)]) -> ImageResult {
    ImageResult {
        digest: digest("0f"),
        size: 1_234_567,
        tags: changes
            .iter()
            .map(|(tag, change)| TagResult {
                tag: tag.parse().unwrap(),
                change: change.clone(),
            })
            .collect(),
    }
}

#[test]
fn the_tree_lines_up_and_says_what_happened() {
    let rows = [
        row(Change::Same, "repository", "team/app", ""),
        row(Change::Create, "lifecycle policy", "team/app", "2 rules"),
        row(
            Change::Update,
            "image",
            "team/app:v1,latest",
            "sha256:0f0f0f0f0f0f, 1.2 MiB",
        ),
    ];
    insta::assert_snapshot!(tree(&rows), @"
    =  repository            team/app
    +  ├─ lifecycle policy   team/app             2 rules
    ~  └─ image              team/app:v1,latest   sha256:0f0f0f0f0f0f, 1.2 MiB
    ");
    insta::assert_snapshot!(resources(&rows), @"+ 1 created, ~ 1 updated, = 1 unchanged");
    assert!(changed(&rows));
}

#[test]
fn a_run_that_changed_nothing_says_so() {
    let rows = [
        row(Change::Same, "repository", "team/app", ""),
        row(Change::Same, "image", "team/app:v1", ""),
    ];
    insta::assert_snapshot!(resources(&rows), @"= 2 unchanged, no changes");
    assert!(!changed(&rows));
}

#[test]
fn an_image_is_new_moved_or_unchanged_by_its_tags() {
    let check = |changes: &[(&str, TagChange)], change: Change, note: &str| {
        let image = image(changes);
        let row = result_row(&image, "app");
        assert_eq!((row.change, row.note.as_str()), (change, note));
    };
    let plain = "sha256:0f0f0f0f0f0f, 1.18 MiB";
    check(&[("v1", TagChange::New)], Change::Create, plain);
    check(&[("v1", TagChange::Unchanged)], Change::Same, plain);
    check(
        &[
            ("v1", TagChange::New),
            ("latest", TagChange::MovedFrom(digest("aa"))),
        ],
        Change::Update,
        "sha256:0f0f0f0f0f0f, 1.18 MiB (latest was sha256:aaaaaaaaaaaa)",
    );
    check(
        &[("v1", TagChange::New), ("v2", TagChange::Unchanged)],
        Change::Update,
        plain,
    );
    check(
        &[("v1", TagChange::SameImage(digest("0f")))],
        Change::Same,
        "sha256:0f0f0f0f0f0f, 1.18 MiB (v1 names it, packed otherwise)",
    );
    check(
        &[
            ("latest", TagChange::Held(digest("aa"))),
            ("v1", TagChange::Unchanged),
        ],
        Change::Same,
        "sha256:0f0f0f0f0f0f, 1.18 MiB (latest stays at sha256:aaaaaaaaaaaa, newer)",
    );
}

#[test]
fn sizes_and_times_are_as_people_say_them() {
    assert_eq!(bytes(999), "999 B");
    assert_eq!(bytes(1024), "1.00 KiB");
    assert_eq!(bytes(20 * 1024 * 1024), "20.0 MiB");
    assert_eq!(bytes(1023 * 1024), "1.00 MiB");
    assert_eq!(duration(Duration::from_millis(1234)), "1.2 s");
    assert_eq!(duration(Duration::from_secs(125)), "2 min 5 s");
}
