//! A preview for people: what goes first, under the rule by which it goes.

use anstyle::{AnsiColor, Style};
use ecrane_core::lifecycle::evaluate::{Summary, Verdict, Verdicts};
use ecrane_core::lifecycle::image::{Extent, ImageId, Images};
use ecrane_core::lifecycle::{Action, RulePriority};
use ecrane_core::name::short;
use ecrane_core::report::bytes;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How much is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// Every image.
    All,
    /// Of each rule the first: more than a person reads is only counted.
    First,
}

/// Of a rule's images that go, so many are listed.
const GOING: usize = 100;
/// Of those that stay, so many: the next to go.
const STAYING: usize = 5;
/// Characters of a verdict at least, so that tables look alike.
const VERDICT: usize = 13;
/// Characters of an image's tags that are shown.
const MAX_IMAGE: usize = 40;

const INDENT: &str = "  ";
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The verdicts as a table, with colours; empty for no images.
pub(super) fn table(verdicts: &Verdicts<'_>, listed: Listed) -> String {
    let groups = groups(verdicts, listed);
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let image = rows().map(|row| row.image.chars().count()).max();
    let Some(image) = image else {
        return String::new();
    };
    let longest = rows().map(|row| row.verdict.len()).max();
    let widths = Widths {
        verdict: longest.map_or(VERDICT, |longest| longest.max(VERDICT)),
        image: image.max("IMAGE".len()),
    };
    let mut text = format!(
        "{DIM}{:<verdict$}  {:<image$}  {:<20}  {:>8}  WHY{DIM:#}\n",
        "VERDICT",
        "IMAGE",
        "PUSHED",
        "SIZE",
        verdict = widths.verdict + INDENT.len(),
        image = widths.image,
    );
    for group in &groups {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{BOLD}{}{BOLD:#}", group.title);
        for row in &group.rows {
            row.write(&mut text, widths);
        }
        if group.hidden > 0 {
            let hidden = images(group.hidden);
            let _ = writeln!(text, "{DIM}  … and {hidden} more: --all lists them{DIM:#}");
        }
    }
    text
}

/// What a run ends with, on a list of images that is so complete.
pub(super) fn summary(summary: &Summary, extent: Extent) -> String {
    let Summary {
        images: count,
        expire,
        transition,
        may,
        may_go,
        bytes: size,
    } = *summary;
    if may_go == 0 {
        let goes = match extent {
            Extent::CutShort => "nothing of the part that is listed goes",
            Extent::Whole | Extent::Unsaid => "nothing goes",
        };
        return format!("{}: {goes}", images(count));
    }
    let at_most = match expire {
        0 => String::new(),
        _ => format!(" (at most {})", bytes(size)),
    };
    let uncertain = match may {
        0 => String::new(),
        1 => "; 1 verdict is not certain".to_owned(),
        _ => format!("; {may} verdicts are not certain"),
    };
    let stay = count.saturating_sub(expire + transition);
    let may_still = match may_go.saturating_sub(expire + transition) {
        0 => String::new(),
        some => format!(" ({some} of them may go)"),
    };
    format!(
        "{}: {expire} to expire{at_most}, {transition} to archive, {stay} to stay{may_still}{uncertain}",
        images(count)
    )
}

fn images(count: usize) -> String {
    match count {
        0 => "no images".to_owned(),
        1 => "1 image".to_owned(),
        _ => format!("{count} images"),
    }
}

/// Why images are in one group. The order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Goes(RulePriority),
    MayGo,
    Kept(RulePriority),
    Held,
    Free,
}

impl Kind {
    fn of(verdict: &Verdict<'_>) -> Self {
        match (verdict.removal, verdict.claimed_by) {
            (Some(rule), _) => Self::Goes(rule.priority),
            (None, _) if verdict.doubt.is_some() => Self::MayGo,
            (None, _) if verdict.blocked_by.is_some() => Self::Held,
            (None, Some(rule)) => Self::Kept(rule.priority),
            (None, None) => Self::Free,
        }
    }

    /// Over so many images, of which this is one.
    fn title(self, one: &Verdict<'_>, count: usize) -> String {
        let images = images(count);
        match (self, one.removal, one.claimed_by) {
            (Self::Goes(_), Some(rule), _) => {
                let verb = match rule.action {
                    Action::Expire => "expires",
                    Action::Transition => "archives",
                };
                format!("{} {verb} {images}", rule.title())
            }
            (Self::Kept(_), _, Some(rule)) => format!("{} keeps {images}", rule.title()),
            (Self::MayGo, ..) => format!("{images} may go, though no rule says so for sure"),
            (Self::Held, ..) => format!("{images} held by an index"),
            _ => format!("{images} that no rule selects"),
        }
    }

    fn stays(self) -> bool {
        matches!(self, Self::Kept(_) | Self::Held | Self::Free)
    }
}

/// Images with one fate, by one rule.
struct Group {
    title: String,
    rows: Vec<Row>,
    /// Images that are not listed.
    hidden: usize,
}

fn groups(verdicts: &Verdicts<'_>, listed: Listed) -> Vec<Group> {
    // Of 100,000 images only the few that are shown have their verdicts spelt out.
    let mut members: BTreeMap<Kind, Vec<ImageId>> = BTreeMap::new();
    for verdict in verdicts.iter() {
        let group = members.entry(Kind::of(&verdict)).or_default();
        group.push(verdict.image);
    }
    let groups = members.into_iter();
    groups
        .filter_map(|(kind, members)| {
            let title = kind.title(&verdicts.of(*members.first()?), members.len());
            let shown = match listed {
                Listed::All => members.len(),
                Listed::First if kind.stays() => STAYING,
                Listed::First => GOING,
            };
            Some(Group {
                title,
                hidden: members.len().saturating_sub(shown),
                rows: ordered(verdicts, kind, members)
                    .take(shown)
                    .map(|image| Row::of(verdicts, &verdicts.of(image)))
                    .collect(),
            })
        })
        .collect()
}

/// What goes, the certain first and of those the newest; what stays, the next
/// to go first.
fn ordered(
    verdicts: &Verdicts<'_>,
    kind: Kind,
    mut members: Vec<ImageId>,
) -> impl Iterator<Item = ImageId> + use<> {
    if kind.stays() {
        members.reverse();
        members.sort_by_key(|image| verdicts.since(*image));
    } else {
        members.sort_by_key(|image| verdicts.of(*image).doubt.is_some());
    }
    members.into_iter()
}

/// Characters of the columns that are as wide as what is in them.
#[derive(Clone, Copy)]
struct Widths {
    verdict: usize,
    image: usize,
}

/// An image.
struct Row {
    style: Style,
    verdict: &'static str,
    image: String,
    pushed: String,
    size: String,
    why: String,
}

impl Row {
    fn of(verdicts: &Verdicts<'_>, verdict: &Verdict<'_>) -> Self {
        let images = verdicts.images();
        let (style, words) = fate(verdict);
        Self {
            style,
            verdict: words,
            image: image(images, verdict),
            pushed: images.pushed(verdict.image).to_string(),
            size: bytes(images.size(verdict.image)),
            why: verdicts.brief_reason(verdict.image),
        }
    }

    fn write(&self, text: &mut String, widths: Widths) {
        let Widths {
            verdict: column,
            image: width,
        } = widths;
        let Self {
            style,
            verdict,
            image,
            pushed,
            size,
            why,
        } = self;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{INDENT}{style}{verdict:<column$}{style:#}  {image:<width$}  {pushed:<20}  {size:>8}  {why}"
        );
    }
}

fn fate(verdict: &Verdict<'_>) -> (Style, &'static str) {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match (verdict.action(), verdict.doubt.is_some()) {
        (Some(Action::Expire), false) => (colour(AnsiColor::Red), "expires"),
        (Some(Action::Expire), true) => (colour(AnsiColor::Yellow), "may expire"),
        (Some(Action::Transition), false) => (colour(AnsiColor::Red), "archived"),
        (Some(Action::Transition), true) => (colour(AnsiColor::Yellow), "may be archived"),
        (None, true) => (colour(AnsiColor::Yellow), "may go"),
        (None, false) => (DIM, "stays"),
    }
}

/// Its tags, as many as there is room for, or the start of its digest.
fn image(images: &Images, verdict: &Verdict<'_>) -> String {
    let mut tags = images.tags(verdict.image);
    let Some(first) = tags.next() else {
        return short(images.digest(verdict.image)).to_owned();
    };
    let mut shown = visible(first);
    if shown.chars().count() > MAX_IMAGE {
        shown = shown.chars().take(MAX_IMAGE - 1).chain(['…']).collect();
    }
    while let Some(tag) = tags.next() {
        let longer = format!("{shown}, {}", visible(tag));
        if longer.chars().count() > MAX_IMAGE {
            let _ = write!(shown, " +{}", tags.len() + 1);
            break;
        }
        shown = longer;
    }
    shown
}

/// A tag of ECR has nothing to escape; one of a file may.
fn visible(tag: &str) -> String {
    tag.escape_debug().to_string()
}
