//! Verdicts in words.
//!
//! They are made when they are asked for: most of 100,000 nobody reads.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::{Doubt, ImageId, Moment, Verdict, Verdicts};
use crate::lifecycle::phrase;
use crate::lifecycle::rule::{Action, CountType, Rule, StorageClass};

impl Verdicts<'_> {
    /// Why an image goes or stays, and what will change that.
    pub fn reason(&self, image: ImageId) -> String {
        let verdict = self.of(image);
        let why = self.certain(&verdict);
        let rule = verdict.claimed_by.filter(|_| verdict.blocked_by.is_none());
        let mut reason = match (verdict.removal, rule) {
            (Some(rule), _) => format!("{} by {}: {why}", going(rule.action), rule.title()),
            (None, Some(rule)) => format!("kept: claimed by {}, {why}", rule.title()),
            (None, None) => format!("kept: {why}"),
        };
        if let Some(doubt) = verdict.doubt {
            // Writing to a String cannot fail.
            let _ = write!(reason, "; not certain: {}", doubt.why());
        }
        reason
    }

    /// The same in short, to stand under the rule and beside the verdict.
    pub fn brief_reason(&self, image: ImageId) -> String {
        let verdict = self.of(image);
        let why = self.certain(&verdict);
        match verdict.doubt {
            Some(doubt) => format!("{why}; not certain: {}", doubt.brief()),
            None => why,
        }
    }

    /// The time that decides when an image goes by the rule that claims it: the
    /// earlier, the sooner. For a count, and where no rule claims it or the time
    /// is not known, that of the push.
    pub fn since(&self, image: ImageId) -> Moment {
        let rule = self.of(image).claimed_by;
        match rule.map(|rule| self.clock(rule, image)) {
            Some(Clock::Since {
                time: Some(time), ..
            }) => time,
            _ => self.images.pushed.at(image),
        }
    }

    fn certain(&self, verdict: &Verdict<'_>) -> String {
        let digest = |id| Short(self.images.digest(id));
        if let Some(index) = verdict.blocked_by {
            return format!("the index {} holds it", digest(index));
        }
        if let Some(subject) = self.images.relations.subjects.at(verdict.image) {
            let goes = verdict.removal.map_or("stays", |_| "goes");
            return format!("{goes} with {}, the image it refers to", digest(subject));
        }
        match (verdict.removal, verdict.claimed_by) {
            (Some(rule), _) => self.why_marked(rule, verdict.image),
            (None, Some(rule)) => self.why_kept(rule, verdict.image),
            (None, None) => "no rule selects it".to_owned(),
        }
    }

    fn why_marked(&self, rule: &Rule, image: ImageId) -> String {
        let number = rule.selection.count_number.get();
        match self.clock(rule, image) {
            Clock::Count => {
                let (place, total) = self.place(rule, image);
                format!("newest {place} of {total}, and it keeps {number}")
            }
            Clock::Since { what, time } => {
                let time = time.unwrap_or_default();
                format!("{what} {time}, more than {} ago", phrase::days(number))
            }
        }
    }

    fn why_kept(&self, rule: &Rule, image: ImageId) -> String {
        let number = rule.selection.count_number.get();
        let goes = match rule.action {
            Action::Expire => "goes",
            Action::Transition => "is archived",
        };
        match self.clock(rule, image) {
            Clock::Count => {
                let (place, total) = self.place(rule, image);
                let left = u64::from(number).saturating_sub(u64::from(place)) + 1;
                format!("newest {place} of {total}, {goes} after {left} more")
            }
            Clock::Since { time: None, .. } => "its time is not known".to_owned(),
            Clock::Since {
                what,
                time: Some(time),
            } => {
                let left = time.plus_days(i64::from(number)).since(self.outcome.now);
                let unless = match rule.selection.count_type {
                    CountType::SinceImagePulled => ", unless it is pulled",
                    _ => "",
                };
                format!("{goes} in {}{unless}: {what} {time}", Left(left))
            }
        }
    }

    /// Where an image stands among those that its rule counts, from 1, and how
    /// many they are.
    fn place(&self, rule: &Rule, image: ImageId) -> (u32, u32) {
        let priority = rule.priority;
        let found = self.rules.iter().position(|it| it.priority == priority);
        match found.and_then(|place| self.outcome.selected.get(place)) {
            Some((set, ranks)) => (ranks.newer(set, image) + 1, ranks.total()),
            None => (0, 0),
        }
    }

    fn clock(&self, rule: &Rule, image: ImageId) -> Clock {
        let (what, time) = match rule.selection.count_type {
            CountType::ImageCountMoreThan => return Clock::Count,
            CountType::SinceImagePushed if self.images.restored.at(image) => {
                ("restored", Some(self.images.pushed.at(image)))
            }
            CountType::SinceImagePushed => ("pushed", Some(self.images.pushed.at(image))),
            CountType::SinceImagePulled => (self.pull(image), Some(self.images.pulled.at(image))),
            CountType::SinceImageTransitioned => ("archived", self.images.archived.at(image)),
        };
        Clock::Since { what, time }
    }

    /// What the time of an image's last pull is, which may be that of something
    /// else.
    fn pull(&self, image: ImageId) -> &'static str {
        let (pulled, pushed) = (self.images.pulled.at(image), self.images.pushed.at(image));
        match self.images.restored.at(image) {
            _ if pulled != pushed => "last pulled",
            true => "not pulled since it was restored",
            false => "never pulled, pushed",
        }
    }

    /// What whoever reads the verdicts must know of all of them.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.data_warnings();
        let mut counts = Doubt::ALL.map(|doubt| (doubt, 0));
        for ruling in self.outcome.rulings.iter() {
            let Some(doubt) = ruling.doubt else { continue };
            if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == doubt) {
                *count += 1;
            }
        }
        for (doubt, count) in counts {
            // That children are not told is said already, with how to mend it.
            if count > 0 && doubt != Doubt::UnknownChildren {
                let images = images(count);
                warnings.push(format!("not certain for {images}: {}", doubt.why()));
            }
        }
        warnings
    }

    fn data_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(first) = self.images.unread_indexes.first() {
            warnings.push(format!(
                "the list does not say which images belong to its indexes ({}, such as {}): untagged images may be their children; add the digests of its children to each index as `references`",
                self.images.unread_indexes.len(),
                Short(self.images.digest(*first)),
            ));
        }
        let of_archive =
            |rule: &&Rule| rule.selection.count_type.storage_class() == StorageClass::Archive;
        if self.images.may_lack_archived() && self.rules.iter().any(of_archive) {
            warnings.push("no archived image is in the list, and a rule is about those: `aws ecr describe-images` lists them with `--filter imageStatus=ANY`".to_owned());
        }
        let of_standard =
            |rule: &&Rule| rule.selection.count_type.storage_class() == StorageClass::Standard;
        if self.images.lacks_active() && self.rules.iter().any(of_standard) {
            warnings.push("only archived images are in the list, and a rule is about the others: `aws ecr describe-images` lists all with `--filter imageStatus=ANY`".to_owned());
        }
        // A clock that counts seconds is up to one behind.
        let future = self
            .images
            .pushed
            .partition_point(|pushed| pushed.since(self.outcome.now) >= Duration::from_secs(1));
        if future > 0 {
            warnings.push(format!(
                "the time of the push is in the future ({}, such as {}): the age is taken as 0 days",
                images(future),
                Short(self.images.digest(ImageId::default())),
            ));
        }
        warnings
    }
}

/// What a rule goes by for an image.
enum Clock {
    Count,
    Since {
        what: &'static str,
        time: Option<Moment>,
    },
}

fn images(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} image{plural}")
}

fn going(action: Action) -> &'static str {
    match action {
        Action::Expire => "expires",
        Action::Transition => "is archived",
    }
}

/// A digest as people compare them.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = "sha256:".len() + 12;
        f.write_str(self.0.get(..SHOWN).unwrap_or(self.0))
    }
}

/// A time that is left, in the largest unit of which there is one.
struct Left(Duration);

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
        let fitting = units.into_iter().find(|(length, _)| seconds >= *length);
        let Some((length, unit)) = fitting else {
            return f.write_str("less than a minute");
        };
        let number = seconds / length;
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "{number} {unit}{plural}")
    }
}
