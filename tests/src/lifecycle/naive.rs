//! What ECR's rules say, once more: without columns, bits or sorting ahead,
//! written from the specification and not from the evaluator, so that the two
//! can be held against each other.

use std::collections::BTreeSet;

pub(super) const DAY: i64 = 86_400;

/// A repository, a policy and a time. Small, so that a difference can be read.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: i64,
    /// In the order of priority, from 1.
    pub(super) rules: Vec<Rule>,
    pub(super) images: Vec<Image>,
    pub(super) extent: Extent,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Extent {
    Unsaid,
    Whole,
    CutShort,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) tags: Tags,
    pub(super) count: Count,
    pub(super) number: i64,
    pub(super) action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tags {
    Any,
    Untagged,
    Patterns(Vec<String>),
    Prefixes(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Count {
    Images,
    Pushed,
    Pulled,
    Archived,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Action {
    Expire,
    Transition,
}

#[derive(Debug, Clone)]
pub(super) struct Image {
    pub(super) digest: String,
    pub(super) tags: Vec<String>,
    pub(super) pushed: i64,
    pub(super) pulled: Option<i64>,
    pub(super) archived: Option<i64>,
    pub(super) restored: Option<i64>,
    pub(super) status: Status,
    pub(super) index: bool,
    pub(super) references: Option<Vec<String>>,
    pub(super) subject: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Status {
    Active,
    Archived,
    Activating,
}

/// What becomes of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    /// With the rule, by its priority.
    pub(super) action: Option<(Action, usize)>,
    pub(super) claimed_by: Option<usize>,
    pub(super) blocked: bool,
    pub(super) certain: bool,
}

/// A mistake that an evaluator can make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mistake {
    None,
    OrForAnd,
    ClaimOnlyIfMarked,
    AsOldIsOlder,
    CountOnlyUnclaimed,
    ChildrenGo,
    ReferrersSelected,
    ClassIgnored,
    RestoringIgnored,
    PrefixForPattern,
}

/// How the points are read that AWS leaves open.
#[derive(Clone, Copy)]
struct Reading {
    referrers_selected: bool,
    activating_is_standard: bool,
}

/// Judges every image of a world.
pub(super) fn judge(world: &World, mistake: Mistake) -> Vec<Judged> {
    let reading = |referrers_selected, activating_is_standard| Reading {
        referrers_selected,
        activating_is_standard,
    };
    let ours = reading(mistake == Mistake::ReferrersSelected, false);
    let mut judged = judge_by(world, mistake, ours);
    for other in [
        reading(true, false),
        reading(false, true),
        reading(true, true),
    ] {
        for (ours, other) in judged.iter_mut().zip(judge_by(world, mistake, other)) {
            let action = |judged: &Judged| judged.action.map(|(action, _)| action);
            ours.certain &= action(ours) == action(&other) && other.certain;
        }
    }
    judged
}

/// What a rule makes of the images it selects.
#[derive(Default)]
struct Outcome {
    selected: BTreeSet<usize>,
    marked: BTreeSet<usize>,
    unsure: BTreeSet<usize>,
}

fn judge_by(world: &World, mistake: Mistake, reading: Reading) -> Vec<Judged> {
    let mut claims: Vec<Option<usize>> = vec![None; world.images.len()];
    let mut own = vec![(None, false); world.images.len()];
    for (place, rule) in world.rules.iter().enumerate() {
        let outcome = apply(world, mistake, reading, rule, &claims);
        for &i in &outcome.selected {
            let marked = outcome.marked.contains(&i);
            let skipped = mistake == Mistake::ClaimOnlyIfMarked && !marked;
            if claims[i].is_none() && !skipped {
                claims[i] = Some(place + 1);
                own[i].0 = marked.then_some((rule.action, place + 1));
                own[i].1 = outcome.unsure.contains(&i);
            }
        }
    }
    for (i, (action, unsure)) in own.iter_mut().enumerate() {
        *unsure |= subject_is_lost(world, i) || (action.is_some() && removal_is_unsure(world, i));
    }
    settle(world, mistake, reading, &claims, &own)
}

fn apply(
    world: &World,
    mistake: Mistake,
    reading: Reading,
    rule: &Rule,
    claims: &[Option<usize>],
) -> Outcome {
    let mut selected: Vec<usize> = (0..world.images.len())
        .filter(|&i| {
            let image = &world.images[i];
            let follows = subject(world, i).is_some() && !reading.referrers_selected;
            let archive = is_archive(image, reading);
            let class =
                mistake == Mistake::ClassIgnored || archive == (rule.count == Count::Archived);
            !follows && class && satisfies(&image.tags, &rule.tags, mistake)
        })
        .collect();
    let all: BTreeSet<usize> = selected.iter().copied().collect();
    if mistake == Mistake::CountOnlyUnclaimed {
        selected.retain(|&i| claims[i].is_none());
    }
    let (marked, unsure) = match rule.count {
        Count::Images => beyond(world, mistake, rule.number as usize, selected),
        _ => older(world, mistake, rule, &selected),
    };
    Outcome {
        selected: all,
        marked,
        unsure,
    }
}

fn satisfies(tags: &[String], wanted: &Tags, mistake: Mistake) -> bool {
    let every = |entries: &[String], fits: &dyn Fn(&str, &str) -> bool| {
        let matched = |entry: &String| tags.iter().any(|tag| fits(entry, tag));
        if mistake == Mistake::OrForAnd {
            entries.iter().any(matched)
        } else {
            entries.iter().all(matched)
        }
    };
    match wanted {
        Tags::Any => true,
        Tags::Untagged => tags.is_empty(),
        Tags::Prefixes(prefixes) => every(prefixes, &|prefix, tag| tag.starts_with(prefix)),
        Tags::Patterns(patterns) if mistake == Mistake::PrefixForPattern => {
            every(patterns, &|pattern, tag| {
                (0..=tag.len()).any(|end| fits(pattern.as_bytes(), &tag.as_bytes()[..end]))
            })
        }
        Tags::Patterns(patterns) => every(patterns, &|pattern, tag| {
            fits(pattern.as_bytes(), tag.as_bytes())
        }),
    }
}

/// By trying everything that a star can stand for.
fn fits(pattern: &[u8], tag: &[u8]) -> bool {
    match pattern.split_first() {
        None => tag.is_empty(),
        Some((b'*', rest)) => (0..=tag.len()).any(|skip| fits(rest, &tag[skip..])),
        Some((byte, rest)) => tag.first() == Some(byte) && fits(rest, &tag[1..]),
    }
}

type Marks = (BTreeSet<usize>, BTreeSet<usize>);

fn beyond(world: &World, mistake: Mistake, kept: usize, mut selected: Vec<usize>) -> Marks {
    let time = |i: usize| pushed(&world.images[i], mistake);
    selected.sort_by_key(|&i| (-time(i), world.images[i].digest.clone()));
    let marked: BTreeSet<usize> = selected.iter().skip(kept).copied().collect();
    let mut unsure = BTreeSet::new();
    if selected.len() > kept && time(selected[kept - 1]) == time(selected[kept]) {
        let edge = time(selected[kept]);
        unsure.extend(selected.iter().filter(|&&i| time(i) == edge));
    }
    if world.extent == Extent::CutShort {
        unsure.extend(selected.iter().take(kept));
    }
    (marked, unsure)
}

fn older(world: &World, mistake: Mistake, rule: &Rule, selected: &[usize]) -> Marks {
    let mut marks = Marks::default();
    for &i in selected {
        let image = &world.images[i];
        let time = match rule.count {
            Count::Pulled => Some(pulled(image)),
            Count::Archived => image.archived,
            _ => Some(pushed(image, mistake)),
        };
        let Some(time) = time else {
            marks.1.insert(i);
            continue;
        };
        let (age, limit) = (world.now - time, rule.number * DAY);
        if age > limit || (mistake == Mistake::AsOldIsOlder && age == limit) {
            marks.0.insert(i);
            let days = world.now.div_euclid(DAY) - time.div_euclid(DAY);
            if days <= rule.number {
                marks.1.insert(i);
            }
        }
    }
    marks
}

fn pushed(image: &Image, mistake: Mistake) -> i64 {
    match image.restored {
        Some(restored) if mistake != Mistake::RestoringIgnored => restored,
        _ => image.pushed,
    }
}

fn pulled(image: &Image) -> i64 {
    match (image.pulled, image.restored) {
        (Some(pulled), Some(restored)) if pulled < restored => restored,
        (Some(pulled), _) => pulled,
        (None, Some(restored)) => restored,
        (None, None) => image.pushed,
    }
}

fn is_archive(image: &Image, reading: Reading) -> bool {
    match image.status {
        Status::Active => false,
        Status::Archived => true,
        Status::Activating => !reading.activating_is_standard,
    }
}

fn find(world: &World, digest: &str) -> Option<usize> {
    world.images.iter().position(|image| image.digest == digest)
}

fn subject(world: &World, i: usize) -> Option<usize> {
    find(world, world.images[i].subject.as_ref()?)
}

/// The image refers to one that may be there, though it is not in the list.
fn subject_is_lost(world: &World, i: usize) -> bool {
    let no_archived = world.images.iter().all(|it| it.status == Status::Active);
    let incomplete = match world.extent {
        Extent::CutShort => true,
        Extent::Whole => false,
        Extent::Unsaid => no_archived,
    };
    incomplete && world.images[i].subject.is_some() && subject(world, i).is_none()
}

/// The image may be a child of an index of which that is not told.
fn removal_is_unsure(world: &World, i: usize) -> bool {
    let unread = |it: &Image| it.index && it.references.is_none() && it.status != Status::Archived;
    world.extent == Extent::CutShort
        || (world.images[i].tags.is_empty() && world.images.iter().any(unread))
}

type Own = (Option<(Action, usize)>, bool);

fn settle(
    world: &World,
    mistake: Mistake,
    reading: Reading,
    claims: &[Option<usize>],
    own: &[Own],
) -> Vec<Judged> {
    let count = world.images.len();
    let holders: Vec<Vec<usize>> = (0..count)
        .map(|child| {
            let holds = |&list: &usize| {
                let references = world.images[list].references.iter().flatten();
                let mut held = references.filter_map(|digest| find(world, digest));
                list != child
                    && !is_archive(&world.images[list], reading)
                    && held.any(|it| it == child)
            };
            let holders = (0..count).filter(holds);
            holders.filter(|_| mistake != Mistake::ChildrenGo).collect()
        })
        .collect();
    let blocked = |i: usize| !holders[i].is_empty();
    // Nothing goes until it is shown to: circles stay.
    let mut action: Vec<Option<(Action, usize)>> = vec![None; count];
    let mut unsure = vec![false; count];
    loop {
        let before = (action.clone(), unsure.clone());
        let may_go: Vec<bool> = (0..count)
            .map(|i| action[i].is_some() || unsure[i])
            .collect();
        for i in 0..count {
            let subject = subject(world, i);
            let would = own[i].0.is_some() || own[i].1 || subject.is_some_and(|it| may_go[it]);
            if blocked(i) {
                unsure[i] = would && holders[i].iter().all(|it| may_go[*it]);
                continue;
            }
            action[i] = own[i].0.or(subject.and_then(|it| action[it]));
            unsure[i] = own[i].1
                || (own[i].0.is_none() && subject.is_some_and(|it| unsure[it]))
                || (action[i].is_some() && removal_is_unsure(world, i));
        }
        if (&action, &unsure) == (&before.0, &before.1) {
            break;
        }
    }
    (0..count)
        .map(|i| Judged {
            action: action[i],
            claimed_by: claims[i],
            blocked: blocked(i),
            certain: !unsure[i],
        })
        .collect()
}
