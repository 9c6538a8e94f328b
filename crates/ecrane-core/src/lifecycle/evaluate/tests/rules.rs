//! What a rule selects, claims and marks.

use super::whole;

#[test]
fn every_entry_of_a_list_is_needed_from_some_tag() {
    let rules = ["1 alpha*,beta* pushed 5"];
    let world = ["one alpha-1 9", "two beta-1 9", "both alpha-2,beta-2 9"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    one: kept: no rule selects it
    two: kept: no rule selects it
    both: expires by rule 1 (alpha* and beta*): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    ");
}

#[test]
fn a_pattern_is_for_the_whole_tag() {
    let rules = [
        "1 v*-rc* pushed 5",
        "2 *-dev pushed 5",
        "3 exact pushed 5",
        "4 *a*a* pushed 5",
    ];
    let world = [
        "rc v1-rc2 9",
        "short v-rc 9",
        "not-rc v1-r 9",
        "dev x-dev 9",
        "devil x-devil 9",
        "exact exact 9",
        "longer exactly 9",
        "twice banan 9",
        "once bann 9",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    rc: expires by rule 1 (v*-rc*): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    short: expires by rule 1 (v*-rc*): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    not-rc: kept: no rule selects it
    dev: expires by rule 2 (*-dev): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    devil: kept: no rule selects it
    exact: expires by rule 3 (exact): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    longer: kept: no rule selects it
    twice: expires by rule 4 (*a*a*): pushed 2026-05-19T12:00:00Z, more than 5 days ago
    once: kept: no rule selects it
    ");
}

#[test]
fn a_claim_holds_whether_the_rule_removes_or_not() {
    let rules = ["1 prod* count 999999", "2 any pushed 7"];
    let world = [
        "prod prod-1 900",
        "both prod-2,dev 900",
        "dev dev-1 8",
        "young dev-2 1.5",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    prod: kept: claimed by rule 1 (prod*), newest 2 of 2, goes after 999998 more
    both: kept: claimed by rule 1 (prod*), newest 1 of 2, goes after 999999 more
    dev: expires by rule 2 (any): pushed 2026-05-20T12:00:00Z, more than 7 days ago
    young: kept: claimed by rule 2 (any), goes in 5 days: pushed 2026-05-27T00:00:00Z
    ");
}

#[test]
fn a_count_goes_over_what_others_claim() {
    let rules = ["1 prod* pushed 1", "2 any count 2"];
    let world = ["p prod-1 2", "a a 3", "b b 4", "c c 5"];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    p: expires by rule 1 (prod*): pushed 2026-05-26T12:00:00Z, more than 1 day ago
    a: kept: claimed by rule 2 (any), newest 2 of 4, goes after 1 more
    b: expires by rule 2 (any): newest 3 of 4, and it keeps 2
    c: expires by rule 2 (any): newest 4 of 4, and it keeps 2
    ");
}

#[test]
fn older_is_older_and_not_as_old() {
    let rules = ["1 any pushed 7"];
    let world = [
        "same a 7",
        "older b 7.0001",
        "younger c 6.9999",
        "day d 7.6",
        "future e -3",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    same: kept: claimed by rule 1 (any), goes in less than a minute: pushed 2026-05-21T12:00:00Z
    older: expires by rule 1 (any): pushed 2026-05-21T11:59:52Z, more than 7 days ago; not certain: AWS does not say whether hours count, and by calendar days it is not yet older
    younger: kept: claimed by rule 1 (any), goes in less than a minute: pushed 2026-05-21T12:00:09Z
    day: expires by rule 1 (any): pushed 2026-05-20T21:36:00Z, more than 7 days ago
    future: kept: claimed by rule 1 (any), goes in 10 days: pushed 2026-05-31T12:00:00Z
    warning: the time of the push is in the future (1 image, such as sha256:667574757265): the age is taken as 0 days
    warning: not certain for 1 image: AWS does not say whether hours count, and by calendar days it is not yet older
    ");
}

#[test]
fn a_push_in_the_second_of_a_clock_is_not_in_the_future() {
    let check = |pushed: &str, warnings: usize| {
        let digest = super::digest("a");
        let images = format!(r#"[{{"imageDigest": "{digest}", "imagePushedAt": "{pushed}"}}]"#);
        let images = crate::lifecycle::image::read(&images).images.unwrap();
        let policy = super::policy(&["1 any pushed 7"]);
        let now = "2026-05-28T12:00:00Z".parse().unwrap();
        let verdicts = crate::lifecycle::evaluate(&policy, &images, now);
        assert_eq!(verdicts.warnings().len(), warnings, "{pushed}");
    };
    check("2026-05-28T12:00:00.999Z", 0);
    check("2026-05-28T12:00:01Z", 1);
}

#[test]
fn a_restored_image_is_as_young_as_its_restoring() {
    let rules = ["1 any pulled 30 archive"];
    let world = [
        "never-pulled a 40",
        "pulled b 40 pulled=20",
        "restored c 400 pulled=100 restored=10",
        "long-ago d 400 pulled=100 restored=50",
        "and-pulled e 400 pulled=5 restored=50",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    never-pulled: is archived by rule 1 (any): never pulled, pushed 2026-04-18T12:00:00Z, more than 30 days ago
    pulled: kept: claimed by rule 1 (any), is archived in 10 days, unless it is pulled: last pulled 2026-05-08T12:00:00Z
    restored: kept: claimed by rule 1 (any), is archived in 20 days, unless it is pulled: not pulled since it was restored 2026-05-18T12:00:00Z
    long-ago: is archived by rule 1 (any): not pulled since it was restored 2026-04-08T12:00:00Z, more than 30 days ago
    and-pulled: kept: claimed by rule 1 (any), is archived in 25 days, unless it is pulled: last pulled 2026-05-23T12:00:00Z
    ");
    let world = ["restored a 400 restored=1", "plain b 2"];
    insta::assert_snapshot!(whole(&["1 any count 1"], &world), @r"
    restored: kept: claimed by rule 1 (any), newest 1 of 2, goes after 1 more
    plain: expires by rule 1 (any): newest 2 of 2, and it keeps 1
    ");
}

#[test]
fn rules_of_the_archive_are_for_archived_images() {
    let rules = ["1 any pushed 30 archive", "2 any archived 90"];
    let world = [
        "old a 400",
        "long c 400 archived=91",
        "short d 400 archived=10",
        "unknown e 400 archived",
    ];
    insta::assert_snapshot!(whole(&rules, &world), @r"
    old: is archived by rule 1 (any): pushed 2025-04-23T12:00:00Z, more than 30 days ago
    long: expires by rule 2 (any): archived 2026-02-26T12:00:00Z, more than 90 days ago
    short: kept: claimed by rule 2 (any), goes in 80 days: archived 2026-05-18T12:00:00Z
    unknown: kept: claimed by rule 2 (any), its time is not known; not certain: the list does not say when it was archived
    warning: not certain for 1 image: the list does not say when it was archived
    ");
}
