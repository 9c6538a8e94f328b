//! A run in Markdown: what is told, and what cannot be forged.

use super::*;
use crate::lifecycle::explain::Claim;
use crate::lifecycle::explain::Fate;
use crate::name::Reference;
use crate::repository::PlacedImage;

const PLANNED: Run<'static> = Run {
    ending: Ending::Planned,
    repository: Some("team/app"),
    rows: &[],
    costs: &[],
    findings: &[],
    images: &[],
    fate: None,
    times: &[],
};

fn loss(tag: &str, reason: &str) -> Loss {
    Loss {
        digest: digest("aa").to_string(),
        tags: vec![tag.to_owned()],
        bytes: 3 * 1024 * 1024,
        action: "expire",
        certainty: "will",
        rule_priority: Some(1),
        reason: reason.to_owned(),
    }
}

fn cost(losses: Vec<Loss>) -> Cost {
    Cost {
        registry: None,
        images: 40,
        losses,
        replaces: None,
    }
}

fn marker() -> Marker {
    Marker::of(&["team/app", "lifecycle.json"])
}

#[test]
fn a_comment_has_the_plan_and_what_would_go() {
    let rows = [
        row(Change::Same, "repository", "team/app", ""),
        row(Change::Update, "lifecycle policy", "team/app", "1 rule"),
    ];
    let losses = vec![
        loss(
            "v2",
            "expires by rule 1 (any): newest 4 of 40, and it keeps 3",
        ),
        loss(
            "v1",
            "expires by rule 1 (any): newest 5 of 40, and it keeps 3",
        ),
    ];
    let finding = "warning[list-is-and]: a list is an AND\n --> lifecycle.json:8:9";
    let run = Run {
        ending: Ending::Refused("the policy would remove 2 of 40 images; nothing was done"),
        rows: &rows,
        costs: &[cost(losses)],
        findings: &[finding.to_owned()],
        ..PLANNED
    };
    insta::assert_snapshot!(comment(&run, &marker()), @"
    <!-- ecrane 2f7c46e4e368c903c2f0b329553f0c72 -->

    ### ecrane, `team/app`: refused

    ```text
    the policy would remove 2 of 40 images; nothing was done
    ```

    ```text
     =  repository            team/app
     ~  └─ lifecycle policy   team/app   1 rule
    ```

    <details>
    <summary>What was found in the policy and the inputs</summary>

    ```text
    warning[list-is-and]: a list is an AND
     --> lifecycle.json:8:9
    ```

    </details>

    <details>
    <summary>The lifecycle policy would remove 2 of 40 images that are kept today, at most 6.00 MiB</summary>

    ```text
    v2  3.00 MiB  expires by rule 1 (any): newest 4 of 40, and it keeps 3
    v1  3.00 MiB  expires by rule 1 (any): newest 5 of 40, and it keeps 3
    ```

    </details>
    ");
}

#[test]
fn a_policy_that_costs_nothing_is_said_to() {
    let run = Run {
        costs: &[cost(Vec::new())],
        ..PLANNED
    };
    insta::assert_snapshot!(comment(&run, &marker()), @"
    <!-- ecrane 2f7c46e4e368c903c2f0b329553f0c72 -->

    ### ecrane, `team/app`: plan

    The lifecycle policy removes none of 40 images that are kept today.
    ");
}

#[test]
fn a_comment_is_known_by_what_it_is_about() {
    let text = comment(&PLANNED, &marker());
    assert!(marker().is_on(&text));
    assert!(!Marker::of(&["team/app", "other.json"]).is_on(&text));
    // Not where two names meet otherwise.
    assert!(!Marker::of(&["team/applifecycle", ".json"]).is_on(&text));
    assert!(!marker().is_on(&format!("> {text}")));
}

#[test]
fn the_summary_says_which_registry_has_what() {
    let reference = |text: &str| text.parse::<Reference>().unwrap();
    let placed = |host: &str, tagged: &[&str], held: &[&str]| PlacedImage {
        tagged: tagged
            .iter()
            .map(|tag| reference(&format!("{host}/app:{tag}")))
            .collect(),
        held: held
            .iter()
            .map(|tag| reference(&format!("{host}/app:{tag}")))
            .collect(),
        digested: reference(&format!("{host}/app@{}", digest("0f"))),
    };
    let result = image(&[("v1", TagChange::New)]);
    let here = placed("127.0.0.1:1", &["v1"], &["latest"]);
    let there = placed("127.0.0.1:2", &["v1", "latest"], &[]);
    let rows = ["127.0.0.1:1", "127.0.0.1:2"]
        .map(|host| row(Change::Create, "image", "app:v1", "new").of(host));
    let claim = Claim {
        claimed_by: Some(2),
        fate: "expires 30 days after its push".to_owned(),
        also_selected_by: vec![3],
    };
    let fate = Fate {
        tags: vec!["v1".to_owned()],
        standard: claim.clone(),
        archive: claim,
    };
    let run = Run {
        ending: Ending::Done,
        rows: &rows,
        images: &[(&result, &here), (&result, &there)],
        fate: Some(&fate),
        times: &[
            ("build", Duration::from_millis(2500)),
            ("in all", Duration::from_secs(65)),
        ],
        ..PLANNED
    };
    insta::assert_snapshot!(summary(&run), @"
    ### ecrane, `team/app`: result

    in `127.0.0.1:1`

    ```text
     +  image   app:v1   new
    ```

    in `127.0.0.1:2`

    ```text
     +  image   app:v1   new
    ```

    `+ 2 created`

    | image | |
    |---|---|
    | by tag | `127.0.0.1:1/app:v1` |
    | left at a newer image | `127.0.0.1:1/app:latest` |
    | by digest | `127.0.0.1:1/app@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f` |
    | by tag | `127.0.0.1:2/app:v1` |
    | by tag | `127.0.0.1:2/app:latest` |
    | by digest | `127.0.0.1:2/app@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f` |
    | size | 1.18 MiB |

    ```text
    an image tagged `v1` expires 30 days after its push, by rule 2; rule 3 only counts it
    ```

    build 2.5 s, in all 1 min 5 s
    ");
}

/// Ways to end a block of code, to write to somebody, to hide or to make a link.
const HOSTILE: &[&str] = &[
    "```\n@octocat [x](http://evil.example) <img src=x>\n",
    "` @octocat `",
    "<!-- ecrane 00 --></details></summary>",
    "a | b \\| c",
    "````````text",
    "\u{202e}gnp.exe\u{2028}\n\n# heading",
    "~~~\n</code></pre>",
];

/// The text outside of blocks of code and of code in a line.
fn prose(markdown: &str) -> String {
    let mut fence: Option<String> = None;
    let mut prose = String::new();
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == *open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => prose += &format!("{line}\n"),
        }
    }
    assert_eq!(fence, None, "a block is not closed:\n{markdown}");
    let mut code = false;
    prose.retain(|c| {
        code ^= c == '`';
        !code && c != '`'
    });
    prose
}

#[test]
fn nothing_that_others_wrote_is_markup() {
    let plain = prose(&comment(&told("x"), &marker()));
    for hostile in HOSTILE {
        let text = prose(&comment(&told(hostile), &marker()));
        // Entities stand for what would be markup.
        assert!(!text.contains(['@', '[', '\u{202e}']), "{text}");
        assert_eq!(
            text.matches("<details>").count(),
            plain.matches("<details>").count()
        );
        assert_eq!(text.matches("<!--").count(), 1, "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with('#')).count(), 1);
    }
}

/// A run in which everything that others choose is this text. It is leaked, as a
/// test may.
fn told(text: &str) -> Run<'static> {
    fn leak<T>(value: T) -> &'static T {
        Box::leak(Box::new(value))
    }
    let text: &'static str = leak(text.to_owned());
    let rows = vec![row(Change::Create, "image", text, text)];
    let costs = vec![cost(vec![loss(text, text)])];
    Run {
        ending: Ending::Failed(text),
        repository: Some(text),
        rows: leak(rows),
        costs: leak(costs),
        findings: leak(vec![text.to_owned()]),
        ..PLANNED
    }
}

#[test]
fn what_does_not_fit_is_cut_where_one_sees_it() {
    let long = "expires by rule 1 (any): ä newest 4 of 40, and it keeps 3".repeat(3);
    let losses = (0..10_000).map(|n| loss(&format!("v{n}"), &long)).collect();
    let findings = vec!["warning: so it is ```\n".repeat(5_000)];
    let run = Run {
        costs: &[cost(losses)],
        findings: &findings,
        ..PLANNED
    };
    let check = |text: String, limit: usize, expected: &str| {
        assert!(text.len() <= limit, "{}", text.len());
        assert!(text.len() > limit - 2_000, "{}", text.len());
        prose(&text);
        let cut = text.lines().filter(|line| line.starts_with('…'));
        assert_eq!(cut.collect::<Vec<_>>().join("\n"), expected);
    };
    check(
        comment(&run, &marker()),
        65_536,
        "… 3524 more do not fit here\n… 9831 more do not fit here",
    );
    check(
        summary(&run),
        1024 * 1024 - 1,
        "… 5115 more do not fit here",
    );
}
