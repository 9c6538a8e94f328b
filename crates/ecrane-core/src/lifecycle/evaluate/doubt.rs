//! Why a verdict may turn out otherwise.

/// What a verdict rests on that nobody can be sure of: a point that AWS leaves
/// open, or data that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Images at the edge of a count have the same time.
    Tie,
    /// It is older than the limit by less than a day.
    CalendarDay,
    /// All indexes that hold it may go.
    SamePass,
    /// It would be otherwise if referrers were selected like other images.
    Referrers,
    /// It would be otherwise if an image that is being restored, or has a status
    /// that is not known, were in the standard storage class.
    Activating,
    /// It may be a child of an index whose children are not told.
    UnknownChildren,
    /// The listing is a part.
    CutShort,
    /// It refers to an image that may be there, though it is not listed.
    LostSubject,
    /// Nobody told when it was archived.
    NoArchiveTime,
    /// The image it refers to may go.
    Subject,
}

impl Doubt {
    /// Every doubt.
    pub(super) const ALL: [Self; 10] = [
        Self::Tie,
        Self::CalendarDay,
        Self::SamePass,
        Self::Referrers,
        Self::Activating,
        Self::UnknownChildren,
        Self::CutShort,
        Self::LostSubject,
        Self::NoArchiveTime,
        Self::Subject,
    ];

    /// The reason, to go on after "not certain:".
    pub fn why(self) -> &'static str {
        match self {
            Self::Tie => {
                "others at the edge of the count have the same time, and AWS does not say which of them counts as newer"
            }
            Self::CalendarDay => {
                "AWS does not say whether hours count, and by calendar days it is not yet older"
            }
            Self::SamePass => {
                "every index that holds it may go, and AWS does not say whether children go with it at once"
            }
            Self::Referrers => {
                "AWS does not say whether images that refer to others are selected and counted too"
            }
            Self::Activating => {
                "AWS does not say which storage class an image has while it is being restored, or has a status that is not known here"
            }
            Self::UnknownChildren => {
                "it may be a child of an index, and the children of some are not in the data"
            }
            Self::CutShort => "the list of images is not complete",
            Self::LostSubject => {
                "the image it refers to is not listed, and may be there all the same"
            }
            Self::NoArchiveTime => "the list does not say when it was archived",
            Self::Subject => "it goes with the image it refers to, which may go",
        }
    }

    /// The same in short, for a list whose end tells the whole.
    pub fn brief(self) -> &'static str {
        match self {
            Self::Tie => "others have the same time",
            Self::CalendarDay => "over by less than a day",
            Self::SamePass => "all its indexes may go",
            Self::Referrers => "if referrers count too",
            Self::Activating => "the storage class of an image is not known",
            Self::UnknownChildren => "may be a child of an index",
            Self::CutShort => "the list is not complete",
            Self::LostSubject => "it refers to an image not listed",
            Self::NoArchiveTime => "archived at an unknown time",
            Self::Subject => "so is the image it refers to",
        }
    }
}
