use super::{Contents, read};
use ecrane_core::diagnostic::{Colour, Source, render};

fn settings(text: &str) -> Contents {
    read::read(text).unwrap()
}

/// The faults as a person sees them.
fn faults(text: &str) -> String {
    let source = Source {
        name: "ecrane.toml",
        text,
    };
    render(source, &read::read(text).unwrap_err(), Colour::Off)
}

#[test]
fn everything_that_can_be_said() {
    let text = r#"
[lifecycle]
baseline = "lifecycle-baseline.json"

[lifecycle.lints]
list-is-and = "error"
retag-keeps-age = "off"

[[lifecycle.allow]]
code = "no-floor"
file = "policies/build.json"
policy = "Builds"
rule = 2
reason = "branches are rebuilt every night"
until = 2026-12-31
"#;
    insta::assert_debug_snapshot!(settings(text), @r#"
    Contents {
        settings: Settings {
            levels: {
                Lint(
                    "list-is-and",
                ): As(
                    Error,
                ),
                Lint(
                    "retag-keeps-age",
                ): Off,
            },
            allowances: [
                Allowance {
                    lint: Lint(
                        "no-floor",
                    ),
                    file: "policies/build.json",
                    policy: Some(
                        "Builds",
                    ),
                    rule: Some(
                        2,
                    ),
                    reason: "branches are rebuilt every night",
                    until: 2026-12-31,
                },
            ],
            baseline: Baseline {
                findings: {},
            },
        },
        baseline: Some(
            "lifecycle-baseline.json",
        ),
    }
    "#);
    assert_eq!(settings(""), Contents::default());
    assert_eq!(settings("[lifecycle]\n"), Contents::default());
}

#[test]
fn every_fault_is_told_with_its_place() {
    insta::assert_snapshot!(faults(r#"
[lifecycle]
base-line = "x.json"

[lifecycle.lints]
list-is-an = "error"
count-number = "off"
no-floor = "warn"

[[lifecycle.allow]]
code = "no-flor"
file = "a.json"
rule = "2"
until = "2026-12-31"

[lifecycles]
"#), @r#"
    error[settings]: `base-line` is not a known setting here
     --> ecrane.toml:3:1
      |
    3 | base-line = "x.json"
      | ^^^^^^^^^
      |
      = help: did you mean `baseline`?

    error[settings]: no lint is called `list-is-an`; did you mean `list-is-and`?
     --> ecrane.toml:6:1
      |
    6 | list-is-an = "error"
      | ^^^^^^^^^^

    error[settings]: `count-number` is no lint: its level cannot be changed
     --> ecrane.toml:7:1
      |
    7 | count-number = "off"
      | ^^^^^^^^^^^^

    error[settings]: `no-floor` must be "error", "warning", "info" or "off"
     --> ecrane.toml:8:12
      |
    8 | no-floor = "warn"
      |            ^^^^^^

    error[settings]: `reason` is missing: why the finding is allowed
      --> ecrane.toml:10:1
       |
    10 | [[lifecycle.allow]]
       | ^^^^^^^^^^^^^^^^^^^

    error[settings]: no lint is called `no-flor`; did you mean `no-floor`?
      --> ecrane.toml:11:8
       |
    11 | code = "no-flor"
       |        ^^^^^^^^^

    error[settings]: `rule` must be the `rulePriority` of a rule
      --> ecrane.toml:13:8
       |
    13 | rule = "2"
       |        ^^^

    error[settings]: `until` must be a date without quotes and time, such as 2026-12-31
      --> ecrane.toml:14:9
       |
    14 | until = "2026-12-31"
       |         ^^^^^^^^^^^^

    error[settings]: `lifecycles` is not a known setting here
      --> ecrane.toml:16:2
       |
    16 | [lifecycles]
       |  ^^^^^^^^^^
       |
       = help: did you mean `lifecycle`?
    "#);
}

#[test]
fn what_is_no_toml() {
    insta::assert_snapshot!(faults("[lifecycle\nbaseline = x\n"), @r"
    error[settings]: this is no TOML: unclosed table, expected `]`
     --> ecrane.toml:1:11
      |
    1 | [lifecycle
      |           ^
    ");
    insta::assert_snapshot!(faults("lifecycle = 1\n"), @r"
    error[settings]: `lifecycle` must be a table
     --> ecrane.toml:1:13
      |
    1 | lifecycle = 1
      |             ^
      |
      = help: write `[lifecycle]` on a line of its own
    ");
    insta::assert_snapshot!(faults("[lifecycle]\nlints = []\nallow = [1]\n"), @r"
    error[settings]: `lints` must be a table
     --> ecrane.toml:2:9
      |
    2 | lints = []
      |         ^^
      |
      = help: write `[lifecycle.lints]` on a line of its own

    error[settings]: `allow` must be a list of tables
     --> ecrane.toml:3:10
      |
    3 | allow = [1]
      |          ^
      |
      = help: write `[[lifecycle.allow]]` on a line of its own
    ");
}
