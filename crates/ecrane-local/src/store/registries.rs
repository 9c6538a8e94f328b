//! What is set for a whole registry.

use super::templates::{PullThroughRule, Template};
use super::{REGISTRIES, Registry, Store, decode, encode};
use crate::clock::Timestamp;
use crate::refusal::{Fault, Reason};
use ecrane_core::name::{AccountId, Region};
use redb::{ReadableDatabase, ReadableTable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings of a registry: one account in one Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RegistrySettings {
    /// The registry policy's text, as it was put.
    pub(crate) policy: Option<String>,
    /// Which repositories are scanned, and when.
    pub(crate) scanning: RegistryScanning,
    /// Where images are copied to.
    pub(crate) replication: Vec<ReplicationRule>,
    /// The account settings that were put.
    pub(crate) account: BTreeMap<AccountSetting, String>,
    /// Which images are to be signed; nothing is signed here.
    pub(crate) signing: Option<Vec<SigningRule>>,
    /// Principals whose pulls are not to be recorded, since when. Stored only:
    /// a registry password does not tell its principal here.
    pub(crate) pull_time_exclusions: BTreeMap<String, Timestamp>,
    /// What new repositories are made of, by their prefix.
    pub(crate) templates: BTreeMap<String, Template>,
    /// Where images would be fetched from, by the prefix of their repositories.
    pub(crate) pull_through: BTreeMap<String, PullThroughRule>,
}

/// An account setting. Source: `PutAccountSetting` in the API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AccountSetting {
    /// Which scanner basic scanning uses.
    BasicScanTypeVersion,
    /// Which actions the registry policy governs.
    RegistryPolicyScope,
    /// Whether a push may mount a layer of another repository.
    BlobMounting,
}

impl AccountSetting {
    /// The values that it takes, the default first.
    pub(crate) const fn values(self) -> &'static [&'static str] {
        match self {
            Self::BasicScanTypeVersion => &["AWS_NATIVE"],
            Self::RegistryPolicyScope => &["V2"],
            Self::BlobMounting => &["DISABLED", "ENABLED"],
        }
    }
}

/// The shape `RegistryScanningConfiguration` of the service model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegistryScanning {
    /// `BASIC` or `ENHANCED`.
    pub(crate) scan_type: String,
    /// Which repositories are scanned when.
    pub(crate) rules: Vec<ScanningRule>,
}

impl Default for RegistryScanning {
    fn default() -> Self {
        Self {
            scan_type: "BASIC".to_owned(),
            rules: Vec::new(),
        }
    }
}

/// The shape `RegistryScanningRule` of the service model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScanningRule {
    /// `SCAN_ON_PUSH`, `CONTINUOUS_SCAN` or `MANUAL`.
    pub(crate) scan_frequency: String,
    /// The repositories that it is about.
    pub(crate) repository_filters: Vec<NameFilter>,
}

/// A filter of repositories' names, of the kind that its type says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NameFilter {
    /// A pattern or a prefix.
    pub(crate) filter: String,
    /// `WILDCARD`, `WILDCARD_MATCH` or `PREFIX_MATCH`.
    pub(crate) filter_type: String,
}

/// The shape `ReplicationRule` of the service model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplicationRule {
    /// Where images are copied to.
    pub(crate) destinations: Vec<ReplicationDestination>,
    /// Prefixes of the repositories that are copied; without any, all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) repository_filters: Vec<NameFilter>,
    /// Whether deletions follow; not those of a lifecycle policy, which are each
    /// registry's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delete_replication: Option<DeleteReplication>,
}

/// The shape `DeleteReplication` of the service model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DeleteReplication {
    /// Whether deletions follow.
    pub(crate) enabled: bool,
}

/// The shape `ReplicationDestination` of the service model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplicationDestination {
    /// The Region.
    pub(crate) region: Region,
    /// The account.
    pub(crate) registry_id: AccountId,
}

/// The shape `SigningRule` of the service model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningRule {
    /// The profile that would sign.
    pub(crate) signing_profile_arn: String,
    /// The repositories whose images it would sign; without any, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) repository_filters: Vec<NameFilter>,
}

impl Store {
    /// What is set for the registry; the defaults where nothing was.
    pub(crate) fn registry_settings(&self, registry: &Registry) -> Result<RegistrySettings, Fault> {
        let read = self.database.begin_read()?;
        let table = read.open_table(REGISTRIES)?;
        let record = table.get(registry.to_string().as_str())?;
        match record {
            Some(record) => Ok(decode(record.value())?),
            None => Ok(RegistrySettings::default()),
        }
    }

    /// Changes the registry's settings; `change` may refuse, and then nothing is.
    pub(crate) fn update_registry<T>(
        &self,
        registry: &Registry,
        change: impl FnOnce(&mut RegistrySettings) -> Result<T, Reason>,
    ) -> Result<T, Fault> {
        let write = self.database.begin_write()?;
        let result = {
            let name = registry.to_string();
            let mut table = write.open_table(REGISTRIES)?;
            let mut settings = match table.get(name.as_str())? {
                Some(record) => decode(record.value())?,
                None => RegistrySettings::default(),
            };
            let result = change(&mut settings).map_err(|reason| reason.in_registry(registry))?;
            table.insert(name.as_str(), encode(&settings)?.as_slice())?;
            result
        };
        write.commit()?;
        Ok(result)
    }

    /// An account setting's value: the one that was put, or the default.
    pub(crate) fn account_setting(
        &self,
        registry: &Registry,
        setting: AccountSetting,
    ) -> Result<String, Fault> {
        let default = setting.values().first().copied().unwrap_or_default();
        let settings = self.registry_settings(registry)?;
        let value = settings.account.get(&setting).cloned();
        Ok(value.unwrap_or_else(|| default.to_owned()))
    }
}
