//! Archives as `docker save` writes them, turned into an OCI layout.
//!
//! Engines up to 24 write `manifest.json` and uncompressed layers; from 25 on
//! an OCI layout is wrapped around the same. The containerd store's archives,
//! and those of other tools, have their layers compressed already.
//!
//! The archive is read once, front to back, and layers are compressed as they
//! pass: memory use does not grow with the image. The order of its entries
//! does not matter; `manifest.json` usually comes last.

mod entry;
mod layer;

use crate::content;
use crate::layout::{self, Layout, LayoutError};
use ecrane_core::name::Digest;
use ecrane_core::push::{Descriptor, Known};
use entry::Entries;
use flate2::read::MultiGzDecoder;
use oci_spec::image as oci;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

const MANIFEST: &str = "manifest.json";
const INDEX: &str = "index.json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";

/// Why an archive cannot be turned into a layout.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The archive cannot be read to its end.
    #[error("cannot read the image archive: {0}")]
    Tar(#[source] io::Error),
    /// It is some other tar.
    #[error(
        "the archive holds no image: it has neither `manifest.json` nor `index.json`; make it with `docker save`"
    )]
    NoImage,
    /// It is compressed as a whole in a way that is not read here.
    #[error("the archive is compressed by {0}; unpack it first, as by `{0} --decompress`")]
    Packed(&'static str),
    /// A layout with uncompressed layers and nothing else. What was compressed on
    /// the way is not what its manifests name.
    #[error(
        "the layers of the archive's layout are not compressed; unpack it, and give its folder"
    )]
    LayersAsTheyAre,
    /// Which of them is meant is not ours to guess.
    #[error("the archive holds {} images ({}); save the one that is meant", .0.len(), .0.join(", "))]
    Several(Vec<String>),
    /// The archive names a file that it does not have.
    #[error("the archive names `{0}`, which it does not hold; save the image again")]
    Missing(String),
    /// One of its documents does not read.
    #[error(
        "`{path}` in the archive does not read as it should: {}",
        layout::place(source)
    )]
    Malformed {
        /// The document's path in the archive.
        path: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A layer's content is not what the image's configuration says.
    #[error(
        "the layer `{path}` of the archive is damaged: its content has the digest {real} instead of {should}; save the image again"
    )]
    Damaged {
        /// The layer's path in the archive.
        path: String,
        /// The digest by the configuration.
        should: String,
        /// The digest of the content.
        real: Digest,
    },
    /// The folder cannot be written, or what came out is no image.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl ArchiveError {
    /// Whether an archive that ended too early looks like this. A full disk does not:
    /// its error is the system's.
    pub(crate) fn may_be_cut(&self) -> bool {
        match self {
            Self::Tar(error) => error.raw_os_error().is_none(),
            Self::NoImage | Self::Missing(_) | Self::Malformed { .. } => true,
            Self::Packed(_)
            | Self::LayersAsTheyAre
            | Self::Several(_)
            | Self::Damaged { .. }
            | Self::Layout(_) => false,
        }
    }
}

/// A layer that has been compressed, and lies in the layout to be.
#[derive(Debug)]
pub struct Packed {
    /// As a manifest names it.
    pub descriptor: Descriptor,
    /// Where its content is.
    pub file: PathBuf,
}

/// Turns an archive into a layout in the folder `into`.
///
/// What is compressed already stays as it is, byte for byte, with its digests.
/// Uncompressed layers that are `known` are not written at all; the others are
/// compressed so that one layer gives the same bytes on every run and machine,
/// and each is told of as soon as it is. An archive that is itself compressed by
/// gzip is read too. Blocks: give it a thread.
///
/// # Errors
/// See [`ArchiveError`].
pub fn to_layout(
    archive: impl Read,
    known: &Known,
    into: &Path,
    mut packed: impl FnMut(Packed),
) -> Result<Layout, ArchiveError> {
    layout::create(into)?;
    let entries = entry::read_all(plain(archive)?, known, into, &mut packed)?;
    // An engine of version 25 names no layers in its OCI manifest, so where a
    // layer had to be compressed, `manifest.json` is what counts.
    match (entries.get(MANIFEST), entries.get(INDEX)) {
        (_, Some(index)) if !entries.has_raw_layers() => {
            let bytes = index.read(into)?;
            layout::write_index_bytes(into, &bytes)?;
        }
        (Some(manifest), _) => {
            let bytes = manifest.read(into)?;
            let root = assemble(&entries, &bytes, into)?;
            layout::write_index(into, &root)?;
        }
        (None, Some(_)) => return Err(ArchiveError::LayersAsTheyAre),
        (None, None) => return Err(ArchiveError::NoImage),
    }
    Ok(layout::read_beside(into, &entries.reused())?)
}

/// Turns an archive on disk into a layout in the folder `into`, as [`to_layout`],
/// and one that is a layout already into that layout, byte for byte.
///
/// # Errors
/// See [`ArchiveError`].
pub fn read(file: &Path, into: &Path) -> Result<Layout, ArchiveError> {
    let open = || File::open(file).map_err(layout::io_error("read", file));
    match to_layout(open()?, &Known::default(), into, |_| ()) {
        Err(ArchiveError::LayersAsTheyAre) => {
            fs::remove_dir_all(into).map_err(layout::io_error("write", into))?;
            Ok(layout::unpack(plain(open()?)?, into)?)
        }
        read => read,
    }
}

/// The archive as it was before it was compressed as a whole, if it was.
fn plain<'a>(archive: impl Read + 'a) -> Result<Box<dyn Read + 'a>, ArchiveError> {
    /// By which an archive begins, and what it tells.
    const OTHERS: [(&[u8], &str); 3] = [
        (&entry::ZSTD, "zstd"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh", "bzip2"),
    ];
    let mut archive = BufReader::with_capacity(1 << 18, archive);
    let start = archive.fill_buf().map_err(ArchiveError::Tar)?;
    if start.starts_with(&entry::GZIP) {
        return Ok(Box::new(MultiGzDecoder::new(archive)));
    }
    match OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        Some((_, name)) => Err(ArchiveError::Packed(name)),
        None => Ok(Box::new(archive)),
    }
}

/// An image as `manifest.json` names it. Source: Docker image specification
/// 1.2, "Combined Image JSON + Filesystem Changeset Format".
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    layers: Vec<String>,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
}

/// Writes the image's configuration and manifest from `manifest.json`.
fn assemble(entries: &Entries, manifest: &[u8], into: &Path) -> Result<Descriptor, ArchiveError> {
    let saved = only(parse(MANIFEST, manifest)?)?;
    let config = entries.need(&saved.config)?;
    let bytes = config.read(into)?;
    let parsed: oci::ImageConfiguration = parse(&saved.config, &bytes)?;
    let config = Descriptor::new(CONFIG_TYPE, content::digest(&bytes), bytes.len() as u64);
    let mut layers = Vec::new();
    let mut diff_ids = parsed.rootfs().diff_ids().iter();
    for path in &saved.layers {
        let entry = entries.need(path)?;
        let should = diff_ids.next();
        if let (Some(layer), Some(should)) = (entry.raw(), should)
            && layer.diff_id.as_str() != should
        {
            return Err(ArchiveError::Damaged {
                path: path.clone(),
                should: should.clone(),
                real: layer.diff_id.clone(),
            });
        }
        layers.push(
            entry
                .layer()
                .ok_or_else(|| ArchiveError::Missing(path.clone()))?,
        );
    }
    let bytes = manifest_bytes(&config, &layers)?;
    let (digest, size) = layout::write_blob(into, bytes.as_slice())?;
    Ok(Descriptor::new(MANIFEST_TYPE, digest, size))
}

fn only(mut saved: Vec<Saved>) -> Result<Saved, ArchiveError> {
    let image = saved.pop().ok_or(ArchiveError::NoImage)?;
    // One image under several names can be written as several.
    if saved
        .iter()
        .any(|other| (&other.config, &other.layers) != (&image.config, &image.layers))
    {
        let names = saved.into_iter().chain([image]).map(|saved| {
            let tag = saved.repo_tags.and_then(|tags| tags.into_iter().next());
            tag.unwrap_or(saved.config)
        });
        return Err(ArchiveError::Several(names.collect()));
    }
    Ok(image)
}

/// An image manifest as it is written here. Its digest is over the order of
/// these fields, so no library's types stand in for it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    schema_version: u8,
    media_type: &'a str,
    config: Pointer<'a>,
    layers: Vec<Pointer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pointer<'a> {
    media_type: &'a str,
    digest: &'a Digest,
    size: u64,
}

impl<'a> From<&'a Descriptor> for Pointer<'a> {
    fn from(to: &'a Descriptor) -> Self {
        Self {
            media_type: &to.media_type,
            digest: &to.digest,
            size: to.size,
        }
    }
}

fn manifest_bytes(config: &Descriptor, layers: &[Descriptor]) -> Result<Vec<u8>, ArchiveError> {
    let manifest = Written {
        schema_version: 2,
        media_type: MANIFEST_TYPE,
        config: config.into(),
        layers: layers.iter().map(Pointer::from).collect(),
    };
    serde_json::to_vec(&manifest).map_err(|source| ArchiveError::Malformed {
        path: MANIFEST.to_owned(),
        source,
    })
}

fn parse<T: serde::de::DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(bytes).map_err(|source| ArchiveError::Malformed {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_no_archive_that_was_cut() {
        let check = |error: ArchiveError, expected| {
            assert_eq!(error.may_be_cut(), expected, "{error}");
        };
        let full = || io::Error::from_raw_os_error(28);
        check(ArchiveError::Tar(full()), false);
        check(
            layout::io_error("write", Path::new("layer"))(full()).into(),
            false,
        );
        check(ArchiveError::Tar(io::ErrorKind::UnexpectedEof.into()), true);
        check(ArchiveError::NoImage, true);
        check(ArchiveError::Missing("layer.tar".to_owned()), true);
    }
}
