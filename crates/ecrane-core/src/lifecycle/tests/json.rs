//! Texts that are no JSON, or hardly.

use super::{selecting, shown};
use crate::lifecycle::{Dialect, decode};

macro_rules! check {
    ($text:expr, @$expected:literal) => {
        insta::assert_snapshot!(shown(&$text, Some(Dialect::Ecr)), @$expected)
    };
}

#[test]
fn what_people_write_and_json_forbids_is_read_on() {
    let text = "{
  // keep five
  'rules': [
    {
      rulePriority: +1,
      \"selection\": {\"tagStatus\": \"any\" \"countType\": \"imageCountMoreThan\", \"countNumber\": NaN,},
      \"action\": {\"type\": \"expire\"}, \"action\": {\"type\": \"keep\"}
    },
  ]
}";
    check!(text, @r#"
    error[json-syntax]: comments are not JSON
     --> policy.json:2:3
      |
    2 |   // keep five
      |   ^^^^^^^^^^^^
      |
      = help: remove it; what a rule is for can be said in its `description`

    error[json-syntax]: single quotes are not JSON
     --> policy.json:3:3
      |
    3 |   'rules': [
      |   ^^^^^^^
      |
      = help: write double quotes

    error[json-syntax]: `rulePriority` is without quotes
     --> policy.json:5:7
      |
    5 |       rulePriority: +1,
      |       ^^^^^^^^^^^^
      |
      = help: put it in double quotes

    error[json-syntax]: `+1` is not JSON
     --> policy.json:5:21
      |
    5 |       rulePriority: +1,
      |                     ^^
      |
      = help: write a whole number in decimal digits

    error[json-syntax]: a `,` is missing here
     --> policy.json:6:39
      |
    6 |       "selection": {"tagStatus": "any" "countType": "imageCountMoreThan", "countNumber": NaN,},
      |                                       ^

    error[json-syntax]: `NaN` is not JSON
     --> policy.json:6:90
      |
    6 |       "selection": {"tagStatus": "any" "countType": "imageCountMoreThan", "countNumber": NaN,},
      |                                                                                          ^^^
      |
      = help: write a whole number in decimal digits

    error[json-syntax]: trailing comma: no value follows
     --> policy.json:6:93
      |
    6 |       "selection": {"tagStatus": "any" "countType": "imageCountMoreThan", "countNumber": NaN,},
      |                                                                                             ^
      |
      = help: remove it

    error[duplicate-key]: `action` is there twice
     --> policy.json:7:37
      |
    7 |       "action": {"type": "expire"}, "action": {"type": "keep"}
      |       -------- first here           ^^^^^^^^
      |
      = help: keep one of the two: other readers silently drop one

    error[action-type]: `type` must be `expire` or `transition`, not `keep`
     --> policy.json:7:56
      |
    7 |       "action": {"type": "expire"}, "action": {"type": "keep"}
      |                                                        ^^^^^^

    error[json-syntax]: trailing comma: no value follows
     --> policy.json:8:6
      |
    8 |     },
      |      ^
      |
      = help: remove it
    "#);
}

#[test]
fn strings() {
    check!(selecting("\"tagStatus\": \"an\ty\", \"countType\": \"\\q\", \"countNumber\": 1"), @r#"
    error[tag-status]: `tagStatus` must be `any`, `tagged` or `untagged`, not `an y`
     --> policy.json:3:31
      |
    3 |    "selection": {"tagStatus": "an    y", "countType": "\q", "countNumber": 1},
      |                               ^^^^^^^^^
      |
      = help: did you mean `any`?

    error[json-syntax]: control character U+0009 in a string
     --> policy.json:3:34
      |
    3 |    "selection": {"tagStatus": "an    y", "countType": "\q", "countNumber": 1},
      |                                  ^^^^
      |
      = help: write `\u0009`

    error[json-syntax]: invalid escape in a string
     --> policy.json:3:52
      |
    3 |    "selection": {"tagStatus": "an    y", "countType": "\q", "countNumber": 1},
      |                                                       ^^^^
    "#);
    check!("{\n  \"rules\": [\n    {\"description\": \"no end\n     \"rulePriority\": 1}\n  ]\n}", @r#"
    error[missing-property]: `selection` is missing
     --> policy.json:3:5
      |
    3 |     {"description": "no end
      |     ^
      |
      = help: add `selection`: which images the rule is about

    error[missing-property]: `action` is missing
     --> policy.json:3:5
      |
    3 |     {"description": "no end
      |     ^
      |
      = help: add `action`: what happens to them, such as `{"type": "expire"}`

    error[json-syntax]: control character: the line ends inside a string
     --> policy.json:3:21
      |
    3 |     {"description": "no end
      |                     ^^^^^^^
      |
      = help: close the string with `"`, or write `\n` for a line break
    "#);
    check!("{“rules”: []}", @r#"
    error[json-syntax]: `“` is a typographic quote, not the `"` of JSON
     --> policy.json:1:2
      |
    1 | {“rules”: []}
      |  ^
      |
      = help: write straight double quotes

    error[no-rules]: `rules` is empty: at least one rule is needed
     --> policy.json:1:2
      |
    1 | {“rules”: []}
      |  ^^^^^^^
      |
      = help: for no policy at all, leave the policy out
    "#);
    check!(r#"{"rules": [{"description": "\ud800"}]}"#, @r#"
    error[json-syntax]: `\ud800"` is no character: a lone surrogate, or no four digits
     --> policy.json:1:29
      |
    1 | {"rules": [{"description": "\ud800"}]}
      |                             ^^^^^^^
      |
      = help: write the character itself
    "#);
}

#[test]
fn where_nothing_can_be_read_on() {
    check!("", @"
    error[text-too-short]: the document is empty
    --> policy.json
     = help: a policy has 100 to 30720 characters and at least one rule; for no policy at all, leave the input out
    ");
    assert!(shown(" \n\t", Some(Dialect::Ecr)).contains("the document is empty"));
    check!(r#"{"rules": ["#, @r#"
    error[json-syntax]: this `[` is never closed
     --> policy.json:1:11
      |
    1 | {"rules": [
      |           ^
      |
      = help: add the missing `]`
    "#);
    check!(r#"{"rules": []} x"#, @r#"
    error[json-syntax]: trailing characters: the document has ended before this
     --> policy.json:1:15
      |
    1 | {"rules": []} x
      |               ^
      |
      = help: one file holds one document
    "#);
    check!(r#"{"rules": []}{"rules": []}"#, @r#"
    error[json-syntax]: trailing characters: the document has ended before this
     --> policy.json:1:14
      |
    1 | {"rules": []}{"rules": []}
      |              ^
      |
      = help: one file holds one document
    "#);
    check!(r#"{"rules" []}"#, @r#"
    error[json-syntax]: expected `:` between a property and its value
     --> policy.json:1:10
      |
    1 | {"rules" []}
      |          ^
    "#);
    check!(r#"{"rules": True}"#, @r#"
    error[json-syntax]: `True` is no JSON value
     --> policy.json:1:11
      |
    1 | {"rules": True}
      |           ^^^^
      |
      = help: put text in double quotes; `true`, `false` and `null` are written in lower case
    "#);
    check!("{\"rules\": []\u{a0}}", @r#"
    error[no-rules]: `rules` is empty: at least one rule is needed
     --> policy.json:1:2
      |
    1 | {"rules": [] }
      |  ^^^^^^^
      |
      = help: for no policy at all, leave the policy out

    error[json-syntax]: the invisible character U+00A0 is no JSON
     --> policy.json:1:13
      |
    1 | {"rules": [] }
      |             ^
      |
      = help: replace it by a space
    "#);
}

#[test]
fn a_byte_order_mark_is_left_out_with_a_warning() {
    let any = r#""tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5"#;
    check!(format!("\u{feff}{}", selecting(any)), @r#"
    warning[byte-order-mark]: the text begins with a byte order mark, which is left out
     --> policy.json:1:1
      |
    1 | ﻿{"rules": [
      | ^
      |
      = help: save the file as UTF-8 without a byte order mark (BOM)

    {"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":5},"action":{"type":"expire"}}]}
    "#);
}

#[test]
fn an_escaped_name_is_the_same_name() {
    let text = r#"{"rules": [{"rule\u0050riority": 1, "rulePriority": 2, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;
    check!(text, @r#"
    error[duplicate-key]: `rulePriority` is there twice
     --> policy.json:1:37
      |
    1 | {"rules": [{"rule\u0050riority": 1, "rulePriority": 2, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNum...
      |             -------------------     ^^^^^^^^^^^^^^
      |             |
      |             first here
      |
      = help: keep one of the two: other readers silently drop one
    "#);
}

#[test]
fn an_expression_that_nobody_expanded_is_a_warning() {
    let text = r#"{"rules": [{"rulePriority": 1, "description": "${{ github.sha }}", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}"#;
    check!(text, @r#"
    warning[unexpanded-expression]: `${{` is the start of a workflow expression that nothing has expanded
     --> policy.json:1:48
      |
    1 | {"rules": [{"rulePriority": 1, "description": "${{ github.sha }}", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan...
      |                                                ^^^
      |
      = help: expressions are expanded in workflow files only, not in the files they name

    {"rules":[{"rulePriority":1,"description":"${{ github.sha }}","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}
    "#);
}

#[test]
fn a_list_of_images_is_called_one() {
    check!(r#"{"imageDetails": [{"imageDigest": "sha256:abc"}]}"#, @r#"
    error[missing-property]: `rules` is missing: this is a list of images, and no policy
     --> policy.json:1:1
      |
    1 | {"imageDetails": [{"imageDigest": "sha256:abc"}]}
      | ^
      |
      = help: give it with `--images`, beside the policy
    "#);
}

#[test]
fn bytes_in_another_encoding() {
    let said = |bytes: &[u8]| decode(bytes).unwrap_err().remove(0).message;
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(said(&utf16), "the text looks like UTF-16");
    assert_eq!(said(b"\xff\xfe{\0"), "the text looks like UTF-16");
    assert_eq!(said(b"{\"caf\xe9\": 1}"), "invalid UTF-8 at byte 5");
    assert_eq!(decode("{\"é\": 1}".as_bytes()).unwrap(), "{\"é\": 1}");
}
