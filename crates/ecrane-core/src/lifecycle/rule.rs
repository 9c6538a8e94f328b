//! A lifecycle policy that ECR accepts, as types.
//!
//! A [`Policy`] exists only after [`check`](super::check) or
//! [`read`](super::read) found no error in its text, so whoever holds one need
//! not check again. Source of the rules: the Amazon ECR user guide,
//! "Lifecycle policy properties".

use std::fmt;
use std::num::NonZeroU32;

use crate::sorting;

/// An accepted lifecycle policy: 1 to 50 rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    rules: Vec<Rule>,
}

impl Policy {
    /// Only for readers that have reported every fault.
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// The rules in the order of the document, which has no effect.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules in the order in which they are applied: the lowest
    /// `rulePriority` first.
    pub fn by_priority(&self) -> Vec<&Rule> {
        let mut rules: Vec<&Rule> = self.rules.iter().collect();
        sorting::sort_by_key(&mut rules, |rule| (rule.priority.place(), 0));
        rules
    }

    /// What Pulumi Crosswalk puts when no rules are given: keep at most one
    /// untagged image.
    pub fn crosswalk_default() -> Self {
        Self::new(vec![Rule {
            priority: RulePriority(NonZeroU32::MIN),
            description: None,
            selection: Selection {
                tags: TagSelection::Untagged,
                count_type: CountType::ImageCountMoreThan,
                count_number: NonZeroU32::MIN,
            },
            action: Action::Expire,
        }])
    }
}

/// One rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// When it is applied, among the others.
    pub priority: RulePriority,
    /// Free text, without effect.
    pub description: Option<String>,
    /// Which images it is about, and which of those it marks.
    pub selection: Selection,
    /// What happens to the images it marks.
    pub action: Action,
}

impl Rule {
    /// How it is called in lists and reasons: `rule 2 (prod*)`.
    pub fn title(&self) -> String {
        super::phrase::title(self)
    }
}

/// A rule's place in the order: the lowest is applied first and wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulePriority(pub(super) NonZeroU32);

impl RulePriority {
    /// The number, from 1.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The number as what lists are sorted by.
    pub(super) fn place(self) -> usize {
        self.get() as usize
    }
}

impl fmt::Display for RulePriority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which images a rule selects, and from when on it marks one of them.
///
/// `storageClass` and `countUnit` are no fields: they follow from the count
/// type ([`CountType::storage_class`], [`CountType::count_unit`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// By tag.
    pub tags: TagSelection,
    /// What is counted.
    pub count_type: CountType,
    /// Images for [`CountType::ImageCountMoreThan`], else days.
    pub count_number: NonZeroU32,
}

/// The images a rule selects by their tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagSelection {
    /// Every image.
    Any,
    /// Images without a tag.
    Untagged,
    /// Images whose tags satisfy every entry of the list.
    Tagged(TagList),
}

impl TagSelection {
    /// The value of `tagStatus`.
    pub fn status(&self) -> TagStatus {
        match self {
            Self::Any => TagStatus::Any,
            Self::Untagged => TagStatus::Untagged,
            Self::Tagged(_) => TagStatus::Tagged,
        }
    }
}

/// The entries that an image's tags must satisfy, each by some tag of the
/// image. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagList {
    /// `tagPatternList`.
    Patterns(Vec<TagPattern>),
    /// `tagPrefixList`.
    Prefixes(Vec<TagPrefix>),
}

/// A pattern for a whole tag: `*` stands for zero or more characters, at most
/// four times; all else is literal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagPattern(pub(super) String);

impl TagPattern {
    /// As written in the policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a tag must begin, literally: `*` has no meaning here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagPrefix(pub(super) String);

impl TagPrefix {
    /// As written in the policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A closed set of words in a policy.
pub(super) trait Word: Copy + 'static {
    /// Every value, in the order in which AWS documents them.
    const ALL: &'static [Self];
    /// As written in a policy.
    fn word(self) -> &'static str;
}

/// `selection.tagStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagStatus {
    /// `any`
    Any,
    /// `tagged`
    Tagged,
    /// `untagged`
    Untagged,
}

/// `selection.countType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountType {
    /// `imageCountMoreThan`: all but the newest.
    ImageCountMoreThan,
    /// `sinceImagePushed`: days since the push.
    SinceImagePushed,
    /// `sinceImagePulled`: days since the last recorded pull.
    SinceImagePulled,
    /// `sinceImageTransitioned`: days since the image was archived.
    SinceImageTransitioned,
}

/// `selection.storageClass` and `action.targetStorageClass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageClass {
    /// `standard`: can be pulled.
    Standard,
    /// `archive`: cannot be pulled until it is restored.
    Archive,
}

/// `selection.countUnit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountUnit {
    /// `days`, of 86,400 seconds.
    Days,
}

/// What happens to an image that a rule marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// `expire`: the image is deleted.
    Expire,
    /// `transition` to the storage class `archive`.
    Transition,
}

impl CountType {
    /// The storage class that a rule of this type selects from.
    pub fn storage_class(self) -> StorageClass {
        match self {
            Self::SinceImageTransitioned => StorageClass::Archive,
            Self::ImageCountMoreThan | Self::SinceImagePushed | Self::SinceImagePulled => {
                StorageClass::Standard
            }
        }
    }

    /// The unit of the count number; none when images are counted.
    pub fn count_unit(self) -> Option<CountUnit> {
        match self {
            Self::ImageCountMoreThan => None,
            Self::SinceImagePushed | Self::SinceImagePulled | Self::SinceImageTransitioned => {
                Some(CountUnit::Days)
            }
        }
    }
}

impl Action {
    /// The storage class an image is moved to.
    pub fn target_storage_class(self) -> Option<StorageClass> {
        match self {
            Self::Expire => None,
            Self::Transition => Some(StorageClass::Archive),
        }
    }
}

/// Gives a closed set its words, once.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl Word for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl $type {
            /// As written in a policy.
            pub fn as_str(self) -> &'static str {
                self.word()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(TagStatus { Any = "any", Tagged = "tagged", Untagged = "untagged" });
words!(CountType {
    ImageCountMoreThan = "imageCountMoreThan",
    SinceImagePushed = "sinceImagePushed",
    SinceImagePulled = "sinceImagePulled",
    SinceImageTransitioned = "sinceImageTransitioned",
});
words!(StorageClass { Standard = "standard", Archive = "archive" });
words!(CountUnit { Days = "days" });
words!(Action { Expire = "expire", Transition = "transition" });
