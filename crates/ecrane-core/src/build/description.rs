use super::Label;
use crate::name::Tag;
use crate::tags::Event;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What an image can say of itself without being told.
///
/// `created` is a time that belongs to the sources, not to the run: a second
/// build of one commit makes the same image. What is not known is left out.
///
/// Source: OCI image specification 1.1, "Annotations", "Pre-Defined Annotation
/// Keys".
#[must_use]
pub fn describe(
    event: &Event,
    version: Option<&Tag>,
    created: Option<OffsetDateTime>,
) -> Vec<Label> {
    let repository = &event.repository;
    let created = created.and_then(|time| time.format(&Rfc3339).ok());
    let known = [
        ("created", created),
        ("description", repository.description.clone()),
        ("licenses", repository.license.clone()),
        ("revision", event.commit.clone()),
        ("source", repository.url.clone()),
        ("title", repository.name.clone()),
        ("url", repository.url.clone()),
        ("version", version.map(Tag::to_string)),
    ];
    let label = |(name, value): (&str, Option<String>)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(Label {
            key: format!("org.opencontainers.image.{name}"),
            value,
        })
    };
    known.into_iter().filter_map(label).collect()
}
