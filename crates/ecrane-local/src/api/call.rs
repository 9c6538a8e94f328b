use super::error::{ApiError, Code};
use super::parameter;
use crate::ecr::Ecr;
use crate::store::{Registry, RepositoryKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// One request of the AWS API.
pub(super) struct Call<'a> {
    /// The service.
    pub(super) ecr: &'a Arc<Ecr>,
    /// The registry that the request is signed for.
    pub(super) registry: Registry,
    /// What it asks.
    pub(super) parameters: Value,
}

/// The parameters of all operations on one repository.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryParameters {
    repository_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistryParameters {
    registry_id: Option<String>,
}

impl Call<'_> {
    /// The parameters in the shape of an operation. They were checked against
    /// the service model; those that it does not know are ignored, as AWS does.
    pub(super) fn parameters<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        T::deserialize(&self.parameters)
            .map_err(|error| ApiError::new(Code::Serialization, error.to_string()))
    }

    /// The registry that the request is about: `registryId`, else its own.
    pub(super) fn registry(&self) -> Result<Registry, ApiError> {
        let RegistryParameters { registry_id } = self.parameters()?;
        let mut registry = self.registry.clone();
        if let Some(account) = registry_id {
            registry.account = parameter::account("registryId", &account)?;
        }
        Ok(registry)
    }

    /// The repository that the request is about.
    pub(super) fn repository(&self) -> Result<RepositoryKey, ApiError> {
        let RepositoryParameters { repository_name } = self.parameters()?;
        Ok(RepositoryKey {
            registry: self.registry()?,
            name: parameter::repository_name(&repository_name)?,
        })
    }
}

/// An operation's result, in the shape that the service gives it.
pub(super) fn answer(shape: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(shape).map_err(|error| ApiError::new(Code::Server, error.to_string()))
}
