use super::{Descriptor, Kind, LARGEST_DOCUMENT, Origin, PlanError};
use crate::name::Digest;
use oci_spec::image as oci;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Indexes of indexes occur one deep; this bounds a hostile layout.
const DEEPEST: usize = 8;

/// What a registry must be given for one image, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlan {
    /// Every blob once, largest first: with a few uploads at a time the longest
    /// must not be the last to start.
    pub blobs: Vec<Descriptor>,
    /// The manifests under the root, each after those that it names.
    pub manifests: Vec<Manifest>,
    /// What the tags will name.
    pub root: Manifest,
    /// The single images that the root is or names, in the order of the index.
    pub images: Vec<Image>,
    /// What it says about where it is from.
    pub origin: Origin,
}

/// A manifest or index, byte for byte: its digest is over these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What tells one image of a plan from another, whatever compressed its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its manifest.
    pub manifest: Digest,
    /// Its configuration; on an engine's classic store this is the image id.
    pub config: Digest,
    /// `linux/arm64/v8`.
    pub platform: String,
    /// The digests of its layers, uncompressed.
    pub diff_ids: Vec<Digest>,
}

impl UploadPlan {
    /// The bytes of all blobs and manifests: what a registry that has nothing is sent.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let manifests = self.manifests.iter().map(|manifest| &manifest.descriptor);
        self.blobs
            .iter()
            .chain(manifests)
            .chain([&self.root.descriptor])
            .fold(0, |sum, descriptor| sum.saturating_add(descriptor.size))
    }
}

/// The documents that must be read to plan a push, besides this one: manifests
/// under an index, and the configuration of an image.
///
/// # Errors
/// The bytes are not what the descriptor's media type says.
pub fn named_documents(
    descriptor: &Descriptor,
    bytes: &[u8],
) -> Result<Vec<Descriptor>, PlanError> {
    if descriptor.kind() == Kind::Config {
        return Ok(Vec::new());
    }
    Ok(match read(descriptor, bytes)? {
        Document::Index { children, .. } => children,
        Document::Manifest { config, .. } if config.kind() == Kind::Config => vec![config],
        Document::Manifest { .. } => Vec::new(),
    })
}

/// Plans the push of `root`.
///
/// `documents` holds the root and everything that [`named_documents`] names from
/// there on. That their bytes have the digests by which they are named is for
/// the caller to know.
///
/// # Errors
/// See [`PlanError`].
pub fn plan(
    root: &Descriptor,
    documents: &BTreeMap<Digest, Vec<u8>>,
) -> Result<UploadPlan, PlanError> {
    let mut walk = Walk {
        documents,
        seen: BTreeSet::new(),
        blobs: BTreeMap::new(),
        manifests: Vec::new(),
        images: Vec::new(),
        origin: Origin::default(),
    };
    walk.visit(root, 0)?;
    // The root is what the walk leaves last.
    let Some(root) = walk.manifests.pop() else {
        return Err(PlanError::Missing(root.clone()));
    };
    let mut blobs: Vec<_> = walk.blobs.into_values().collect();
    blobs.sort_by_key(|blob| (Reverse(blob.size), blob.digest.clone()));
    Ok(UploadPlan {
        blobs,
        manifests: walk.manifests,
        root,
        images: walk.images,
        origin: walk.origin,
    })
}

/// The layers of an image's manifest, in their order; none of an index.
pub(super) fn layers(manifest: &Manifest) -> Vec<Descriptor> {
    match read(&manifest.descriptor, &manifest.bytes) {
        Ok(Document::Manifest { layers, .. }) => layers,
        _ => Vec::new(),
    }
}

struct Walk<'a> {
    documents: &'a BTreeMap<Digest, Vec<u8>>,
    seen: BTreeSet<Digest>,
    blobs: BTreeMap<Digest, Descriptor>,
    manifests: Vec<Manifest>,
    images: Vec<Image>,
    origin: Origin,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, descriptor: &Descriptor, depth: usize) -> Result<(), PlanError> {
        if depth > DEEPEST {
            return Err(PlanError::TooDeep);
        }
        if !self.seen.insert(descriptor.digest.clone()) {
            return Ok(());
        }
        let bytes = self.document(descriptor)?;
        match read(descriptor, bytes)? {
            Document::Index {
                children,
                annotations,
            } => {
                self.origin.heed(annotations.iter());
                for child in &children {
                    self.visit(child, depth + 1)?;
                }
            }
            Document::Manifest {
                config,
                layers,
                annotations,
            } => {
                self.origin.heed(annotations.iter());
                self.image(descriptor, &config, layers.len())?;
                for blob in layers.into_iter().chain([config]) {
                    if blob.kind() != Kind::Foreign {
                        self.blobs.insert(blob.digest.clone(), blob);
                    }
                }
            }
        }
        self.manifests.push(Manifest {
            descriptor: descriptor.clone(),
            bytes: bytes.to_vec(),
        });
        Ok(())
    }

    /// Notes what identifies the image. Artifacts (attestations, charts) have
    /// another kind of configuration, or say that they run nowhere.
    fn image(
        &mut self,
        manifest: &Descriptor,
        config: &Descriptor,
        layers: usize,
    ) -> Result<(), PlanError> {
        if config.kind() != Kind::Config {
            return Ok(());
        }
        let parsed: oci::ImageConfiguration = parse(config, self.document(config)?)?;
        if matches!(parsed.os().to_string().as_str(), "unknown" | "") {
            return Ok(());
        }
        if let Some(labels) = parsed.labels_of_config() {
            self.origin.heed(labels.iter());
        }
        let diff_ids = parsed.rootfs().diff_ids();
        if diff_ids.len() != layers {
            return Err(PlanError::Layers {
                manifest: manifest.digest.clone(),
                named: layers,
                configured: diff_ids.len(),
            });
        }
        let mut platform = format!("{}/{}", parsed.os(), parsed.architecture());
        if let Some(variant) = parsed.variant() {
            platform.push('/');
            platform.push_str(variant);
        }
        let digest = |id: &String| {
            id.parse().map_err(|_| PlanError::Digest {
                digest: id.to_owned(),
            })
        };
        self.images.push(Image {
            manifest: manifest.digest.clone(),
            config: config.digest.clone(),
            platform,
            diff_ids: diff_ids.iter().map(digest).collect::<Result<_, _>>()?,
        });
        Ok(())
    }

    fn document(&self, descriptor: &Descriptor) -> Result<&'a [u8], PlanError> {
        self.documents
            .get(&descriptor.digest)
            .map(Vec::as_slice)
            .ok_or_else(|| PlanError::Missing(descriptor.clone()))
    }
}

enum Document {
    Index {
        children: Vec<Descriptor>,
        annotations: HashMap<String, String>,
    },
    Manifest {
        config: Descriptor,
        layers: Vec<Descriptor>,
        annotations: HashMap<String, String>,
    },
}

fn read(descriptor: &Descriptor, bytes: &[u8]) -> Result<Document, PlanError> {
    match descriptor.kind() {
        Kind::Index => {
            let index: oci::ImageIndex = parse(descriptor, bytes)?;
            agree(descriptor, index.media_type().as_ref())?;
            let children = index.manifests().iter().map(Descriptor::try_from);
            Ok(Document::Index {
                children: children.collect::<Result<_, _>>()?,
                annotations: index.annotations().clone().unwrap_or_default(),
            })
        }
        Kind::Manifest => {
            let manifest: oci::ImageManifest = parse(descriptor, bytes)?;
            agree(descriptor, manifest.media_type().as_ref())?;
            let layers = manifest.layers().iter().map(Descriptor::try_from);
            Ok(Document::Manifest {
                config: manifest.config().try_into()?,
                layers: layers.collect::<Result<_, _>>()?,
                annotations: manifest.annotations().clone().unwrap_or_default(),
            })
        }
        Kind::Config | Kind::Foreign | Kind::Blob => {
            Err(PlanError::NotAManifest(descriptor.clone()))
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(
    descriptor: &Descriptor,
    bytes: &[u8],
) -> Result<T, PlanError> {
    let real = bytes.len() as u64;
    if real != descriptor.size {
        return Err(PlanError::Size {
            digest: descriptor.digest.clone(),
            named: descriptor.size,
            real,
        });
    }
    if real > LARGEST_DOCUMENT {
        return Err(PlanError::TooLarge(descriptor.clone()));
    }
    serde_json::from_slice(bytes).map_err(|error| PlanError::Malformed {
        digest: descriptor.digest.clone(),
        message: error.to_string(),
    })
}

/// The specification lets a document leave its media type out, not contradict
/// the one by which it is named.
fn agree(descriptor: &Descriptor, own: Option<&oci::MediaType>) -> Result<(), PlanError> {
    match own.map(ToString::to_string) {
        Some(own) if own != descriptor.media_type => Err(PlanError::MediaType {
            digest: descriptor.digest.clone(),
            named: descriptor.media_type.clone(),
            own,
        }),
        _ => Ok(()),
    }
}
