//! What somebody chose on the page stays until they choose something else.

use serde_json::{Value, json};

use super::seen;

const POLICY: &str = r#"{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}, "action": {"type": "expire"}}]}"#;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn what_somebody_chose_stays() {
    let image = |digit: &str| json!({ "imageDigest": format!("sha256:{}", digit.repeat(64)), "imageTags": [format!("own-{digit}")], "imagePushedAt": "2026-01-01T00:00:00Z" });
    let images = json!({ "imageDetails": [image("a"), image("b"), image("c")] });
    let answer = json!({ "registryId": "111122223333", "repositoryName": "canary/app", "lifecyclePolicyText": POLICY });
    let given = json!({
        "images": images.to_string(),
        "answer": answer.to_string(),
        "refusal": "An error occurred (InvalidParameterException) when calling the PutLifecyclePolicy operation: words of tomorrow",
        "hcl": "# the policy\nresource \"aws_ecr_lifecycle_policy\" \"app\" {\n  policy = jsonencode({ rules = [] })\n}\n",
    });
    let seen = seen("wishes", &given);

    let filter = &seen["filter"];
    assert!(!filter["before"].as_array().unwrap().is_empty());
    assert_eq!(
        (&filter["broken"], &filter["after"]),
        (&json!(0), &filter["before"])
    );
    let moved = text(&seen["standIn"]["moved"]);
    assert!(moved.ends_with("in 40 days"), "{moved}");
    assert_eq!(seen["standIn"]["after"], moved);
    assert!(
        text(&seen["later"]).contains("Several platforms"),
        "{}",
        seen["later"]
    );

    assert_eq!(seen["together"]["about"], "3 images, from images.json.");
    assert!(text(&seen["together"]["policy"]).contains("own-*"));
    assert_eq!(seen["together"]["alerts"], json!([]));
    assert!(text(&seen["twice"]["policy"]).contains("two-*"));
    assert_eq!(
        seen["twice"]["alerts"],
        json!(["One file of a kind is shown at a time: “one.json” made room for the last."])
    );
    assert!(text(&seen["damaged"]).contains("two-*"));
    assert_eq!(
        seen["list"],
        json!({ "stayed": true, "about": "3 images, from the clipboard." })
    );

    let codes = seen["read"]["codes"].as_array().unwrap();
    assert_eq!(seen["read"]["dialect"], "ECR JSON", "{codes:?}");
    assert!(!codes.contains(&json!("missing-property")), "{codes:?}");
    let alone = text(&seen["alone"]);
    assert!(alone.contains("imageCountMoreThan"), "{alone}");
    assert!(
        !alone.contains("canary") && !alone.contains("1111"),
        "{alone}"
    );
    assert_eq!(
        seen["unknown"],
        "Amazon ECR refused a request in words that are not known here. Paste the policy itself: its mistakes are listed."
    );
    let terraform = &seen["terraform"][0];
    assert_eq!(
        (&terraform["line"], &terraform["code"]),
        (&json!("line 2"), &json!("unclear-dialect"))
    );

    assert_eq!(
        seen["many"],
        "100,000 images, made up so that they fit the tags of the policy, 1,000 a day for 100 days."
    );
    let opened = &seen["opened"];
    assert!(text(&opened["day"]).ends_with("in 30 days"), "{opened}");
    assert!(
        text(&opened["lesson"]).contains("1000 pushes a day for 100 days"),
        "{opened}"
    );
    assert_eq!(seen["tabs"]["first"][1], "What happens");
    assert_eq!(seen["tabs"]["last"][1], "Share");
}

#[test]
fn a_key_does_what_was_meant_and_nothing_else() {
    let seen = seen("hands", &Value::Null);
    let rules = json!({ "pressed": "true", "after": "false", "same": true });
    assert_eq!(seen["rules"], rules);
    assert_eq!(seen["followed"], json!({ "rule": "rule 3", "of": 1 }));
    assert_eq!(seen["top"], "2", "the row below the names");
    assert!(text(&seen["mended"]).contains("box"), "{}", seen["mended"]);
    let refused = "“logo.png” is not text. Drop a policy, or a list of images in JSON.";
    assert_eq!(seen["refused"], json!([refused]));
    assert_eq!(seen["made"], json!(["build-…", "prod", "untagged"]));
    assert_eq!(seen["back"], "-3");
    assert_eq!(
        text(&seen["none"]).trim(),
        "Nothing found: this asks for no policy."
    );
    assert_eq!(
        seen["nowhere"],
        "There is nothing to put anywhere: this text asks for no policy."
    );
    assert!(text(&seen["returned"]).contains("mine-*"));
    assert_eq!(seen["reloaded"]["policy"], seen["returned"]);
    let lost = "The images from images.json were not kept: drop them once more. These are made up.";
    assert_eq!(seen["reloaded"]["alerts"], json!([lost]));
    for about in seen["together"].as_array().unwrap() {
        assert_eq!(about, "1 image, from images.json.");
    }
    assert!(
        !text(&seen["nothing"]).contains("above"),
        "{}",
        seen["nothing"]
    );
}
