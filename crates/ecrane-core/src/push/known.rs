//! What a repository has of earlier images, so that it is made and sent once.

use super::plan::layers;
use super::{Descriptor, Kind, UploadPlan};
use crate::name::Digest;
use std::collections::BTreeMap;

/// The images that a repository has at some tags, and their layers by what is
/// in them.
///
/// An engine of the classic image store knows a layer by its `diff_id`, the
/// digest before compression, and an image by the digest of its configuration.
/// The repository's images say which compressed layer each `diff_id` has become.
#[derive(Debug, Clone, Default)]
pub struct Known {
    images: Vec<UploadPlan>,
    layers: BTreeMap<Digest, Descriptor>,
}

impl Known {
    /// Of images that one repository has. Indexes count too.
    #[must_use]
    pub fn of(images: Vec<UploadPlan>) -> Self {
        let mut known = BTreeMap::new();
        for plan in &images {
            let manifests = plan.manifests.iter().chain([&plan.root]);
            for manifest in manifests {
                let digest = &manifest.descriptor.digest;
                let image = plan.images.iter().find(|image| image.manifest == *digest);
                let Some(image) = image else { continue };
                let layers = layers(manifest).into_iter();
                let pairs = image.diff_ids.iter().zip(layers);
                known.extend(pairs.filter_map(|(id, layer)| Some((id.clone(), reusable(layer)?))));
            }
        }
        Self {
            images,
            layers: known,
        }
    }

    /// The image with this configuration, if it is a single one.
    #[must_use]
    pub fn image(&self, config: &Digest) -> Option<&UploadPlan> {
        self.images.iter().find(|plan| {
            plan.root.descriptor.kind() == Kind::Manifest
                && matches!(plan.images.as_slice(), [only] if only.config == *config)
        })
    }

    /// The layer with this content, as an OCI manifest names it.
    #[must_use]
    pub fn layer(&self, diff_id: &Digest) -> Option<&Descriptor> {
        self.layers.get(diff_id)
    }

    /// What is known of these layers only.
    #[must_use]
    pub fn among(&self, diff_ids: &[Digest]) -> Self {
        let layers = diff_ids.iter().filter_map(|id| {
            let layer = self.layers.get(id)?;
            Some((id.clone(), layer.clone()))
        });
        Self {
            images: Vec::new(),
            layers: layers.collect(),
        }
    }

    /// Whether there is no layer in it.
    #[must_use]
    pub fn has_no_layer(&self) -> bool {
        self.layers.is_empty()
    }
}

/// The same bytes under the name that the OCI gives to their kind: Docker and
/// OCI differ in the names alone. Source: OCI image specification 1.1, "Media
/// Types", compatibility matrix.
fn reusable(layer: Descriptor) -> Option<Descriptor> {
    let media_type = match layer.media_type.as_str() {
        "application/vnd.docker.image.rootfs.diff.tar" | OCI_LAYER => OCI_LAYER,
        "application/vnd.docker.image.rootfs.diff.tar.gzip" | OCI_GZIP => OCI_GZIP,
        "application/vnd.docker.image.rootfs.diff.tar.zstd" | OCI_ZSTD => OCI_ZSTD,
        // Encrypted ones need more than their name.
        _ => return None,
    };
    Some(Descriptor::new(media_type, layer.digest, layer.size))
}

const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const OCI_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const OCI_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
