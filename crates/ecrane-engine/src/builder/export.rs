//! An image that the engine has, and the way of it into a layout.

use super::child::{self, Program};
use super::{BuildError, blocking};
use crate::archive::{self, Packed};
use crate::layout::Layout;
use ecrane_core::name::Digest;
use ecrane_core::push::{Known, Origin};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use tokio_util::io::SyncIoBridge;

/// An image that the engine has.
#[derive(Debug)]
pub struct EngineImage {
    /// What people call it.
    name: String,
    /// Its id: on the classic store the digest of its configuration. What is done with
    /// it goes by this: a name may be another image's in the next moment, and one without
    /// a tag is that of several for `docker save`.
    pub(super) id: Digest,
    pub(super) environment: Vec<(OsString, OsString)>,
}

impl EngineImage {
    /// What a builder made, which has no other name than its id.
    pub(super) fn built(
        id: &str,
        environment: Vec<(OsString, OsString)>,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            name: id.to_owned(),
            id: id.parse().map_err(|_| BuildError::NoImage)?,
            environment,
        })
    }
}

/// Looks an image up by its name or id.
///
/// # Errors
/// The engine does not have it, or see [`BuildError`].
pub async fn find(name: &str) -> Result<EngineImage, BuildError> {
    let environment = child::passed_on(|_| false);
    let id = inspect(name, &environment).await?.id;
    Ok(EngineImage {
        name: name.to_owned(),
        id,
        environment,
    })
}

/// What the engine says of an image.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: Digest,
    #[serde(rename = "RootFS")]
    root: Root,
    #[serde(default)]
    config: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Root {
    /// The digests before compression.
    #[serde(default)]
    layers: Vec<Digest>,
}

async fn inspect(
    name: &str,
    environment: &[(OsString, OsString)],
) -> Result<Inspected, BuildError> {
    let failed = |said: &str| BuildError::NotSaved {
        image: name.to_owned(),
        said: said.trim().to_owned(),
    };
    let argv = ["image", "inspect", "--format", "{{json .}}", "--", name];
    let answer = child::command(Program::Docker, argv, environment)
        .output()
        .await
        .map_err(|error| child::not_started(Program::Docker, error))?;
    if !answer.status.success() {
        return Err(failed(&String::from_utf8_lossy(&answer.stderr)));
    }
    serde_json::from_slice(&answer.stdout).map_err(|error| failed(&error.to_string()))
}

/// Where an image is from by its labels.
///
/// # Errors
/// See [`BuildError`].
pub async fn origin(image: &EngineImage) -> Result<Origin, BuildError> {
    let inspected = inspect(image.id.as_str(), &image.environment).await?;
    let labels = inspected.config.and_then(|it| it.labels);
    Ok(Origin::of(labels.iter().flatten()))
}

/// Makes a layout of the image in `into`, which must not be there yet.
///
/// Of an image that is `known` nothing is fetched, and of one that is not only
/// the layers that are not. The engine's archive never lies on disk. Each layer is
/// told of as soon as it is compressed.
///
/// # Errors
/// See [`BuildError`].
pub async fn export(
    image: &EngineImage,
    known: &Known,
    into: PathBuf,
    packed: impl FnMut(Packed) + Send + 'static,
) -> Result<Layout, BuildError> {
    if let Some(plan) = known.image(&image.id) {
        return Ok(Layout::held_by_repository(plan.clone()));
    }
    let known = if known.has_no_layer() {
        Known::default()
    } else {
        let inspected = inspect(image.id.as_str(), &image.environment).await?;
        known.among(&inspected.root.layers)
    };
    let mut saving = child::save(image.id.as_str(), &image.environment)?;
    let archive = SyncIoBridge::new(saving.take_archive()?);
    let layout = blocking("converting the engine's archive", move || {
        Ok(archive::to_layout(archive, &known, &into, packed))
    })
    .await?;
    // An archive that was cut and one that was refused look alike from here: the
    // client knows which it was. Where it only broke off because nobody went on reading,
    // it does not know why.
    match (layout, saving.finish().await) {
        (Ok(layout), Ok(())) => Ok(layout),
        (Err(archive), Err(_)) if !archive.may_be_cut() => Err(BuildError::Archive(archive)),
        (Err(archive), Ok(())) => Err(BuildError::Archive(archive)),
        (_, Err(said)) => Err(BuildError::NotSaved {
            image: image.name.clone(),
            said,
        }),
    }
}
