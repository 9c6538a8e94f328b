//! Any rules of the right shape on any small repository: whatever is refused is
//! refused with a reason, nothing that is linted or evaluated panics, and the
//! policy survives its own JSON.

#![no_main]

use arbitrary::Arbitrary;
use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::{self};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
struct World {
    rules: Vec<Rule>,
    images: Vec<Image>,
    now: u32,
}

#[derive(Arbitrary, Debug)]
struct Rule {
    priority: u8,
    tags: Tags,
    count: Count,
    archive: bool,
    number: u8,
    transition: bool,
}

#[derive(Arbitrary, Debug)]
enum Tags {
    Any,
    Untagged,
    Prefixes(Vec<Word>),
    Patterns(Vec<Word>),
}

#[derive(Arbitrary, Debug)]
enum Count {
    MoreThan,
    Pushed,
    Pulled,
    Transitioned,
}

/// A short text over an alphabet in which words often match.
#[derive(Arbitrary, Debug)]
struct Word(Vec<Letter>);

#[derive(Arbitrary, Debug)]
enum Letter {
    A,
    B,
    Star,
}

#[derive(Arbitrary, Debug)]
struct Image {
    digest: u8,
    tags: Vec<Word>,
    pushed: u32,
    pulled: Option<u32>,
    archived: Option<u32>,
    children: Vec<u8>,
    subject: Option<u8>,
}

fuzz_target!(|world: World| {
    let rules: Vec<Value> = world.rules.iter().map(Rule::json).collect();
    let text = json!({ "rules": rules }).to_string();
    let checked = lifecycle::check(&text);
    let lints = lifecycle::lint(&checked);
    let Some(policy) = &checked.policy else {
        assert!(!checked.is_valid(), "no policy and no fault: {text}");
        return;
    };
    for lint in &lints {
        if let Some(Ok(mended)) = lifecycle::mend(&text, &checked, lint) {
            assert!(lifecycle::check(&mended).is_valid(), "{mended}");
        }
    }
    let compiled = lifecycle::check(&policy.to_json())
        .policy
        .expect("a policy");
    assert!(lifecycle::same_meaning(policy, &compiled), "{text}");

    let images: Vec<Value> = world.images.iter().map(Image::json).collect();
    let listing = image::read(&Value::from(images).to_string());
    if let Some(images) = listing.images {
        let now = Moment::from_seconds(world.now.into());
        let ours = lifecycle::evaluate(policy, &images, now);
        let again = lifecycle::evaluate(&compiled, &images, now);
        assert!(
            ours.iter().eq(again.iter()),
            "the compiled policy does the same"
        );
    }
});

impl Rule {
    fn json(&self) -> Value {
        let words = |words: &[Word]| words.iter().map(Word::text).collect::<Vec<_>>();
        let (status, list) = match &self.tags {
            Tags::Any => ("any", None),
            Tags::Untagged => ("untagged", None),
            Tags::Prefixes(list) => ("tagged", Some(("tagPrefixList", words(list)))),
            Tags::Patterns(list) => ("tagged", Some(("tagPatternList", words(list)))),
        };
        let mut selection = json!({"tagStatus": status, "countNumber": self.number});
        if let Some((name, list)) = list {
            selection[name] = list.into();
        }
        selection["countType"] = match self.count {
            Count::MoreThan => "imageCountMoreThan",
            Count::Pushed => "sinceImagePushed",
            Count::Pulled => "sinceImagePulled",
            Count::Transitioned => "sinceImageTransitioned",
        }
        .into();
        if !matches!(self.count, Count::MoreThan) {
            selection["countUnit"] = "days".into();
        }
        if self.archive {
            selection["storageClass"] = "archive".into();
        }
        let action = if self.transition {
            json!({"type": "transition", "targetStorageClass": "archive"})
        } else {
            json!({"type": "expire"})
        };
        json!({"rulePriority": self.priority, "selection": selection, "action": action})
    }
}

impl Word {
    fn text(&self) -> String {
        let letter = |letter: &Letter| match letter {
            Letter::A => 'a',
            Letter::B => 'b',
            Letter::Star => '*',
        };
        self.0.iter().map(letter).collect()
    }
}

impl Image {
    fn json(&self) -> Value {
        let digest = |number: u8| format!("sha256:{number:064x}");
        let tags: Vec<String> = self.tags.iter().map(Word::text).collect();
        let mut image = json!({
            "imageDigest": digest(self.digest),
            "imageTags": tags,
            "imagePushedAt": self.pushed,
        });
        if let Some(pulled) = self.pulled {
            image["lastRecordedPullTime"] = pulled.into();
        }
        if let Some(archived) = self.archived {
            image["lastArchivedAt"] = archived.into();
            image["imageStatus"] = "ARCHIVED".into();
        }
        if !self.children.is_empty() {
            let children: Vec<String> = self.children.iter().map(|it| digest(*it)).collect();
            image["references"] = children.into();
        }
        if let Some(subject) = self.subject {
            image["subjectManifestDigest"] = digest(subject).into();
        }
        image
    }
}
