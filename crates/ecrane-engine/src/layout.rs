//! An OCI image layout: a folder that holds one image, content by digest.
//!
//! This is the contract between a build and a push: whatever built the image,
//! it ends in a layout. Source: OCI image specification 1.1, "Image Layout".

mod error;
mod pack;

pub use error::LayoutError;
pub(crate) use error::place;
pub(crate) use pack::pack;

use crate::content::{self, Digesting};
use ecrane_core::name::Digest;
use ecrane_core::push::{self, Descriptor, PlanError, UploadPlan};
use oci_spec::image as oci;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

const MARKER: &str = "oci-layout";
const INDEX: &str = "index.json";
const BLOBS: &str = "blobs/sha256";
const VERSION: &str = "1.0.0";

/// One image, read and found whole: what is not here, a repository has.
#[derive(Debug, Clone)]
pub struct Layout {
    plan: UploadPlan,
    files: BTreeMap<Digest, PathBuf>,
}

/// Where the content of a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held<'a> {
    /// In this file.
    Here(&'a Path),
    /// Only in the repository, which was seen to have it: it was not exported.
    ByRepository,
}

impl Layout {
    /// An image that a repository has, with nothing of it here.
    #[must_use]
    pub fn held_by_repository(plan: UploadPlan) -> Self {
        Self {
            plan,
            files: BTreeMap::new(),
        }
    }

    /// What the image consists of, in the order in which a registry needs it.
    #[must_use]
    pub fn plan(&self) -> &UploadPlan {
        &self.plan
    }

    /// Where the content with this digest is.
    #[must_use]
    pub fn blob(&self, digest: &Digest) -> Held<'_> {
        match self.files.get(digest) {
            Some(file) => Held::Here(file),
            None => Held::ByRepository,
        }
    }
}

/// Reads the one image of a layout folder: all its documents, and that every
/// blob is there in its right size. The content of blobs is checked while they
/// are uploaded.
///
/// Blocks on the file system.
///
/// # Errors
/// See [`LayoutError`].
pub fn read(dir: &Path) -> Result<Layout, LayoutError> {
    read_beside(dir, &BTreeSet::new())
}

/// As [`read`], where a repository has these blobs: they need not be here.
pub(crate) fn read_beside(dir: &Path, elsewhere: &BTreeSet<Digest>) -> Result<Layout, LayoutError> {
    check_marker(dir)?;
    let root = root(dir)?;
    let documents = documents(dir, &root)?;
    let plan = push::plan(&root, &documents)?;
    let mut files = BTreeMap::new();
    for blob in &plan.blobs {
        if !elsewhere.contains(&blob.digest) {
            check_size(dir, blob)?;
            files.insert(blob.digest.clone(), blob_path(dir, &blob.digest));
        }
    }
    Ok(Layout { plan, files })
}

/// Unpacks a tar of a layout (`docker buildx build --output type=oci`) into a
/// folder, and reads it.
///
/// Nothing but the files of a layout is written, each under a name made here:
/// no path, link or mode is taken over from the archive. Every blob's content
/// is checked against its name on the way. Blocks.
///
/// # Errors
/// See [`LayoutError`].
pub fn unpack(tar: impl Read, into: &Path) -> Result<Layout, LayoutError> {
    create(into)?;
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().map_err(LayoutError::Tar)? {
        let entry = entry.map_err(LayoutError::Tar)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        match Place::of(&entry.path_bytes()) {
            Some(Place::Blob(digest)) => {
                let (real, _) = write_blob(into, entry)?;
                if real != digest {
                    let what = format!("its content has the digest {real}");
                    return Err(LayoutError::Damaged { digest, what });
                }
            }
            Some(Place::Index) => {
                let bytes = read_document(entry).map_err(LayoutError::Tar)?;
                write_index_bytes(into, &bytes)?;
            }
            None => {}
        }
    }
    read(into)
}

/// What a path inside a layout's tar names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Index,
    Blob(Digest),
}

impl Place {
    pub(crate) fn of(path: &[u8]) -> Option<Self> {
        let path = std::str::from_utf8(path).ok()?;
        let path = path.strip_prefix("./").unwrap_or(path);
        if path == INDEX {
            return Some(Self::Index);
        }
        let hex = path.strip_prefix(BLOBS)?.strip_prefix('/')?;
        format!("sha256:{hex}").parse().ok().map(Self::Blob)
    }
}

/// Makes the folder of a layout that holds nothing yet.
pub(crate) fn create(dir: &Path) -> Result<(), LayoutError> {
    let blobs = dir.join(BLOBS);
    fs::create_dir_all(&blobs).map_err(io_error("write", &blobs))?;
    let marker = dir.join(MARKER);
    fs::write(&marker, marker_text()).map_err(io_error("write", &marker))
}

fn marker_text() -> String {
    format!("{{\"imageLayoutVersion\":\"{VERSION}\"}}")
}

/// Stores content under its digest. It appears there only when it is complete.
pub(crate) fn write_blob(dir: &Path, content: impl Read) -> Result<(Digest, u64), LayoutError> {
    let mut content = Digesting::new(content);
    let mut file = partial_blob(dir)?;
    io::copy(&mut content, &mut file).map_err(io_error("write", file.path()))?;
    let (_, digest, size) = content.finish();
    keep_blob(dir, file, &digest)?;
    Ok((digest, size))
}

/// A file for content whose digest is not known yet; gone when dropped.
pub(crate) fn partial_blob(dir: &Path) -> Result<NamedTempFile, LayoutError> {
    let blobs = dir.join(BLOBS);
    NamedTempFile::with_prefix_in("partial-", &blobs).map_err(io_error("write", &blobs))
}

/// Gives a written file its name.
pub(crate) fn keep_blob(
    dir: &Path,
    file: NamedTempFile,
    digest: &Digest,
) -> Result<(), LayoutError> {
    let path = blob_path(dir, digest);
    file.persist(&path)
        .map(drop)
        .map_err(|error| io_error("write", &path)(error.error))
}

/// Writes the index that names the image. The layout is complete with it.
pub(crate) fn write_index(dir: &Path, root: &Descriptor) -> Result<(), LayoutError> {
    let index = index(root)?;
    let path = dir.join(INDEX);
    let bytes =
        serde_json::to_vec(&index).map_err(|source| LayoutError::Malformed { path, source })?;
    write_index_bytes(dir, &bytes)
}

/// An index that names this image alone.
fn index(root: &Descriptor) -> Result<oci::ImageIndex, LayoutError> {
    let digest: oci::Digest = root
        .digest
        .as_str()
        .parse()
        .map_err(|_| PlanError::Digest {
            digest: root.digest.to_string(),
        })?;
    let media_type = oci::MediaType::from(root.media_type.as_str());
    let mut index = oci::ImageIndex::default();
    index.set_media_type(Some(oci::MediaType::ImageIndex));
    index.set_manifests(vec![oci::Descriptor::new(media_type, root.size, digest)]);
    Ok(index)
}

pub(crate) fn write_index_bytes(dir: &Path, bytes: &[u8]) -> Result<(), LayoutError> {
    let path = dir.join(INDEX);
    fs::write(&path, bytes).map_err(io_error("write", &path))
}

/// Reads a JSON document, refusing what is too large to be one.
pub(crate) fn read_document(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = push::LARGEST_DOCUMENT;
    from.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("a document of more than {most} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

fn check_marker(dir: &Path) -> Result<(), LayoutError> {
    let path = dir.join(MARKER);
    let file = match File::open(&path) {
        Ok(file) => file,
        // ENOTDIR: what was named is a file, not a folder.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Err(LayoutError::NoMarker(dir.to_owned()));
        }
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let bytes = read_document(file).map_err(io_error("read", &path))?;
    let marker: oci::OciLayout =
        serde_json::from_slice(&bytes).map_err(|source| LayoutError::Malformed { path, source })?;
    let version = marker.image_layout_version();
    if version != VERSION {
        return Err(LayoutError::Version {
            dir: dir.to_owned(),
            version: version.clone(),
        });
    }
    Ok(())
}

/// The image that `index.json` names; several names of one image are one.
fn root(dir: &Path) -> Result<Descriptor, LayoutError> {
    let path = dir.join(INDEX);
    let file = File::open(&path).map_err(io_error("read", &path))?;
    let bytes = read_document(file).map_err(io_error("read", &path))?;
    let index: oci::ImageIndex =
        serde_json::from_slice(&bytes).map_err(|source| LayoutError::Malformed { path, source })?;
    let named = index.manifests().iter().map(Descriptor::try_from);
    let mut named: Vec<Descriptor> = named
        .collect::<Result<BTreeSet<_>, _>>()?
        .into_iter()
        .collect();
    match (named.pop(), named.is_empty()) {
        (None, _) => Err(LayoutError::Empty(dir.to_owned())),
        (Some(only), true) => Ok(only),
        (Some(last), false) => Err(LayoutError::Several {
            dir: dir.to_owned(),
            digests: named.into_iter().chain([last]).map(|d| d.digest).collect(),
        }),
    }
}

/// The root and every document under it, each checked against its digest.
fn documents(dir: &Path, root: &Descriptor) -> Result<BTreeMap<Digest, Vec<u8>>, LayoutError> {
    let mut documents = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(descriptor) = open.pop() {
        if documents.contains_key(&descriptor.digest) {
            continue;
        }
        check_size(dir, &descriptor)?;
        let path = blob_path(dir, &descriptor.digest);
        let file = File::open(&path).map_err(io_error("read", &path))?;
        let bytes = read_document(file).map_err(io_error("read", &path))?;
        let real = content::digest(&bytes);
        if real != descriptor.digest {
            return Err(LayoutError::Damaged {
                digest: descriptor.digest,
                what: format!("its content has the digest {real}"),
            });
        }
        open.extend(push::named_documents(&descriptor, &bytes)?);
        documents.insert(descriptor.digest, bytes);
    }
    Ok(documents)
}

fn check_size(dir: &Path, descriptor: &Descriptor) -> Result<(), LayoutError> {
    let path = blob_path(dir, &descriptor.digest);
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(LayoutError::Missing {
                dir: dir.to_owned(),
                digest: descriptor.digest.clone(),
                media_type: descriptor.media_type.clone(),
            });
        }
        Err(error) => return Err(io_error("read", &path)(error)),
    };
    let damaged = |what| LayoutError::Damaged {
        digest: descriptor.digest.clone(),
        what,
    };
    if !metadata.is_file() {
        return Err(damaged("it is not a file".to_owned()));
    }
    if metadata.len() != descriptor.size {
        return Err(damaged(format!(
            "it has {} bytes instead of {}",
            metadata.len(),
            descriptor.size
        )));
    }
    Ok(())
}

pub(crate) fn blob_path(dir: &Path, digest: &Digest) -> PathBuf {
    dir.join(BLOBS).join(digest.hex())
}

pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LayoutError {
    let path = path.to_owned();
    move |source| LayoutError::Io {
        action,
        path,
        source,
    }
}
