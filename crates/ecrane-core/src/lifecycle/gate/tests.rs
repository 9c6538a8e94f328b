//! What a change of policy costs, in small worlds: their lines are those of the
//! evaluation's own tests.

use super::super::evaluate;
use super::super::evaluate::tests::{NOON, digest, images, policy};
use super::super::image::{Extent, Moment};
use super::super::rule::Action;
use super::{MaxRemove, Previewed, Window, losses, within};

/// The losses of a change, by the names of the images.
fn lost(stored: Option<&[&str]>, new: &[&str], world: &[&str]) -> String {
    let images = images(world, Extent::Whole);
    let now = Moment::from_seconds(NOON);
    let (stored, new) = (stored.map(policy), policy(new));
    let in_force = stored.as_ref().map(|stored| evaluate(stored, &images, now));
    let new = evaluate(&new, &images, now);
    let name = |of: &str| {
        let mut names = world
            .iter()
            .filter_map(|line| line.split_whitespace().next());
        names.find(|name| digest(name) == of).unwrap()
    };
    let lost = losses(in_force.as_ref(), &new);
    let lost: Vec<&str> = lost
        .iter()
        .map(|verdict| name(images.digest(verdict.image)))
        .collect();
    lost.join(" ")
}

const NEWEST_TWO: &str = "1 any count 2";
const NEWEST_ONE: &str = "1 any count 1";
const NEWEST_TWO_ELSE_ARCHIVE: &str = "1 any count 2 archive";
const WORLD: [&str; 4] = ["a v4 1", "b v3 2", "c v2 3", "d v1 4"];

#[test]
fn the_first_policy_costs_all_that_it_removes() {
    assert_eq!(lost(None, &[NEWEST_TWO], &WORLD), "c d");
}

#[test]
fn what_the_policy_in_force_removes_is_no_loss_of_the_new_one() {
    assert_eq!(lost(Some(&[NEWEST_TWO]), &[NEWEST_ONE], &WORLD), "b");
    assert_eq!(lost(Some(&[NEWEST_ONE]), &[NEWEST_TWO], &WORLD), "");
}

#[test]
fn archiving_is_a_loss_and_expiring_the_archived_another() {
    assert_eq!(lost(None, &[NEWEST_TWO_ELSE_ARCHIVE], &WORLD), "c d");
    let archived = Some(&[NEWEST_TWO_ELSE_ARCHIVE][..]);
    assert_eq!(lost(archived, &[NEWEST_TWO], &WORLD), "c d");
    assert_eq!(
        lost(Some(&[NEWEST_TWO]), &[NEWEST_TWO_ELSE_ARCHIVE], &WORLD),
        ""
    );
}

#[test]
fn what_only_may_go_counts_as_gone_and_never_as_lost_anyway() {
    // Two pushes at the same moment, of which one is beyond the count.
    let tie = ["a v3 1", "b v2 2", "c v1 2"];
    assert_eq!(lost(None, &[NEWEST_TWO], &tie), "b c");
    let same = "7 any count 2";
    assert_eq!(lost(Some(&[same]), &[NEWEST_TWO], &tie), "b c");
}

#[test]
fn the_same_doubt_about_the_same_fate_is_no_loss() {
    // AWS does not say whether a child goes with its index at once.
    let index = ["a v4 1", "b v3 2", "i v2 3 holds=c", "c - 3"];
    assert_eq!(lost(None, &[NEWEST_TWO], &index), "c i");
    assert_eq!(lost(Some(&["7 any count 2"]), &[NEWEST_TWO], &index), "");
}

#[test]
fn nothing_said_allows_no_loss() {
    let check = |limit: &str, losses, expected: Option<&str>| {
        let limit = match limit {
            "" => MaxRemove::default(),
            limit => limit.parse().unwrap(),
        };
        let objection = within(limit, losses, 40).err().map(|it| it.to_string());
        assert_eq!(objection.as_deref(), expected, "{limit}");
    };
    check("", 0, None);
    check(
        "",
        1,
        Some(
            "the policy would remove 1 of 40 images that are kept today, and `max-remove` is 0; allow as many with `max-remove: 1`, or mend the policy",
        ),
    );
    check("5", 5, None);
    check("10%", 4, None);
    check(
        "10%",
        5,
        Some(
            "the policy would remove 5 of 40 images that are kept today, and `max-remove` is 10%; allow as many with `max-remove: 5`, or mend the policy",
        ),
    );
    check("100%", 40, None);
}

#[test]
fn a_limit_is_a_number_or_a_share() {
    for text in ["", "%", "-1", "+1", "101%", "1.5", "all", "10 %", "٣"] {
        let said = text.parse::<MaxRemove>().map(|it| it.to_string());
        assert_eq!(
            said.map_err(|it| it.to_string()),
            Err(format!(
                "`{text}` is no number of images: write `25`, or a share such as `10%`"
            ))
        );
    }
}

/// What the service's preview says otherwise. It names those that it removes;
/// a `~` before a name archives it.
fn differences(rules: &[&str], world: &[&str], preview: &str, later: i64) -> Vec<String> {
    let images = images(world, Extent::Whole);
    let policy = policy(rules);
    let opened = evaluate(&policy, &images, Moment::from_seconds(NOON));
    let closed = evaluate(&policy, &images, Moment::from_seconds(NOON + later));
    let preview: Vec<Previewed> = preview
        .split_whitespace()
        .map(|word| match word.strip_prefix('~') {
            Some(name) => (name, Action::Transition),
            None => (word, Action::Expire),
        })
        .map(|(name, action)| Previewed {
            digest: digest(name),
            action,
        })
        .collect();
    let window = Window {
        opened: &opened,
        closed: &closed,
    };
    let differences = window.differences(&preview);
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn a_preview_of_the_service_agrees_or_says_where_not() {
    let check = |preview: &str, expected: &[&str]| {
        assert_eq!(differences(&[NEWEST_TWO], &WORLD, preview, 0), expected);
    };
    check("c d", &[]);
    check("d c", &[]);
    check("d", &["`v2` is kept there and goes here"]);
    check("b c d", &["`v3` goes there and is kept here"]);
    check("~c d", &["`v2` goes another way there"]);
    check(
        "c d e",
        &["sha256:650000000000 goes there and was not listed"],
    );
}

#[test]
fn what_is_not_certain_here_agrees_with_either_answer() {
    let tie = ["a v3 1", "b v2 2", "c v1 2"];
    for preview in ["b", "c"] {
        assert_eq!(
            differences(&[NEWEST_TWO], &tie, preview, 0),
            [] as [&str; 0]
        );
    }
}

#[test]
fn what_grows_old_enough_while_the_service_looks_agrees_with_either_answer() {
    let rules = ["1 any pushed 3"];
    let world = ["a v1 2", "b v2 2.9999", "c v3 9"];
    for preview in ["c", "b c"] {
        assert_eq!(differences(&rules, &world, preview, 60), [] as [&str; 0]);
    }
}
