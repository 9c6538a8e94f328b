//! What the facts describe, as it is given.

use serde_json::{Value, json};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

/// How a program gets it.
pub(super) enum Given {
    /// Variables of the action.
    Variables(Vec<(String, OsString)>),
    /// A file, which `lifecycle-policy` names.
    Policy(Vec<u8>),
    /// A list of images for a preview.
    Images(String),
}

/// A good policy, in one line.
pub(super) const POLICY: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}"#;

/// What a case describes; `None` if nobody here knows how to make it.
pub(super) fn made(id: &str, via: &str, input: &str) -> Option<Given> {
    let area = id.split('-').next()?;
    match area {
        "pol" | "awsx" => policy(id, input).map(Given::Policy),
        "img" => images(id).map(|list| {
            let more = (id == "img-truncated").then_some("more");
            Given::Images(json!({ "imageDetails": list, "nextToken": more }).to_string())
        }),
        "env" => environment(id).map(Given::Variables),
        _ => {
            let name = via.strip_prefix("INPUT_").map(|_| via.to_owned())?;
            variables(id, input, name).map(Given::Variables)
        }
    }
}

fn variables(id: &str, input: &str, name: String) -> Option<Vec<(String, OsString)>> {
    let value: OsString = match id {
        "repo-homoglyph" => "\u{430}pp".into(),
        "repo-257" => "a".repeat(257).into(),
        "repo-ok-256" => "a".repeat(256).into(),
        "acct-leading-zero-lost" => "12345678901".into(),
        "acct-11-ids" => numbers(11).join(",").into(),
        "region-crlf" => "us-east-1\r\nX: y".into(),
        "arg-dup" => "A=1\nA=2".into(),
        "label-dup" => "a=1\na=2".into(),
        "sec-multiline-pem" => format!("\"KEY={}\"", ["line of a key"; 27].join("\n")).into(),
        "sec-nonutf8" => OsString::from_vec(b"KEY=\xff\xfe".to_vec()),
        "sec-file-outside" => {
            return Some(vec![("INPUT_SECRET-FILES".into(), "a=/etc/passwd".into())]);
        }
        "awstag-key-129" => format!("{}=x", "k".repeat(129)).into(),
        "awstag-val-257" => format!("k={}", "v".repeat(257)).into(),
        "awstag-dup-case" => "Env=1\nenv=2".into(),
        "rp-10241" => access(&json!("a".repeat(10_241)), "Allow", "ecr:BatchGetImage").into(),
        "rp-star-principal" => access(&json!("*"), "Allow", "ecr:BatchGetImage").into(),
        "rp-lockout" => access(&json!("*"), "Deny", "ecr:SetRepositoryPolicy").into(),
        // What stands between commas and what is not text is as it reads.
        _ => input.into(),
    };
    Some(vec![(name, value)])
}

fn access(principal: &Value, effect: &str, action: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": effect, "Principal": principal, "Action": action },
    ]})
    .to_string()
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{n:012}")).collect()
}

fn environment(id: &str) -> Option<Vec<(String, OsString)>> {
    let one = |name: &str, value: &str| Some(vec![(name.to_owned(), OsString::from(value))]);
    match id {
        "env-nonutf8-other" => {
            let value = OsString::from_vec(vec![0xff, 0xfe]);
            Some(vec![("LEGACY".into(), value)])
        }
        "env-unset-as-empty" => one("INPUT_ROLE-DURATION-SECONDS", ""),
        "env-bool-True" => one("INPUT_PUSH", "True"),
        "env-bool-yes" => one("INPUT_PUSH", "yes"),
        "env-num-space" => {
            let role = "arn:aws:iam::123456789012:role/push";
            let length = ("INPUT_ROLE-DURATION-SECONDS".to_owned(), " 900".into());
            Some(vec![length, ("INPUT_ROLE-TO-ASSUME".into(), role.into())])
        }
        "env-creds-partial" => one("AWS_SECRET_ACCESS_KEY", ""),
        "env-creds-newline" => one("AWS_SECRET_ACCESS_KEY", "secret\n"),
        "env-proxy-creds" => one("HTTPS_PROXY", "http://user:secret@127.0.0.1:1"),
        "env-proxy-bad" => one("HTTPS_PROXY", "not a url"),
        "env-output-missing" => Some(Vec::new()),
        "env-output-unwritable" => {
            let check = ("INPUT_MODE".to_owned(), "check".into());
            Some(vec![
                check,
                ("GITHUB_OUTPUT".into(), "/nowhere/output".into()),
            ])
        }
        "env-context-nonutf8" => {
            let value = OsString::from_vec(b"/tmp/\xff".to_vec());
            Some(vec![("INPUT_CONTEXT".into(), value)])
        }
        "env-home-ro" => one("HOME", "/proc"),
        "env-temp-missing" => one("RUNNER_TEMP", ""),
        "env-context-missing" => one("INPUT_CONTEXT", "./nope"),
        "env-context-flag" => one("INPUT_CONTEXT", "--output=x"),
        "env-action-commands-in-input" => one("INPUT_TAGS", "v1%0A::add-mask::a"),
        _ => None,
    }
}

/// The good policy with one property written otherwise.
fn with(name: &str, written: &str) -> String {
    let good = [
        ("rulePriority", r#""rulePriority":1"#),
        ("countNumber", r#""countNumber":5"#),
        ("tagStatus", r#""tagStatus":"any""#),
        ("countType", r#""countType":"imageCountMoreThan""#),
        ("rules", POLICY.trim_matches(['{', '}'])),
    ];
    let (_, found) = good.iter().find(|(known, _)| *known == name).unwrap();
    let changed = POLICY.replacen(found, written, 1);
    assert_ne!(changed, POLICY);
    changed
}

/// The good policy with tags in its selection.
fn tagged(lists: &str) -> String {
    with("tagStatus", &format!(r#""tagStatus":"tagged",{lists}"#))
}

fn rules(rules: &[Value]) -> String {
    json!({ "rules": rules }).to_string()
}

fn rule(priority: usize, status: &str) -> Value {
    let mut rule: Value = serde_json::from_str(POLICY).unwrap();
    let mut rule = rule["rules"][0].take();
    rule["rulePriority"] = priority.into();
    rule["selection"]["tagStatus"] = status.into();
    if status == "tagged" {
        rule["selection"]["tagPrefixList"] = json!([format!("v{priority}")]);
    }
    rule
}

fn policy(id: &str, input: &str) -> Option<Vec<u8>> {
    let days = with("countType", r#""countType":"sinceImagePushed""#);
    Some(match id {
        "pol-utf16" => POLICY.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "pol-latin1" => {
            let text = with("rulePriority", r#""rulePriority":1,"description":"caf?""#);
            let bytes = text.into_bytes().into_iter();
            bytes.map(|b| if b == b'?' { 0xe9 } else { b }).collect()
        }
        "pol-bom" => format!("\u{feff}{POLICY}").into(),
        "pol-comment" => POLICY.replacen('{', "{/* keep 5 */", 1).into(),
        "pol-dup-key" => with("rulePriority", r#""rulePriority":1,"rulePriority":2"#).into(),
        "pol-dup-rules" => POLICY.replace("}]}", r#"}],"rules":[]}"#).into(),
        "pol-null" => {
            r#"{"rules":[{"rulePriority":1,"selection":null,"action":{"type":"expire"}}]}"#.into()
        }
        "pol-escaped-key" => with("rulePriority", r#""rule\u0050riority":1"#).into(),
        "pol-case" => with("rulePriority", r#""RulePriority":1"#).into(),
        "pol-51-rules" => {
            let all: Vec<Value> = (1..=51).map(|n| rule(n, "tagged")).collect();
            rules(&all).into()
        }
        "pol-30721" => {
            let filled = |n: usize| {
                with(
                    "rulePriority",
                    &format!(r#""rulePriority":1,"description":"{}""#, "x".repeat(n)),
                )
            };
            let rest = 30_721 - filled(0).len();
            filled(rest).into()
        }
        "pol-priority-dup" => rules(&[rule(1, "tagged"), rule(1, "untagged")]).into(),
        "pol-any-not-last" => rules(&[rule(1, "any"), rule(2, "tagged")]).into(),
        "pol-both-lists" => tagged(r#""tagPrefixList":["v"],"tagPatternList":["v*"]"#).into(),
        "pol-untagged-prefix" => with(
            "tagStatus",
            r#""tagStatus":"untagged","tagPrefixList":["v"]"#,
        )
        .into(),
        "pol-prefix-empty-string" => tagged(r#""tagPrefixList":[""]"#).into(),
        "pol-pattern-long" => {
            tagged(&format!(r#""tagPatternList":["{}"]"#, "p".repeat(200))).into()
        }
        "pol-unicode-prefix" => tagged("\"tagPrefixList\":[\"prod\u{200b}\"]").into(),
        "pol-unicode-nfd" => tagged("\"tagPrefixList\":[\"cafe\u{301}\"]").into(),
        "pol-unit-missing" => days.into(),
        "pol-unit-extra" => with("countNumber", r#""countNumber":5,"countUnit":"days""#).into(),
        "pol-unit-weeks" => days
            .replace(
                r#""countNumber":5"#,
                r#""countNumber":5,"countUnit":"weeks""#,
            )
            .into(),
        "pol-control-char" => with(
            "rulePriority",
            "\"rulePriority\":1,\"description\":\"a\nb\"",
        )
        .into(),
        "pol-star-blowup" => tagged(r#""tagPatternList":["a*a*a*a*b"]"#).into(),
        "pol-tmpl" => with(
            "rulePriority",
            r#""rulePriority":1,"description":"${{ secrets.X }}""#,
        )
        .into(),
        "pol-yaml" => "rules:\n  - tags: v*\n    keep: 5\n".into(),
        "pol-10mb" => with(
            "rulePriority",
            &format!(
                r#""rulePriority":1,"description":"{}""#,
                "x".repeat(10 << 20)
            ),
        )
        .into(),
        "pol-depth-10k" => format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).into(),
        "pol-many-keys" | "pol-hash-flood" => {
            let keys: Vec<String> = (0..100_000).map(|n| format!(r#""key{n}":1"#)).collect();
            format!("{{{}}}", keys.join(",")).into()
        }
        "awsx-neither" => r#"{"rules":[{"selection":"any"}]}"#.into(),
        "awsx-sel-tagged-string" => {
            r#"{"rules":[{"selection":"tagged","maximumNumberOfImages":5}]}"#.into()
        }
        "awsx-two-any" => {
            let any = json!({ "selection": "any", "maximumNumberOfImages": 5 });
            rules(&[any.clone(), any]).into()
        }
        "awsx-age-fraction" => r#"{"rules":[{"selection":"any","maximumAgeLimit":1.5}]}"#.into(),
        "awsx-51" => {
            let one = |n: usize| json!({ "selection": { "tagPrefixList": [format!("v{n}")] }, "maximumNumberOfImages": 5 });
            let all: Vec<Value> = (1..=51).map(one).collect();
            rules(&all).into()
        }
        // A property alone: `"countNumber":NaN`.
        _ => match property(input) {
            Some("description") => {
                with("rulePriority", &format!("\"rulePriority\":1,{input}")).into()
            }
            Some(name) => with(name, input).into(),
            None => input.into(),
        },
    })
}

fn property(input: &str) -> Option<&str> {
    let (name, _) = input.strip_prefix('"')?.split_once("\":")?;
    Some(name)
}

/// An image of the list, with these properties written otherwise.
fn image(changes: &Value) -> Value {
    let mut image = json!({
        "imageDigest": format!("sha256:{}", "0f".repeat(32)),
        "imageTags": ["v1"],
        "imagePushedAt": "2026-01-01T00:00:00Z",
        "imageSizeInBytes": 1,
    });
    for (name, value) in changes.as_object().unwrap() {
        image[name] = value.clone();
    }
    image
}

fn images(id: &str) -> Option<Vec<Value>> {
    let other = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let pushed = |time: Value| vec![image(&json!({ "imagePushedAt": time }))];
    Some(match id {
        "img-bad-digest" => vec![image(&json!({ "imageDigest": "sha256:xyz" }))],
        "img-sha512" => {
            let digest = format!("sha512:{}", "0f".repeat(64));
            vec![image(&json!({ "imageDigest": digest }))]
        }
        "img-dup-digest" => vec![image(&json!({})), image(&json!({}))],
        "img-dup-tag" => vec![image(&json!({})), image(&json!({ "imageDigest": other("a") }))],
        "img-no-pushed" => {
            let mut without = image(&json!({}));
            without.as_object_mut().unwrap().remove("imagePushedAt");
            vec![without]
        }
        "img-future" => pushed("2099-01-01T00:00:00Z".into()),
        "img-epoch-ms" => pushed(1_700_000_000_000_u64.into()),
        "img-epoch-s" => pushed(json!(1_700_000_000.123)),
        "img-notz" => pushed("2024-01-01T00:00:00".into()),
        "img-leap" => pushed("2016-12-31T23:59:60Z".into()),
        "img-offset" => pushed("2024-01-01T00:00:00+14:00".into()),
        "img-truncated" => vec![image(&json!({}))],
        "img-tags-empty" => vec![image(&json!({ "imageTags": [] }))],
        "img-tag-300" => vec![image(&json!({ "imageTags": ["t".repeat(300)] }))],
        "img-index-child" => {
            let child = image(&json!({ "imageDigest": other("a"), "imageTags": [] }));
            vec![child, image(&json!({ "references": [other("a")] }))]
        }
        "img-100k" => (0..100_000)
            .map(|n| image(&json!({ "imageDigest": format!("sha256:{n:064x}"), "imageTags": [format!("v{n}")] })))
            .collect(),
        _ => return None,
    })
}
