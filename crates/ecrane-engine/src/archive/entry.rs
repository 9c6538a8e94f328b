use super::ArchiveError;
use crate::content::Digesting;
use crate::layout;
use ecrane_core::name::Digest;
use ecrane_core::push::Descriptor;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const GZIP_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const ZSTD_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// A tar archive is a sequence of these, in bytes (POSIX.1, `pax`).
const BLOCK: usize = 512;
/// On a Debian user land, level 3 took 0.6 of the time of level 6 for 1.03 of
/// its bytes. Changing it changes the digest of every layer that ecrane
/// compresses, so that each would be uploaded once more.
const LEVEL: u32 = 3;

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
    /// A layer that was not compressed; now it is.
    Raw { diff_id: Digest, stored: Stored },
    /// Another path of the archive.
    Link(String),
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

    pub(super) fn has_raw_layers(&self) -> bool {
        let mut entries = self.0.values();
        entries.any(|entry| matches!(entry, Entry::Raw { .. }))
    }
}

impl Entry {
    /// As a layer of a manifest, if it can be one.
    pub(super) fn layer(&self) -> Option<Descriptor> {
        let (stored, media_type) = match self {
            Self::Raw { stored, .. } => (stored, GZIP_LAYER),
            Self::Compressed(stored, media_type) => (stored, *media_type),
            Self::Document(_) | Self::Link(_) => return None,
        };
        Some(Descriptor::new(
            media_type,
            stored.digest.clone(),
            stored.size,
        ))
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
pub(super) fn read_all(archive: impl Read, into: &Path) -> Result<Entries, ArchiveError> {
    let mut entries = Entries::default();
    let mut archive = tar::Archive::new(archive);
    for file in archive.entries().map_err(ArchiveError::Tar)? {
        let file = file.map_err(ArchiveError::Tar)?;
        let path = String::from_utf8_lossy(&file.path_bytes()).into_owned();
        let kind = file.header().entry_type();
        let entry = if kind.is_file() {
            store(file, into)?
        } else if let Some(to) = file.link_name_bytes() {
            let to = String::from_utf8_lossy(&to).into_owned();
            let from = if kind.is_symlink() { parent(&path) } else { "" };
            Some(Entry::Link(inside(&format!("{from}/{to}"))))
        } else {
            None
        };
        if let Some(entry) = entry {
            entries.0.insert(inside(&path), entry);
        }
    }
    Ok(entries)
}

/// Tells by the content what a file is: names differ between the tools.
fn store(mut file: impl Read, into: &Path) -> Result<Option<Entry>, ArchiveError> {
    let mut start = Vec::new();
    let block = file.by_ref().take(BLOCK as u64).read_to_end(&mut start);
    block.map_err(ArchiveError::Tar)?;
    let whole = start.as_slice().chain(file);
    Ok(if start.starts_with(&GZIP) {
        Some(Entry::Compressed(keep(whole, into)?, GZIP_LAYER))
    } else if start.starts_with(&ZSTD) {
        Some(Entry::Compressed(keep(whole, into)?, ZSTD_LAYER))
    } else if is_tar(&start) {
        Some(compress(whole, into)?)
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

/// Compresses a layer. The header states no time and no system, and the
/// compressor decides alike on every processor: same layer, same bytes.
fn compress(content: impl Read, into: &Path) -> Result<Entry, ArchiveError> {
    let file = layout::partial_blob(into)?;
    let path = file.path().to_owned();
    let mut content = Digesting::new(content);
    let encoder = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Digesting::new(file), Compression::new(LEVEL));
    let compressed = copy(&mut content, encoder).map_err(layout::io_error("write", &path))?;
    let (_, diff_id, _) = content.finish();
    let (file, digest, size) = compressed.finish();
    layout::keep_blob(into, file, &digest)?;
    let stored = Stored { digest, size };
    Ok(Entry::Raw { diff_id, stored })
}

/// Feeds the compressor in pieces of one size, however the content arrives: its
/// output must not depend on a pipe's timing.
fn copy<W: Write>(from: &mut impl Read, mut to: GzEncoder<W>) -> io::Result<W> {
    const PIECE: usize = 1 << 17;
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        piece.clear();
        from.take(PIECE as u64).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return to.finish();
        }
        to.write_all(&piece)?;
    }
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
