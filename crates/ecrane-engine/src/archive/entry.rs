use super::{ArchiveError, Packed, layer};
use crate::layout::{self, Place};
use ecrane_core::name::Digest;
use ecrane_core::push::{Descriptor, Known};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];
pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const GZIP_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const ZSTD_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// A tar archive is a sequence of these, in bytes (POSIX.1, `pax`).
const BLOCK: usize = 512;
/// The regular files of an archive by their path, their content in the layout.
#[derive(Default)]
pub(super) struct Entries(BTreeMap<String, Entry>);

/// What one path of the archive stands for.
#[derive(Debug)]
pub(super) enum Entry {
    /// A JSON document, as it was.
    Document(Stored),
    /// A compressed layer, as it was.
    Compressed(Stored, &'static str),
    /// A layer that was not compressed, and now is.
    Packed(Layer),
    /// A layer that was not compressed, and that the repository has compressed.
    Reused(Layer),
    /// Another path of the archive.
    Link(String),
}

/// A layer by its content, and as a manifest names it.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) diff_id: Digest,
    pub(super) descriptor: Descriptor,
}

/// Content in the layout.
#[derive(Debug)]
pub(super) struct Stored {
    digest: Digest,
    size: u64,
}

impl Entries {
    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        match self.0.get(path)? {
            // One step: an engine links to the file itself.
            Entry::Link(to) => self.0.get(to),
            entry => Some(entry),
        }
    }

    pub(super) fn need(&self, path: &str) -> Result<&Entry, ArchiveError> {
        let missing = || ArchiveError::Missing(path.to_owned());
        self.get(path).ok_or_else(missing)
    }

    /// Whether there are layers that the archive does not name as a manifest
    /// would have to.
    pub(super) fn has_raw_layers(&self) -> bool {
        self.0.values().any(|entry| entry.raw().is_some())
    }

    /// The layers that are not here, because the repository has them.
    pub(super) fn reused(&self) -> BTreeSet<Digest> {
        let reused = self.0.values().filter_map(|entry| match entry {
            Entry::Reused(layer) => Some(layer.descriptor.digest.clone()),
            _ => None,
        });
        reused.collect()
    }
}

impl Entry {
    /// A layer that was not compressed in the archive.
    pub(super) fn raw(&self) -> Option<&Layer> {
        match self {
            Self::Packed(layer) | Self::Reused(layer) => Some(layer),
            Self::Document(_) | Self::Compressed(..) | Self::Link(_) => None,
        }
    }

    /// As a layer of a manifest, if it can be one.
    pub(super) fn layer(&self) -> Option<Descriptor> {
        match self {
            Self::Packed(layer) | Self::Reused(layer) => Some(layer.descriptor.clone()),
            Self::Compressed(stored, media_type) => {
                let digest = stored.digest.clone();
                Some(Descriptor::new(media_type, digest, stored.size))
            }
            Self::Document(_) | Self::Link(_) => None,
        }
    }

    /// The content of a document.
    pub(super) fn read(&self, dir: &Path) -> Result<Vec<u8>, ArchiveError> {
        let Self::Document(stored) = self else {
            let error = io::Error::new(io::ErrorKind::InvalidData, "a document is none");
            return Err(ArchiveError::Tar(error));
        };
        let path = layout::blob_path(dir, &stored.digest);
        let read = File::open(&path).and_then(layout::read_document);
        Ok(read.map_err(layout::io_error("read", &path))?)
    }
}

/// Stores the content of every file that an image can need.
pub(super) fn read_all(
    archive: impl Read,
    known: &Known,
    into: &Path,
    packed: &mut impl FnMut(Packed),
) -> Result<Entries, ArchiveError> {
    let mut entries = Entries::default();
    let mut archive = tar::Archive::new(archive);
    for file in archive.entries().map_err(ArchiveError::Tar)? {
        let file = file.map_err(ArchiveError::Tar)?;
        let path = String::from_utf8_lossy(&file.path_bytes()).into_owned();
        let kind = file.header().entry_type();
        let entry = if kind.is_file() {
            store(file, &path, known, into)?
        } else if let Some(to) = file.link_name_bytes() {
            let to = String::from_utf8_lossy(&to).into_owned();
            let from = if kind.is_symlink() { parent(&path) } else { "" };
            Some(Entry::Link(inside(&format!("{from}/{to}"))))
        } else {
            None
        };
        if let Some(Entry::Packed(layer)) = &entry {
            let descriptor = layer.descriptor.clone();
            let file = layout::blob_path(into, &descriptor.digest);
            packed(Packed { descriptor, file });
        }
        if let Some(entry) = entry {
            entries.0.insert(inside(&path), entry);
        }
    }
    Ok(entries)
}

/// Tells by the content what a file is: names differ between the tools.
fn store(
    mut file: impl Read,
    path: &str,
    known: &Known,
    into: &Path,
) -> Result<Option<Entry>, ArchiveError> {
    let mut start = Vec::new();
    let block = file.by_ref().take(BLOCK as u64).read_to_end(&mut start);
    block.map_err(ArchiveError::Tar)?;
    let whole = start.as_slice().chain(file);
    Ok(if start.starts_with(&GZIP) {
        Some(Entry::Compressed(keep(whole, into)?, GZIP_LAYER))
    } else if start.starts_with(&ZSTD) {
        Some(Entry::Compressed(keep(whole, into)?, ZSTD_LAYER))
    } else if is_tar(&start) {
        let name = match Place::of(path.as_bytes()) {
            Some(Place::Blob(digest)) => Some(digest),
            _ => None,
        };
        Some(layer::take(whole, path, name.as_ref(), known, into)?)
    } else if matches!(start.first(), Some(b'{' | b'[')) {
        Some(Entry::Document(keep(whole, into)?))
    } else {
        None
    })
}

/// A tar by its magic number, or an empty one, which is all zeros.
fn is_tar(start: &[u8]) -> bool {
    start.len() == BLOCK
        && (start.get(257..262) == Some(b"ustar") || start.iter().all(|byte| *byte == 0))
}

fn keep(content: impl Read, into: &Path) -> Result<Stored, ArchiveError> {
    let (digest, size) = layout::write_blob(into, content)?;
    Ok(Stored { digest, size })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A path without `.` and `..`, from the archive's own root.
fn inside(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
