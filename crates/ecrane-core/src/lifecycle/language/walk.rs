//! Walking several automata at once, over every legal tag.

use std::collections::HashSet;

use super::entry::{DEAD, Entry, State};
use crate::lifecycle::fault::MAX_TAG;

/// The characters of tags.
const LEGAL: &[u8] = b"xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

/// How much may still be looked at before the answer is "not decided".
#[derive(Debug)]
pub(in crate::lifecycle) struct Budget {
    left: usize,
}

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) struct NotDecided;

impl Budget {
    pub(in crate::lifecycle) fn new(steps: usize) -> Self {
        Self { left: steps }
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), NotDecided> {
        // Once something is not decided, nothing that costs is.
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        left.map(|_| ()).ok_or(NotDecided)
    }
}

/// What a walk does after it has seen a place.
pub(super) enum Onward {
    /// Goes on from here.
    Continue,
    /// Looks at nothing that is only reached through here.
    Prune,
    /// Ends: enough is known.
    Stop,
}

/// Visits every combination of states that a legal tag leads to, the shortest
/// tags first, so that a tag of at most [`MAX_TAG`] characters is found
/// whenever there is one.
pub(super) fn walk(
    entries: &[&Entry],
    budget: &mut Budget,
    mut visit: impl FnMut(&[State], &str) -> Onward,
) -> Result<(), NotDecided> {
    let alphabet = alphabet(entries);
    let start = vec![0; entries.len()];
    let mut seen: HashSet<Vec<State>> = HashSet::new();
    let mut reached = vec![(start, String::new())];
    for length in 1..=MAX_TAG {
        let mut next = Vec::new();
        for (states, tag) in &reached {
            let begins = length == 1;
            for byte in alphabet.iter().filter(|byte| !begins || may_begin(**byte)) {
                budget.spend(entries.len() + 1)?;
                let states: Vec<State> = entries
                    .iter()
                    .zip(states)
                    .map(|(entry, state)| entry.step(*state, *byte))
                    .collect();
                if seen.contains(&states) {
                    continue;
                }
                let tag = format!("{tag}{}", char::from(*byte));
                seen.insert(states.clone());
                match visit(&states, &tag) {
                    Onward::Continue => next.push((states, tag)),
                    Onward::Prune => {}
                    Onward::Stop => return Ok(()),
                }
            }
        }
        if next.is_empty() {
            break;
        }
        reached = next;
    }
    Ok(())
}

/// The characters that the entries tell apart: those they mention, and one for
/// all the others.
fn alphabet(entries: &[&Entry]) -> Vec<u8> {
    let mentioned = |byte: &u8| entries.iter().any(|entry| entry.bytes().contains(byte));
    let legal = LEGAL.iter().copied();
    let (mut known, others): (Vec<u8>, Vec<u8>) = legal.partition(mentioned);
    // One that may begin a tag stands for all of them, if there is one.
    let beginning = others.iter().find(|byte| may_begin(**byte));
    known.extend(beginning.or(others.first()));
    known
}

/// The text, if it is a legal tag.
fn legal(text: &[u8]) -> Option<String> {
    let begins = text.first().is_some_and(|first| may_begin(*first));
    let is_legal = begins && text.len() <= MAX_TAG && text.iter().all(|byte| LEGAL.contains(byte));
    let text = is_legal.then(|| text.to_owned());
    text.and_then(|text| String::from_utf8(text).ok())
}

fn may_begin(byte: u8) -> bool {
    !matches!(byte, b'.' | b'-')
}

/// The shortest tag that matches all of these.
pub(in crate::lifecycle) fn common_tag(
    entries: &[&Entry],
    budget: &mut Budget,
) -> Result<Option<String>, NotDecided> {
    // Of one entry alone it is known, unless its literal text is no tag.
    if let [entry] = entries
        && let Some(tag) = legal(entry.shortest())
    {
        return Ok(Some(tag));
    }
    let unlike = |(index, one): (usize, &&Entry)| {
        let others = entries.iter().skip(index + 1);
        others.into_iter().any(|other| one.begins_unlike(other))
    };
    if entries.iter().enumerate().any(unlike) {
        return Ok(None);
    }
    let mut found = None;
    walk(entries, budget, |states, tag| {
        if states.contains(&DEAD) {
            return Onward::Prune;
        }
        let mut pairs = entries.iter().zip(states);
        if pairs.all(|(entry, state)| entry.accepts(*state)) {
            found = Some(tag.to_owned());
            return Onward::Stop;
        }
        Onward::Continue
    })?;
    Ok(found)
}
