//! Verdicts, held against what AWS documents and against a second evaluator.

use std::collections::BTreeMap;

use ecrane_core::lifecycle::image::{self, Moment};
use ecrane_core::lifecycle::preview::Preview;
use ecrane_core::lifecycle::{self, evaluate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

use super::naive::{self, Action, Judged, Mistake, World};
use super::worlds::{images_text, policy_text, world};
use super::{Fact, facts, hold};

/// The preview's JSON, as a program reads it.
fn preview(policy: &str, images: &str, now: &str) -> Result<Value, String> {
    let checked = lifecycle::check(policy);
    let policy = checked
        .policy
        .ok_or_else(|| format!("refused: {:?}", checked.diagnostics))?;
    let listing = image::read(images);
    let images = listing
        .images
        .ok_or_else(|| format!("refused: {:?}", listing.diagnostics))?;
    let now: Moment = now.parse().map_err(|error| format!("{error}"))?;
    let verdicts = evaluate(&policy, &images, now);
    let preview = Preview::new(&verdicts, &listing.diagnostics);
    serde_json::to_value(&preview).map_err(|error| error.to_string())
}

#[test]
fn documented_cases_end_as_documented() {
    let Some(mut facts) = facts("cases", "") else {
        return;
    };
    facts.retain(|fact| fact.json["kind"] != "compile" && !fact.name.starts_with("compile-"));
    hold("verdicts", &facts, |fact| {
        // One of the cases is of a policy too short for ECR.
        let policy = serde_json::to_string_pretty(&fact.json["policy"]).unwrap();
        let now = fact.json["now"].as_str().unwrap();
        let found = preview(&policy, &fact.json["images"].to_string(), now)?;
        as_expected(fact, &found)
    });
}

fn as_expected(fact: &Fact, found: &Value) -> Result<(), String> {
    let by_digest = |list: &Value| -> BTreeMap<String, (Value, Value)> {
        let list = list.as_array().unwrap().iter();
        list.map(|it| {
            let digest = it["digest"].as_str().unwrap().to_owned();
            (digest, (it["action"].clone(), it["rulePriority"].clone()))
        })
        .collect()
    };
    let (expected, found) = (
        by_digest(&fact.json["expected"]),
        by_digest(&found["results"]),
    );
    if expected == found {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, found {found:?}"))
    }
}

/// What the evaluator says of each image, in the order of the world.
fn judged(world: &World) -> Result<Vec<Judged>, String> {
    let now = world.now.to_string();
    let found = preview(&policy_text(world), &images_text(world), &now)?;
    let results = found["results"].as_array().unwrap();
    let of = |digest: &str| results.iter().find(|it| it["digest"] == digest);
    let number = |value: &Value| value.as_u64().map(|number| number as usize);
    world
        .images
        .iter()
        .map(|image| {
            let it = of(&image.digest).ok_or("an image without a verdict")?;
            let action = match it["action"].as_str() {
                Some("expire") => Some(Action::Expire),
                Some("transition") => Some(Action::Transition),
                _ => None,
            };
            Ok(Judged {
                action: action.zip(number(&it["rulePriority"])),
                claimed_by: number(&it["claimedBy"]),
                blocked: it["blockedBy"].is_string(),
                certain: it["certainty"] == "will",
            })
        })
        .collect()
}

#[test]
fn a_second_evaluator_agrees_on_random_worlds() {
    let long = std::env::var_os("ECRANE_LONG").is_some();
    let cases = if long { 100_000 } else { 2_000 };
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let agrees = runner.run(&world(), |world| {
        let expected = naive::judge(&world, Mistake::None);
        let found = judged(&world).map_err(TestCaseError::fail)?;
        if expected == found {
            return Ok(());
        }
        Err(TestCaseError::fail(format!(
            "policy: {}\nimages: {}\nexpected: {expected:#?}\nfound: {found:#?}",
            policy_text(&world),
            images_text(&world)
        )))
    });
    if let Err(error) = agrees {
        panic!("{error}");
    }
    println!("random worlds: {cases} of {cases}");
}

#[test]
fn every_mistake_of_an_evaluator_is_told_from_the_truth() {
    const MISTAKES: [Mistake; 9] = [
        Mistake::OrForAnd,
        Mistake::ClaimOnlyIfMarked,
        Mistake::AsOldIsOlder,
        Mistake::CountOnlyUnclaimed,
        Mistake::ChildrenGo,
        Mistake::ReferrersSelected,
        Mistake::ClassIgnored,
        Mistake::RestoringIgnored,
        Mistake::PrefixForPattern,
    ];
    let mut runner = TestRunner::deterministic();
    let mut uncaught = MISTAKES.to_vec();
    for tried in 1..=2_000 {
        let world = world().new_tree(&mut runner).unwrap().current();
        let actions = |judged: Vec<Judged>| -> Vec<_> {
            judged.into_iter().map(|judged| judged.action).collect()
        };
        let found = actions(judged(&world).unwrap());
        uncaught.retain(|mistake| {
            let caught = actions(naive::judge(&world, *mistake)) != found;
            if caught {
                println!("{mistake:?}: caught by world {tried}");
            }
            !caught
        });
        if uncaught.is_empty() {
            println!("mistakes: {0} of {0}", MISTAKES.len());
            return;
        }
    }
    panic!("not told from the truth: {uncaught:?}");
}
