//! Rules as examples: what is wrong with them, and what they come to.

mod faults;
mod metadata_action;

use super::*;
use crate::diagnostic::has_errors;
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2020-01-10 00:30 UTC);

/// A push to `git_ref`, where `master` is the default branch.
fn push(git_ref: &str) -> Event {
    let variable = |name: &str| match name {
        "GITHUB_EVENT_NAME" => Some("push".to_owned()),
        "GITHUB_REF" => Some(git_ref.to_owned()),
        "GITHUB_SHA" => Some("860c1904a1ce19322e91ac35af1ab07466440c37".to_owned()),
        _ => None,
    };
    let payload =
        r#"{"repository": {"default_branch": "master"}, "base_ref": "refs/heads/master"}"#;
    Event::of_workflow(variable, &Payload::parse(payload).unwrap(), NOW)
}

fn rules(lines: &[&str]) -> Vec<Rule> {
    let read = |line: &&str| {
        let (rule, diagnostics) = Rule::read(line);
        rule.unwrap_or_else(|| panic!("{line}: {diagnostics:#?}"))
    };
    lines.iter().map(read).collect()
}

fn flavor(lines: &[&str]) -> Flavor {
    let mut flavor = Flavor::default();
    for line in lines {
        flavor.add(line).unwrap();
    }
    flavor
}

/// The tags in their order, or what is wrong.
fn check(event: &Event, lines: &[&str], common: &[&str], expected: &str) {
    let given = evaluate(&rules(lines), &flavor(common), event);
    let remarks: Vec<_> = given.remarks.into_iter().map(|r| r.diagnostic).collect();
    let found = if has_errors(&remarks) {
        remarks.into_iter().map(|remark| remark.message).collect()
    } else {
        given
            .tags
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(found.join(" "), expected, "{lines:?} {common:?}");
}

#[test]
fn bare_tags_are_raw_rules_and_references_are_exact() {
    let tag = |text: &str| text.parse().unwrap();
    let mut given = vec![Rule::bare(&tag("mine")), Rule::exact(&tag("theirs"))];
    given.extend(rules(&["type=ref,event=branch"]));
    let given = evaluate(&given, &flavor(&["prefix=p-"]), &push("refs/heads/dev"));
    let names: Vec<_> = given.tags.iter().map(crate::name::Tag::as_str).collect();
    assert_eq!(names, ["p-dev", "p-mine", "theirs"]);
}

#[test]
fn latest_comes_once_and_carries_the_affixes_that_ask_for_it() {
    let release = push("refs/tags/v1.2.3");
    let semver = "type=semver,pattern={{version}}";
    check(&release, &[semver, "latest"], &[], "1.2.3 latest");
    check(
        &release,
        &[semver],
        &["suffix=-{{branch}}alpine,onlatest=true", "prefix=x-"],
        "x-1.2.3-alpine latest-alpine",
    );
    check(
        &release,
        &["type=sha"],
        &["latest=true"],
        "sha-860c190 latest",
    );
}

#[test]
fn the_flags_of_a_pattern_in_slashes() {
    let tag = push("refs/tags/Rel-10-20");
    check(
        &tag,
        &["type=match,pattern=/rel-(\\d+)/i,group=1"],
        &[],
        "10 latest",
    );
    check(
        &tag,
        &["type=match,pattern=/\\d+/g,group=1"],
        &[],
        "20 latest",
    );
    check(&tag, &["type=match,pattern=/rel/"], &[], "");
}

#[test]
fn characters_that_no_tag_has_become_one_dash() {
    let branch = push("refs/heads/feat/a=b #1");
    check(&branch, &["type=ref,event=branch"], &[], "feat-a-b-1");
    check(&branch, &["type=raw,value={{branch}}"], &[], "feat-a-b-1");
}

#[test]
fn what_is_no_tag_even_so_is_a_fault() {
    let branch = push("refs/heads/-x");
    check(
        &branch,
        &["type=ref,event=branch"],
        &[],
        "this gives `-x`: tag must start with a letter, a digit or `_`",
    );
    check(
        &branch,
        &["type=raw,value=v1,enable={{branch}}"],
        &[],
        "`enable` comes to `-x`, which is neither true nor false",
    );
    check(
        &branch,
        &["type=raw,value={{commit_date 'YYYY'}}"],
        &[],
        "the time of the commit is not known",
    );
}

#[test]
fn a_rule_that_gives_no_tag_where_one_was_meant_says_why() {
    let why = |lines: &[&str], event: &Event| {
        let given = evaluate(&rules(lines), &Flavor::default(), event);
        assert_eq!(given.tags, []);
        let messages = given.remarks.into_iter().map(|r| r.diagnostic.message);
        messages.collect::<Vec<_>>().join("\n")
    };
    let tag = push("refs/tags/v1.2");
    insta::assert_snapshot!(why(
        &[
            "type=semver,pattern={{version}}",
            "type=pep440,pattern={{raw}},value=x",
            "type=match,pattern=^\\d",
            "type=match,pattern=v(.)|(x),group=2",
            "type=ref,event=branch",
        ],
        &tag
    ), @"
    `v1.2` is not a semantic version: this rule gives no tag
    `x` is not a version by PEP 440: this rule gives no tag
    `v1.2` does not match: this rule gives no tag
    group 2 takes nothing from `v1.2`: this rule gives no tag
    ");
    let nowhere = Event {
        default_branch: None,
        ..push("refs/heads/main")
    };
    insta::assert_snapshot!(why(&["type=edge"], &nowhere), @"the default branch is not known: this rule gives no tag");
}

#[test]
fn the_time_of_the_commit_comes_from_the_event() {
    let variable = |name: &str| (name == "GITHUB_SHA").then(|| "b".to_owned());
    let time = |payload: &str| {
        Event::of_workflow(variable, &Payload::parse(payload).unwrap(), NOW).commit_time
    };
    let commits = r#"{"commits": [{"id": "a", "timestamp": "2020-01-01T00:00:00Z"},
        {"id": "b", "timestamp": "2022-04-19T11:27:24+02:00"}]}"#;
    assert_eq!(time(commits), Some(datetime!(2022-04-19 9:27:24 UTC)));
    let head = r#"{"head_commit": {"id": "b", "timestamp": "2022-04-19T09:27:24Z"}}"#;
    assert_eq!(time(head), Some(datetime!(2022-04-19 9:27:24 UTC)));
    assert_eq!(time(r#"{"head_commit": null}"#), None);
}

proptest::proptest! {
    /// Whatever stands in a line, every place that is shown is in it, and what
    /// is a rule comes to tags or to remarks.
    #[test]
    fn no_line_is_too_strange(
        line in "(type=(semver|pep440|match|raw|ref|sha|schedule),)?\
            (pattern|value|event|match|group|é| )?=?[a-zé{}\"'=, /()\\\\\\[\\]YMLS]{0,24}(\\{\\{[a-zé' =]{0,12}\\}\\})?"
    ) {
        let (rule, diagnostics) = Rule::read(&line);
        for found in &diagnostics {
            proptest::prop_assert!(line.get(found.span.start..found.span.end).is_some(), "{found:?}");
        }
        proptest::prop_assert!(rule.is_some() || has_errors(&diagnostics));
        let rules: Vec<Rule> = rule.into_iter().collect();
        let _ = evaluate(&rules, &Flavor::default(), &push("refs/tags/v1.2.3-rc.1"));
        if let Err(found) = Flavor::default().add(&line) {
            for found in found {
                proptest::prop_assert!(line.get(found.span.start..found.span.end).is_some(), "{found:?}");
            }
        }
    }
}
