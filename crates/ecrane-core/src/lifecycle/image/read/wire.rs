//! The JSON of a list of images.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Extent, Reader};

/// Hands every image of a text to the reader.
pub(super) fn read<'t>(text: &'t str, reader: &mut Reader<'t>) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_str(text);
    Document(reader).deserialize(&mut json)?;
    json.end()
}

/// What the AWS CLI prints where it is not told to print JSON, by how that begins.
pub(super) fn other_output(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    let outputs = [
        ("imageDetails:", "YAML"),
        ("- ", "YAML"),
        ("----", "a table"),
        ("IMAGEDETAILS\t", "plain text"),
    ];
    let mut outputs = outputs.into_iter();
    let (_, name) = outputs.find(|(start, _)| text.starts_with(start))?;
    Some(name)
}

/// The words of an error without the place, which is told apart.
pub(super) fn words(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "the file is empty".to_owned();
    }
    let words = error.to_string();
    match words.rsplit_once(" at line ") {
        Some((words, _)) => words.to_owned(),
        None => words,
    }
}

/// A shape of the service model, `ImageDetail`, with `references` added. One is
/// read after the other into the same place: 100,000 of them are moved and
/// allocated for long enough to be noticed.
#[derive(Default)]
pub(super) struct Image<'t> {
    pub(super) digest: Option<Text<'t>>,
    pub(super) tags: Option<Vec<Text<'t>>>,
    pub(super) pushed_at: Option<Time<'t>>,
    pub(super) pulled_at: Option<Time<'t>>,
    pub(super) archived_at: Option<Time<'t>>,
    pub(super) activated_at: Option<Time<'t>>,
    pub(super) status: Option<Text<'t>>,
    pub(super) media_type: Option<Text<'t>>,
    pub(super) size: Option<u64>,
    pub(super) references: Option<Vec<Text<'t>>>,
    pub(super) subject: Option<Text<'t>>,
}

/// A string, borrowed from the text wherever it has no escapes.
pub(super) struct Text<'t>(pub(super) Cow<'t, str>);

impl<'t> Text<'t> {
    pub(super) fn list(texts: Vec<Self>) -> Vec<Cow<'t, str>> {
        texts.into_iter().map(|text| text.0).collect()
    }
}

/// A time as text or as a number.
pub(super) enum Time<'t> {
    Text(Text<'t>),
    Number(f64),
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&text.0),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Text<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de: 't, 't> Deserialize<'de> for Time<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl<'de> Visitor<'de> for TimeVisitor {
            type Value = Time<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time, as text or as seconds since 1970")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Time::Text(Text(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Time::Text(Text(Cow::Owned(text.to_owned()))))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Time::Number(number))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "a number that loses digits is no time either way"
            )]
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Time::Number(number as f64))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "a number that loses digits is no time either way"
            )]
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Time::Number(number as f64))
            }
        }
        deserializer.deserialize_any(TimeVisitor)
    }
}

/// The answer of `DescribeImages`, or only its images.
struct Document<'a, 't>(&'a mut Reader<'t>);

impl<'t> DeserializeSeed<'t> for Document<'_, 't> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for Document<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the output of `aws ecr describe-images`, or the array of its `imageDetails`")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, images: A) -> Result<(), A::Error> {
        ImageArray(self.0).visit_seq(images)
    }

    fn visit_map<A: MapAccess<'t>>(self, mut properties: A) -> Result<(), A::Error> {
        let mut images = false;
        while let Some(name) = properties.next_key::<Text<'t>>()? {
            match name.0.as_ref() {
                "imageDetails" => {
                    images = true;
                    properties.next_value_seed(ImageArray(self.0))?;
                }
                "nextToken" | "NextToken" => {
                    if properties.next_value::<Option<IgnoredAny>>()?.is_some() {
                        self.0.extent = Extent::CutShort;
                    }
                }
                "complete" => {
                    let complete: bool = properties.next_value()?;
                    self.0.extent = match (complete, self.0.extent) {
                        (true, Extent::Unsaid | Extent::Whole) => Extent::Whole,
                        (true, Extent::CutShort) | (false, _) => Extent::CutShort,
                    };
                }
                "imageIds" => {
                    return Err(A::Error::custom(
                        "this is the output of `aws ecr list-images`, which tells no times: give that of `aws ecr describe-images`",
                    ));
                }
                _ => {
                    properties.next_value::<IgnoredAny>()?;
                }
            }
        }
        if images {
            Ok(())
        } else {
            Err(A::Error::missing_field("imageDetails"))
        }
    }
}

/// The images, each handed on as soon as it is read.
struct ImageArray<'a, 't>(&'a mut Reader<'t>);

impl<'t> DeserializeSeed<'t> for ImageArray<'_, 't> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for ImageArray<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of images")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut images: A) -> Result<(), A::Error> {
        let mut image = Image::default();
        while self.0.has_room() {
            if images.next_element_seed(Over(&mut image))?.is_none() {
                return Ok(());
            }
            self.0.add(&mut image);
        }
        while images.next_element::<IgnoredAny>()?.is_some() {
            self.0.count += 1;
        }
        Ok(())
    }
}

/// Reads an image over another.
struct Over<'a, 't>(&'a mut Image<'t>);

impl<'t> DeserializeSeed<'t> for Over<'_, 't> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for Over<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image with `imageDigest`")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        let image = self.0;
        *image = Image::default();
        while let Some(name) = map.next_key::<Text<'t>>()? {
            match name.0.as_ref() {
                "imageDigest" => once(&mut image.digest, &name, &mut map)?,
                "imageTags" => once(&mut image.tags, &name, &mut map)?,
                "imagePushedAt" => once(&mut image.pushed_at, &name, &mut map)?,
                "lastRecordedPullTime" => once(&mut image.pulled_at, &name, &mut map)?,
                "lastArchivedAt" => once(&mut image.archived_at, &name, &mut map)?,
                "lastActivatedAt" => once(&mut image.activated_at, &name, &mut map)?,
                "imageStatus" => once(&mut image.status, &name, &mut map)?,
                "imageManifestMediaType" => once(&mut image.media_type, &name, &mut map)?,
                "imageSizeInBytes" => once(&mut image.size, &name, &mut map)?,
                "references" => once(&mut image.references, &name, &mut map)?,
                "subjectManifestDigest" => once(&mut image.subject, &name, &mut map)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a property, which an image has once; `null` is nothing.
fn once<'t, T: Deserialize<'t>, A: MapAccess<'t>>(
    property: &mut Option<T>,
    name: &Text<'t>,
    map: &mut A,
) -> Result<(), A::Error> {
    if property.is_some() {
        let name = &name.0;
        return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
    }
    *property = map.next_value()?;
    Ok(())
}
