use super::{Held, INDEX, Layout, LayoutError, MARKER, index, marker_text};
use ecrane_core::push::{archive_manifest, blob_path};
use std::fs::File;
use std::io::{self, Write};

/// Only `docker load` reads it, and only that of the classic image store.
const ARCHIVE_MANIFEST: &str = "manifest.json";

/// Writes the image as an archive that every engine loads: a tar of its layout,
/// and what the classic image store needs beside it. Blocks.
///
/// # Errors
/// A blob is not here, or the system's answer.
pub(crate) fn pack(layout: &Layout, to: impl Write) -> Result<(), LayoutError> {
    let mut tar = tar::Builder::new(to);
    let plan = layout.plan();
    let index = serde_json::to_vec(&index(&plan.root.descriptor)?).map_err(|source| {
        LayoutError::Malformed {
            path: INDEX.into(),
            source,
        }
    })?;
    let mut add = |name: &str, size: u64, content: &mut dyn io::Read| {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(size);
        let added = tar.append_data(&mut header, name, content);
        added.map_err(LayoutError::Packing)
    };
    let mut text = |name: &str, bytes: &[u8]| add(name, bytes.len() as u64, &mut { bytes });
    text(MARKER, marker_text().as_bytes())?;
    text(INDEX, &index)?;
    if let Some(manifest) = archive_manifest(plan) {
        text(ARCHIVE_MANIFEST, manifest.as_bytes())?;
    }
    for manifest in plan.manifests.iter().chain([&plan.root]) {
        text(&blob_path(&manifest.descriptor.digest), &manifest.bytes)?;
    }
    for blob in &plan.blobs {
        let Held::Here(file) = layout.blob(&blob.digest) else {
            let missing = io::Error::new(io::ErrorKind::NotFound, blob.digest.to_string());
            return Err(LayoutError::Packing(missing));
        };
        let mut file = File::open(file).map_err(super::io_error("read", file))?;
        add(&blob_path(&blob.digest), blob.size, &mut file)?;
    }
    tar.finish().map_err(LayoutError::Packing)
}
