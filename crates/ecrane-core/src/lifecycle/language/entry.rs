//! One entry of a tag list as a finite automaton.

use super::super::rule::{TagList, TagPattern, TagPrefix};

/// How far into an entry a tag has come: the number of its literal characters
/// that are matched.
pub(super) type State = u16;

/// The state from which no tag is matched any more.
pub(super) const DEAD: State = State::MAX;

/// A prefix or a pattern, ready to be run over tags.
///
/// A pattern is literal parts with `*` between them. The first part stands at
/// the start, the last at the end, and each of the others may be taken at the
/// first place where it occurs: if a tag matches at all, it matches so. Hence
/// one state for every literal character is enough, and there is nothing to
/// determinise. Inside a part a mismatch falls back as Knuth, Morris and Pratt
/// have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) struct Entry {
    /// The literal parts, one after the other.
    literal: Vec<u8>,
    /// The part that the character after so many matched ones belongs to.
    parts: Vec<Part>,
    /// For every literal character: how much of its own part is still matched
    /// when the next character does not go on.
    fallback: Vec<u16>,
}

/// A literal part of a pattern, as a stretch of its literal characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    start: u16,
    end: u16,
    /// Whether a `*` is before it.
    floats: bool,
}

impl Entry {
    /// The literal start of a tag.
    pub(in crate::lifecycle) fn prefix(prefix: &TagPrefix) -> Self {
        Self::of_parts([prefix.as_str(), ""].into_iter())
    }

    /// A pattern for the whole tag.
    pub(in crate::lifecycle) fn pattern(pattern: &TagPattern) -> Self {
        Self::of_parts(pattern.as_str().split('*'))
    }

    /// Every tag.
    pub(in crate::lifecycle) fn every() -> Self {
        Self::of_parts(["", ""].into_iter())
    }

    /// The entries of a list.
    pub(in crate::lifecycle) fn of_list(list: &TagList) -> Vec<Self> {
        match list {
            TagList::Patterns(patterns) => patterns.iter().map(Self::pattern).collect(),
            TagList::Prefixes(prefixes) => prefixes.iter().map(Self::prefix).collect(),
        }
    }

    fn of_parts<'p>(texts: impl Iterator<Item = &'p str>) -> Self {
        let mut entry = Self {
            literal: Vec::new(),
            parts: Vec::new(),
            fallback: Vec::new(),
        };
        let mut stretches = Vec::new();
        for (index, text) in texts.enumerate() {
            let start = entry.length();
            entry.literal.extend(text.as_bytes());
            entry.fallback.extend(fallback(text.as_bytes()));
            let (end, floats) = (entry.length(), index > 0);
            stretches.push(Part { start, end, floats });
        }
        // A part that is fully matched hands over to the next one.
        for matched in 0..=entry.length() {
            let part = stretches.iter().rev().find(|part| part.start <= matched);
            entry.parts.extend(part);
        }
        entry
    }

    fn length(&self) -> u16 {
        // An entry is no longer than a tag: the reader has seen to it.
        u16::try_from(self.literal.len()).unwrap_or(DEAD - 1)
    }

    /// After the character `byte` in `state`.
    pub(super) fn step(&self, state: State, byte: u8) -> State {
        let Some(part) = self.parts.get(usize::from(state)) else {
            return DEAD;
        };
        let mut state = state;
        loop {
            if state < part.end && self.literal.get(usize::from(state)) == Some(&byte) {
                return state + 1;
            }
            if !part.floats {
                return DEAD;
            }
            if state == part.start {
                return state;
            }
            let kept = self.fallback.get(usize::from(state) - 1).copied();
            state = part.start + kept.unwrap_or_default();
        }
    }

    /// Whether a tag may end here.
    pub(super) fn accepts(&self, state: State) -> bool {
        state == self.length()
    }

    /// Whether a tag may end here and anywhere after.
    pub(super) fn accepts_for_good(&self, state: State) -> bool {
        let open = self.parts.last().is_some_and(|part| part.start == part.end);
        self.accepts(state) && open && self.parts.last().is_some_and(|part| part.floats)
    }

    /// Whether every legal tag matches.
    pub(in crate::lifecycle) fn is_every_tag(&self) -> bool {
        self.accepts_for_good(0)
    }

    /// Whether this tag matches.
    pub(in crate::lifecycle) fn matches(&self, tag: &str) -> bool {
        if !tag.as_bytes().starts_with(self.start()) {
            return false;
        }
        let end = tag.bytes().fold(0, |state, byte| self.step(state, byte));
        self.accepts(end)
    }

    /// The literal parts one after the other: the shortest text that matches,
    /// legal or not.
    pub(super) fn shortest(&self) -> &[u8] {
        &self.literal
    }

    /// The characters it mentions.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.literal
    }

    /// Whether no tag can match both, as seen from how they begin.
    pub(super) fn begins_unlike(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.start(), other.start());
        mine.iter().zip(theirs).any(|(mine, theirs)| mine != theirs)
    }

    fn start(&self) -> &[u8] {
        let fixed = self.parts.first().filter(|part| !part.floats);
        let end = fixed.map_or(0, |part| usize::from(part.end));
        self.literal.get(..end).unwrap_or_default()
    }
}

/// For every character of a part: the longest proper start of the part that
/// the part up to this character ends with.
fn fallback(part: &[u8]) -> Vec<u16> {
    let mut lengths: Vec<u16> = Vec::with_capacity(part.len());
    let mut kept: u16 = 0;
    for (index, byte) in part.iter().enumerate() {
        if index == 0 {
            lengths.push(0);
            continue;
        }
        while kept > 0 && part.get(usize::from(kept)) != Some(byte) {
            let before = usize::from(kept) - 1;
            kept = lengths.get(before).copied().unwrap_or_default();
        }
        if part.get(usize::from(kept)) == Some(byte) {
            kept += 1;
        }
        lengths.push(kept);
    }
    lengths
}
