//! What people read when a rule or a flavor is wrong.

use crate::diagnostic::{Colour, Diagnostic, Source, render};
use crate::tags::{Flavor, Rule};

fn shown(name: &str, text: &str, diagnostics: &[Diagnostic]) -> String {
    render(Source { name, text }, diagnostics, Colour::Off)
}

/// All that is said of a rule.
fn of_rule(line: &str) -> String {
    shown("tags", line, &Rule::read(line).1)
}

fn of_flavor(line: &str) -> String {
    shown("flavor", line, &Flavor::default().add(line).unwrap_err())
}

#[test]
fn every_fault_of_a_rule_at_once() {
    insta::assert_snapshot!(of_rule("type=semver,patern={{version}},priority=high,enable=yes,event=tag"), @"
    error[tag-rule]: `type=semver` needs `pattern`
     --> tags:1:1
      |
    1 | type=semver,patern={{version}},priority=high,enable=yes,event=tag
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add for example `pattern={{version}}`

    error[tag-rule]: `patern` says nothing of `type=semver`
     --> tags:1:13
      |
    1 | type=semver,patern={{version}},priority=high,enable=yes,event=tag
      |             ^^^^^^
      |
      = help: did you mean `pattern`?

    error[tag-rule]: `high` is not a priority
     --> tags:1:41
      |
    1 | type=semver,patern={{version}},priority=high,enable=yes,event=tag
      |                                         ^^^^
      |
      = help: write a whole number; the highest is first

    error[tag-rule]: `yes` is neither true nor false
     --> tags:1:53
      |
    1 | type=semver,patern={{version}},priority=high,enable=yes,event=tag
      |                                                     ^^^
      |
      = help: write `true` or `false`

    warning[tag-rule]: `event` has no effect with `type=semver`
     --> tags:1:57
      |
    1 | type=semver,patern={{version}},priority=high,enable=yes,event=tag
      |                                                         ^^^^^
    ");
}

#[test]
fn names_in_braces() {
    insta::assert_snapshot!(of_rule("type=semver,pattern={{major}}.{{minr}}-{{branch}}"), @"
    error[tag-rule]: `minr` is not known in these braces
     --> tags:1:33
      |
    1 | type=semver,pattern={{major}}.{{minr}}-{{branch}}
      |                                 ^^^^
      |
      = help: did you mean `minor`?

    error[tag-rule]: `branch` is not known in these braces
     --> tags:1:42
      |
    1 | type=semver,pattern={{major}}.{{minr}}-{{branch}}
      |                                          ^^^^^^
      |
      = help: known are `raw`, `version`, `major`, `minor`, `patch`
    ");
    insta::assert_snapshot!(of_rule("type=raw,value={{branch"), @"
    error[tag-rule]: these braces are never closed
     --> tags:1:16
      |
    1 | type=raw,value={{branch
      |                ^^
      |
      = help: write `}}` after the name
    ");
    insta::assert_snapshot!(of_rule("{{}}-{{sha 7}}"), @"
    error[tag-rule]: there is no name between these braces
     --> tags:1:3
      |
    1 | {{}}-{{sha 7}}
      |   ^
      |
      = help: write for example `{{branch}}`

    error[tag-rule]: nothing follows `sha`
     --> tags:1:12
      |
    1 | {{}}-{{sha 7}}
      |            ^
      |
      = help: only dates take a format and a zone
    ");
}

#[test]
fn dates() {
    insta::assert_snapshot!(of_rule("{{date 'YYYY' tz='Europe/Berln'}}-{{date 'LT' zone='x'}}"), @"
    error[tag-rule]: `Europe/Berln` is not a time zone
     --> tags:1:19
      |
    1 | {{date 'YYYY' tz='Europe/Berln'}}-{{date 'LT' zone='x'}}
      |                   ^^^^^^^^^^^^
      |
      = help: did you mean `Europe/Berlin`?

    error[tag-rule]: `L` is a date of a locale or an era to Moment.js, and not known here
     --> tags:1:43
      |
    1 | {{date 'YYYY' tz='Europe/Berln'}}-{{date 'LT' zone='x'}}
      |                                           ^
      |
      = help: if text is meant, put it in brackets, for example `[L]`

    error[tag-rule]: `zone` is not an option of a date
     --> tags:1:47
      |
    1 | {{date 'YYYY' tz='Europe/Berln'}}-{{date 'LT' zone='x'}}
      |                                               ^^^^
      |
      = help: the only option is `tz='…'`
    ");
    insta::assert_snapshot!(of_rule("type=raw,value={{commit_date YYYY-MM-DD}}"), @"
    warning[tag-rule]: a format without quotes has no effect: the date is written in full
     --> tags:1:30
      |
    1 | type=raw,value={{commit_date YYYY-MM-DD}}
      |                              ^^^^^^^^^^
      |
      = help: write `'YYYY-MM-DD'`
    ");
}

#[test]
fn types_and_their_keys() {
    insta::assert_snapshot!(of_rule("type=semvr,pattern={{version}}"), @"
    error[tag-rule]: `semvr` is not a type of tag
     --> tags:1:6
      |
    1 | type=semvr,pattern={{version}}
      |      ^^^^^
      |
      = help: did you mean `semver`?
    ");
    insta::assert_snapshot!(of_rule("type=ref"), @"
    error[tag-rule]: this rule needs `event`
     --> tags:1:1
      |
    1 | type=ref
      | ^^^^^^^^
      |
      = help: add for example `event=branch`
    ");
    insta::assert_snapshot!(of_rule("type=ref,event=pull"), @"
    error[tag-rule]: `pull` is no `event` of this rule
     --> tags:1:16
      |
    1 | type=ref,event=pull
      |                ^^^^
      |
      = help: known are `branch`, `tag`, `pr`
    ");
    insta::assert_snapshot!(of_rule("type=sha,format=lng,pattern=x"), @"
    error[tag-rule]: `lng` is no `format` of this rule
     --> tags:1:17
      |
    1 | type=sha,format=lng,pattern=x
      |                 ^^^
      |
      = help: did you mean `long`?

    warning[tag-rule]: `pattern` has no effect with `type=sha`
     --> tags:1:21
      |
    1 | type=sha,format=lng,pattern=x
      |                     ^^^^^^^
    ");
    insta::assert_snapshot!(of_rule("type=raw,value=a,value=b"), @"
    error[tag-rule]: `value` is given twice
     --> tags:1:18
      |
    1 | type=raw,value=a,value=b
      |                  ^^^^^
      |
      = help: leave one of them out
    ");
    insta::assert_snapshot!(of_rule("v=1"), @"
    error[tag-rule]: `v` says nothing of `type=raw`
     --> tags:1:1
      |
    1 | v=1
      | ^
      |
      = help: known are `type`, `enable`, `priority`, `prefix`, `suffix`, `value`

    error[tag-rule]: `type=raw`, which is meant where no type is given, needs `value`
     --> tags:1:1
      |
    1 | v=1
      | ^^^
      |
      = help: add for example `value=v1`
    ");
}

#[test]
fn regular_expressions() {
    insta::assert_snapshot!(of_rule("type=match,pattern=v(?=1),group=x"), @"
    error[tag-rule]: this regular expression cannot be used: look-around is not supported
     --> tags:1:20
      |
    1 | type=match,pattern=v(?=1),group=x
      |                    ^^^^^^
      |
      = help: there is no look-around here: match more, and take a `group` of it
    ");
    insta::assert_snapshot!(of_rule("type=match,pattern=/v(.*)/iy,group=1"), @"
    error[tag-rule]: the flag `y` is not known here
     --> tags:1:28
      |
    1 | type=match,pattern=/v(.*)/iy,group=1
      |                            ^
      |
      = help: known are `i`, `m`, `s`, `g` and `u`
    ");
    insta::assert_snapshot!(of_rule("type=match,pattern=v(.*),group=2"), @"
    warning[tag-rule]: the pattern has no group 2: this rule gives no tag
     --> tags:1:32
      |
    1 | type=match,pattern=v(.*),group=2
      |                                ^
    ");
    insta::assert_snapshot!(of_rule("type=semver,pattern={{version}},match=v.*"), @"
    error[tag-rule]: what matches is not taken: there is no group in it
     --> tags:1:39
      |
    1 | type=semver,pattern={{version}},match=v.*
      |                                       ^^^
      |
      = help: put the version in parentheses, for example `v(.*)`
    ");
    insta::assert_snapshot!(of_rule(r#"type=match,pattern="v{1,2}""#), @r#"
    error[tag-rule]: a quote stands in the middle of an entry
     --> tags:1:20
      |
    1 | type=match,pattern="v{1,2}"
      |                    ^
      |
      = help: quotes go around the whole entry, for example `"pattern=a{1,2}"`
    "#);
}

#[test]
fn places_in_quoted_entries() {
    insta::assert_snapshot!(of_rule(r#"type=raw,"value={{banch}},x""#), @r#"
    error[tag-rule]: `banch` is not known in these braces
     --> tags:1:19
      |
    1 | type=raw,"value={{banch}},x"
      |                   ^^^^^
      |
      = help: did you mean `branch`?
    "#);
    insta::assert_snapshot!(of_rule(r#"type=raw,"value=""{{banch}}""""#), @r#"
    error[tag-rule]: `banch` is not known in these braces
     --> tags:1:11
      |
    1 | type=raw,"value=""{{banch}}"""
      |           ^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `branch`?
    "#);
}

#[test]
fn flavors() {
    insta::assert_snapshot!(of_flavor("latest=yes,prefx=a-,onlatest=true"), @"
    error[tag-rule]: `yes` is not a value of this
     --> flavor:1:8
      |
    1 | latest=yes,prefx=a-,onlatest=true
      |        ^^^
      |
      = help: write `auto`, `true` or `false`

    error[tag-rule]: `prefx` says nothing of a flavor
     --> flavor:1:12
      |
    1 | latest=yes,prefx=a-,onlatest=true
      |            ^^^^^
      |
      = help: did you mean `prefix`?

    error[tag-rule]: `onlatest` follows nothing
     --> flavor:1:21
      |
    1 | latest=yes,prefx=a-,onlatest=true
      |                     ^^^^^^^^
      |
      = help: write it after `prefix` or `suffix`, on the same line
    ");
    insta::assert_snapshot!(of_flavor("prefix={{branc}},onlatest=1,latest"), @"
    error[tag-rule]: `branc` is not known in these braces
     --> flavor:1:10
      |
    1 | prefix={{branc}},onlatest=1,latest
      |          ^^^^^
      |
      = help: did you mean `branch`?

    error[tag-rule]: `1` is not a value of this
     --> flavor:1:27
      |
    1 | prefix={{branc}},onlatest=1,latest
      |                           ^
      |
      = help: write `true` or `false`

    error[tag-rule]: `latest` says nothing of a flavor
     --> flavor:1:29
      |
    1 | prefix={{branc}},onlatest=1,latest
      |                             ^^^^^^
      |
      = help: give it a value: `latest=…`
    ");
}
