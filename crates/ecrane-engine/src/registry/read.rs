use super::call::Call;
use super::error::{Operation, RegistryError};
use super::{MANIFESTS, Named, Repository};
use crate::content;
use ecrane_core::name::Digest;
use ecrane_core::push::{self, Descriptor, Kind, UploadPlan};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use std::collections::BTreeMap;

/// Documents under way at once.
const AT_ONCE: usize = 8;

impl Repository<'_> {
    /// The image that the repository has under this name, with the manifests and
    /// configurations that it consists of; none if it has none. No layer is read.
    ///
    /// Amazon ECR counts this as a pull of the image.
    ///
    /// # Errors
    /// See [`RegistryError`]; `Unreadable` where it is nothing that ecrane knows.
    pub async fn image(&self, named: Named<'_>) -> Result<Option<UploadPlan>, RegistryError> {
        let Some((root, bytes)) = self.root(named).await? else {
            return Ok(None);
        };
        let mut documents = BTreeMap::new();
        let mut open = self.read(&named, push::named_documents(&root, &bytes))?;
        documents.insert(root.digest.clone(), bytes);
        // A level at a time: index, manifests, configurations.
        while !open.is_empty() {
            open.retain(|descriptor| !documents.contains_key(&descriptor.digest));
            let level: Vec<(Descriptor, Vec<u8>)> = stream::iter(open)
                .map(|descriptor| self.document(descriptor))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            open = Vec::new();
            for (descriptor, bytes) in level {
                open.extend(self.read(&named, push::named_documents(&descriptor, &bytes))?);
                documents.insert(descriptor.digest, bytes);
            }
        }
        self.read(&named, push::plan(&root, &documents)).map(Some)
    }

    /// The manifest or index itself.
    async fn root(&self, named: Named<'_>) -> Result<Option<(Descriptor, Vec<u8>)>, RegistryError> {
        let call = Call {
            accept: Some(MANIFESTS),
            ..self.call(
                Operation::ReadManifest,
                Method::GET,
                self.at(&format!("manifests/{named}"))?,
            )
        };
        let answer = match self.registry.patiently(&call).await? {
            Ok(answer) => answer,
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => return Ok(None),
            Err(refusal) => return Err(self.refused(call.operation, refusal)),
        };
        let media_type = answer.headers.get(CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next());
        let media_type = media_type.unwrap_or_default().trim();
        let digest = content::digest(&answer.body);
        if let Named::Digest(asked) = named {
            self.agree(named, asked, digest.clone())?;
        }
        let descriptor = Descriptor::new(media_type, digest, answer.body.len() as u64);
        Ok(Some((descriptor, answer.body)))
    }

    /// A manifest under an index, or a configuration.
    async fn document(
        &self,
        descriptor: Descriptor,
    ) -> Result<(Descriptor, Vec<u8>), RegistryError> {
        let digest = &descriptor.digest;
        let (operation, path) = match descriptor.kind() {
            Kind::Manifest | Kind::Index => {
                (Operation::ReadManifest, format!("manifests/{digest}"))
            }
            Kind::Config | Kind::Foreign | Kind::Blob => {
                (Operation::ReadBlob, format!("blobs/{digest}"))
            }
        };
        let call = Call {
            accept: Some(MANIFESTS).filter(|_| operation == Operation::ReadManifest),
            ..self.call(operation, Method::GET, self.at(&path)?)
        };
        let answer = match self.registry.patiently(&call).await? {
            Ok(answer) => answer,
            Err(refusal) => return Err(self.refused(operation, refusal)),
        };
        let real = content::digest(&answer.body);
        self.agree(Named::Digest(&descriptor.digest), digest, real)?;
        Ok((descriptor, answer.body))
    }

    fn read<T>(
        &self,
        named: &Named<'_>,
        read: Result<T, push::PlanError>,
    ) -> Result<T, RegistryError> {
        read.map_err(|error| RegistryError::Unreadable {
            registry: self.registry.host(),
            repository: self.name.to_string(),
            reference: named.to_string(),
            why: error.to_string(),
        })
    }

    /// The digest of what was read or put, held against the one that was meant.
    pub(super) fn agree(
        &self,
        named: Named<'_>,
        ours: &Digest,
        theirs: Digest,
    ) -> Result<(), RegistryError> {
        if *ours == theirs {
            return Ok(());
        }
        Err(RegistryError::OtherDigest {
            registry: self.registry.host(),
            repository: self.name.to_string(),
            reference: named.to_string(),
            ours: ours.clone(),
            theirs,
        })
    }
}
