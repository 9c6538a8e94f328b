use super::plan::layers;
use super::{Kind, UploadPlan};
use crate::name::Digest;
use serde_json::json;

/// The document `manifest.json` that makes an OCI layout an archive for engines
/// of the classic image store too: `docker load` of those reads it alone. It
/// gives the image no name. `None` for an index, which they cannot hold.
///
/// Source: Docker image specification 1.2, "Combined Image JSON + Filesystem
/// Changeset Format".
#[must_use]
pub fn archive_manifest(plan: &UploadPlan) -> Option<String> {
    let [image] = plan.images.as_slice() else {
        return None;
    };
    if plan.root.descriptor.kind() != Kind::Manifest {
        return None;
    }
    let layers = layers(&plan.root);
    let layers: Vec<String> = layers.iter().map(|it| blob_path(&it.digest)).collect();
    let document = json!([{
        "Config": blob_path(&image.config), "RepoTags": null, "Layers": layers,
    }]);
    Some(document.to_string())
}

/// Where content is in an OCI layout.
#[must_use]
pub fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}", digest.as_str().replace(':', "/"))
}
