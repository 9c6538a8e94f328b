//! Reading what `aws ecr describe-images` prints.
//!
//! The text is gone through once, without a tree of it: 100,000 images are
//! 30 MB. What the columns keep is copied when all of it is read.

mod wire;

use std::borrow::Cow;

use super::collect::{Added, MAX_IMAGES, SharedTag};
use super::moment::{Moment, Remark, Written};
use super::{Collector, Detail, Extent, ImageStatus, Images, MediaKind};
use crate::diagnostic::{Diagnostic, Span, has_errors, in_text_order};
use crate::lifecycle::codes::Code;
use crate::lifecycle::fault::{ImageFault, TimeName};
use wire::{Text, Time};

/// What came of reading a list of images.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The images; none where a diagnostic is an error.
    pub images: Option<Images>,
    /// What is wrong or odd with the list. What is odd in the same way many
    /// times is said once.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the output of `aws ecr describe-images`, or the array of its
/// `imageDetails`.
///
/// An index may have `references`, the list of its children's digests, and the
/// whole may have `complete`, which says whether no image is missing.
pub fn read(text: &str) -> Listing {
    let mut reader = Reader::new(text);
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Err(error) = wire::read(body, &mut reader) {
        let at = text.len() - body.len() + offset(body, &error);
        let fault = match wire::other_output(body) {
            Some(format) => ImageFault::OtherOutput { format },
            None => ImageFault::Unreadable {
                message: wire::words(body, &error),
            },
        };
        reader.report(fault, Span::new(at, at), About::Text);
    }
    reader.finish()
}

/// Where reading stopped, in bytes: at a character, though the column counts
/// bytes and may stop within one; of a text that ends too early, behind the
/// last that is there.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let before = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let at = (start + error.column().saturating_sub(1)).min(text.trim_end().len());
    text.floor_char_boundary(at)
}

/// The least that an image has in the output of `describe-images`, with all that
/// ECR tells of each.
const BYTES_OF_IMAGE: usize = 320;

/// Errors of one kind after which the others are only counted.
const MAX_ERRORS: usize = 100;

/// The state of reading.
struct Reader<'t> {
    text: &'t str,
    collector: Collector<'t>,
    extent: Extent,
    found: Vec<Found>,
    /// How often each code was found.
    times: Vec<(Code, usize)>,
    /// Images in the text, also those that are there twice or faulty.
    count: usize,
}

/// A fault with its place.
struct Found {
    fault: ImageFault,
    span: Span,
    about: About,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            collector: Collector::with_room(text.len() / BYTES_OF_IMAGE),
            extent: Extent::Unsaid,
            found: Vec::new(),
            times: Vec::new(),
            count: 0,
        }
    }

    /// An error is told at every place, up to a number; a warning once.
    fn report(&mut self, fault: ImageFault, span: Span, about: About) {
        let code = fault.code();
        let limit = if fault.is_error() { MAX_ERRORS } else { 1 };
        let known = self.times.iter_mut().find(|(known, _)| *known == code);
        let times = match known {
            Some((_, times)) => {
                *times += 1;
                *times
            }
            None => {
                self.times.push((code, 1));
                1
            }
        };
        if times <= limit {
            self.found.push(Found { fault, span, about });
        }
    }

    /// Where a piece of the text is; nowhere for what had escapes in it.
    fn span(&self, piece: &Text<'t>) -> Option<Span> {
        let Cow::Borrowed(piece) = piece.0 else {
            return None;
        };
        let start = piece
            .as_ptr()
            .addr()
            .checked_sub(self.text.as_ptr().addr())?;
        Some(Span::new(start, start + piece.len()))
    }

    /// Whether more images are taken.
    fn has_room(&self) -> bool {
        self.count < MAX_IMAGES
    }

    fn add(&mut self, image: &mut wire::Image<'t>) {
        let mut at = Place {
            index: self.count,
            span: Span::default(),
        };
        self.count += 1;
        let Some(digest) = image.digest.take() else {
            self.report(ImageFault::NoDigest, at.span, at.image());
            return;
        };
        at.span = self.span(&digest).unwrap_or_default();
        self.check_digest(&digest.0, &at);
        let Some(detail) = self.detail(image, digest.0.clone(), &at) else {
            return;
        };
        if self.collector.add(detail) == Added::Merged {
            let digest = digest.0.into_owned();
            self.report(ImageFault::Twice { digest }, at.span, at.image());
        }
    }

    fn check_digest(&mut self, text: &str, at: &Place) {
        let fault = match text.split_once(':') {
            Some(("sha256", hex)) if is_hex(hex) && hex.len() == 64 => return,
            Some((algorithm, hex)) if algorithm != "sha256" && is_hex(hex) => {
                let algorithm = algorithm.to_owned();
                ImageFault::Algorithm { algorithm }
            }
            _ => ImageFault::Digest {
                text: text.to_owned(),
            },
        };
        self.report(fault, at.span, at.of("imageDigest"));
    }

    /// The image, each time of it read; none without a time of the push.
    fn detail(
        &mut self,
        image: &mut wire::Image<'t>,
        digest: Cow<'t, str>,
        at: &Place,
    ) -> Option<Detail<'t>> {
        let status = self.status(image.status.take(), at);
        let pulled = self.time(TimeName::Pulled, image.pulled_at.take(), at);
        let archived = self.time(TimeName::Archived, image.archived_at.take(), at);
        let activated = self.time(TimeName::Activated, image.activated_at.take(), at);
        if image.pushed_at.is_none() {
            self.report(ImageFault::NoPush, at.span, at.image());
        }
        let pushed = self.time(TimeName::Pushed, image.pushed_at.take(), at)?;
        let media_type = image.media_type.as_ref();
        Some(Detail {
            digest,
            tags: image.tags.take().map(Text::list).unwrap_or_default(),
            pushed,
            pulled,
            archived,
            activated,
            status,
            kind: media_type.map_or(MediaKind::Image, |text| MediaKind::of(&text.0)),
            size: image.size.unwrap_or_default(),
            references: image.references.take().map(Text::list),
            subject: image.subject.take().map(|text| text.0),
        })
    }

    fn status(&mut self, text: Option<Text<'t>>, at: &Place) -> ImageStatus {
        let Some(text) = text else {
            return ImageStatus::default();
        };
        match text.0.as_ref() {
            "ACTIVE" => ImageStatus::Active,
            "ARCHIVED" => ImageStatus::Archived,
            "ACTIVATING" => ImageStatus::Activating,
            other => {
                let other = other.to_owned();
                let span = self.span(&text).unwrap_or(at.span);
                self.report(
                    ImageFault::Status { text: other },
                    span,
                    at.of("imageStatus"),
                );
                ImageStatus::Unknown
            }
        }
    }

    fn time(&mut self, name: TimeName, time: Option<Time<'t>>, at: &Place) -> Option<Moment> {
        let time = time?;
        let (written, span) = match &time {
            Time::Text(text) => (Written::text(&text.0), self.span(text)),
            Time::Number(number) => (Written::number(*number), None),
        };
        let fault = match written {
            None => ImageFault::Time {
                name,
                text: time.to_string(),
            },
            Some(written) => match written.remark {
                None => return Some(written.moment),
                Some(Remark::NoZone) => ImageFault::NoZone { name },
                Some(Remark::Milliseconds) => ImageFault::Milliseconds { name },
            },
        };
        self.report(fault, span.unwrap_or(at.span), at.of(name.as_str()));
        written.map(|written| written.moment)
    }

    fn finish(mut self) -> Listing {
        if self.count > MAX_IMAGES {
            let count = self.count;
            self.report(ImageFault::TooMany { count }, Span::default(), About::Text);
        }
        if self.extent == Extent::CutShort {
            self.report(ImageFault::CutShort, Span::default(), About::Text);
        }
        let images = match std::mem::take(&mut self.collector).images(self.extent) {
            Ok(images) => Some(images),
            Err(shared) => {
                for SharedTag { tag, digests } in shared {
                    let fault = ImageFault::SharedTag { tag, digests };
                    self.report(fault, Span::default(), About::Text);
                }
                None
            }
        };
        let mut diagnostics: Vec<Diagnostic> = Vec::with_capacity(self.found.len());
        for found in self.found.into_iter().rev() {
            // Only the last of its kind tells of the others.
            let code = found.fault.code();
            let known = self.times.iter_mut().find(|(known, _)| *known == code);
            let times = known.map_or(0, |(_, times)| std::mem::take(times));
            let told = if found.fault.is_error() {
                MAX_ERRORS
            } else {
                1
            };
            let others = times.saturating_sub(told);
            diagnostics.push(found.diagnostic(others));
        }
        in_text_order(&mut diagnostics);
        Listing {
            images: images.filter(|_| !has_errors(&diagnostics)),
            diagnostics,
        }
    }
}

impl Found {
    /// `others` are those of its kind that are not told.
    fn diagnostic(self, others: usize) -> Diagnostic {
        let words = self.fault.words();
        let message = match others {
            0 => words.message,
            _ => format!("{} (and {others} more like this)", words.message),
        };
        Diagnostic {
            code: words.code.id(),
            severity: words.severity,
            message,
            span: self.span,
            labels: Vec::new(),
            help: words.help,
            path: self.about.path(),
        }
    }
}

/// The image that is being read.
struct Place {
    index: usize,
    /// Of its digest.
    span: Span,
}

impl Place {
    fn image(&self) -> About {
        About::Image(self.index)
    }

    fn of(&self, property: &'static str) -> About {
        About::Property(self.index, property)
    }
}

/// What a finding is about. A path is made of it only if it is told.
#[derive(Debug, Clone, Copy)]
enum About {
    Text,
    Image(usize),
    Property(usize, &'static str),
}

impl About {
    fn path(self) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Image(index) => Some(format!("imageDetails[{index}]")),
            Self::Property(index, name) => Some(format!("imageDetails[{index}].{name}")),
        }
    }
}

fn is_hex(text: &str) -> bool {
    // Without a way out at the first other byte, many are looked at at once.
    let hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let odd = |odd, byte| odd | u8::from(!hex(byte));
    !text.is_empty() && text.bytes().fold(0, odd) == 0
}
