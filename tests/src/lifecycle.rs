//! Lifecycle policies that were seen in the wild, held against the checks.
//!
//! The files come from outside the repository: `ECRANE_FACTS` names their
//! folder, which holds `lifecycle/valid`, `lifecycle/invalid` and
//! `lifecycle/cases`.

mod evaluation;
mod incidents;
mod naive;
mod preview;
mod worlds;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ecrane_core::diagnostic::Severity;
use ecrane_core::lifecycle::{self, Dialect};
use serde_json::Value;

/// One file of the folder.
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) json: Value,
}

impl Fact {
    /// A policy that JSON cannot carry is kept as text.
    pub(crate) fn text(&self) -> String {
        match self.json.get("text") {
            Some(text) => text.as_str().expect("`text` is a string").to_owned(),
            None => self.json["policy"].to_string(),
        }
    }
}

/// The facts in a folder whose names begin so, or nothing if no facts are here.
pub(crate) fn facts(folder: &str, prefix: &str) -> Option<Vec<Fact>> {
    let Some(root) = std::env::var_os("ECRANE_FACTS") else {
        println!("passed over lifecycle/{folder}: ECRANE_FACTS is not set");
        return None;
    };
    let folder = PathBuf::from(root).join("lifecycle").join(folder);
    let entries = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    let mut facts: Vec<Fact> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .filter(|(name, _)| name.starts_with(prefix) && name.ends_with(".json"))
        .map(|(name, path)| {
            let text = std::fs::read_to_string(path).unwrap();
            let json = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{name} is no JSON: {error}"));
            Fact { name, json }
        })
        .collect();
    facts.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!facts.is_empty(), "no facts in {}", folder.display());
    Some(facts)
}

/// Runs a check over every fact and tells all that are wrong.
fn hold(what: &str, facts: &[Fact], check: impl Fn(&Fact) -> Result<(), String>) {
    let wrong: Vec<String> = facts
        .iter()
        .filter_map(|fact| {
            let why = check(fact).err()?;
            Some(format!("{}: {why}", fact.name))
        })
        .collect();
    println!("{what}: {} of {}", facts.len() - wrong.len(), facts.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn error_codes(checked: &lifecycle::Checked) -> BTreeSet<&str> {
    let errors = checked.diagnostics.iter();
    errors
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn valid_policies_are_accepted_and_mean_what_they_say() {
    let Some(facts) = facts("valid", "") else {
        return;
    };
    hold("valid policies", &facts, |fact| {
        let checked = lifecycle::read(&fact.text(), None);
        let Some(policy) = &checked.policy else {
            return Err(format!("refused: {:?}", error_codes(&checked)));
        };
        let again = lifecycle::check(&policy.to_json());
        if again.policy.as_ref() != Some(policy) {
            return Err(format!(
                "its JSON reads back differently: {}",
                policy.to_json()
            ));
        }
        lifecycle::service_message(&fact.text()).map(|_| ())
    });
}

#[test]
fn invalid_policies_are_refused_for_what_is_wrong_with_them() {
    let Some(facts) = facts("invalid", "") else {
        return;
    };
    hold("invalid policies", &facts, |fact| {
        let codes = fact.json["codes"].as_array().expect("`codes` is a list");
        let expected: BTreeSet<&str> = codes.iter().filter_map(Value::as_str).collect();
        let text = fact.text();
        for checked in [lifecycle::check(&text), lifecycle::read(&text, None)] {
            let found = error_codes(&checked);
            if found != expected {
                return Err(format!("expected {expected:?}, found {found:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn the_service_words_are_those_that_aws_was_seen_to_use() {
    let Some(facts) = facts("invalid", "") else {
        return;
    };
    let recorded: Vec<Fact> = facts
        .into_iter()
        .filter(|fact| fact.json["awsMessage"].is_string())
        .collect();
    hold("service words", &recorded, |fact| {
        let recorded = recorded_words(&fact.json);
        match lifecycle::service_message(&fact.text()) {
            Err(message) if message.contains(&recorded) => Ok(()),
            other => Err(format!("expected `{recorded}`, found {other:?}")),
        }
    });
}

/// What was recorded without the remarks of the people who recorded it: some
/// end in one in brackets, and one is of the time before archiving.
fn recorded_words(fact: &Value) -> String {
    let message = fact["awsMessage"]
        .as_str()
        .expect("`awsMessage` is a string");
    let remarks = [" (quoted in ", " (cdk-preflight", " (moto; ", " (4 since "];
    let bare = remarks
        .iter()
        .find_map(|remark| message.split_once(remark))
        .map_or(message, |(before, _)| before);
    bare.replace(r#"["expire"]"#, r#"["expire", "transition"]"#)
}

#[test]
fn crosswalk_rules_compile_as_recorded() {
    let Some(facts) = facts("cases", "compile-") else {
        return;
    };
    hold("crosswalk rules", &facts, |fact| {
        let input = fact.json["input"].to_string();
        let checked = lifecycle::read(&input, Some(Dialect::Awsx));
        let refused = fact.json["error"].as_str();
        match (&checked.policy, fact.json["expected"].is_null()) {
            (Some(policy), false) => same_policy(policy, &fact.json["expected"]),
            (None, true) if checked.is_valid() == refused.is_none() => Ok(()),
            (policy, _) => Err(format!("found {policy:?}, {:?}", checked.diagnostics)),
        }
    });
}

fn same_policy(found: &lifecycle::Policy, expected: &Value) -> Result<(), String> {
    let found: Value = serde_json::from_str(&found.to_json()).unwrap();
    if &found == expected {
        Ok(())
    } else {
        Err(format!("expected {expected}, found {found}"))
    }
}
