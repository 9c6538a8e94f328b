//! The inputs that say how the repository is to be.

use super::Fault;
use super::list::{by_comma_and_line, by_line};
use super::read::Reader;
use crate::inputs::Inputs;
use ecrane_core::lifecycle::Policy;
use ecrane_core::name::{Region, RepositoryName, Tag};
use ecrane_core::push::Destination;
use ecrane_core::repository::{
    AccessPolicy, Adoption, Creation, Desired, Encryption, ImageOrigin, MutabilitySetting,
    Placement, ResourceTags, ScanOnPush, TagFilter, TagMutability,
};
use std::collections::BTreeSet;

const MUTABILITY: &str = "image-tag-mutability";
const EXCEPT: &str = "image-tag-mutability-exclusion-filters";
const ENCRYPTION: &str = "encryption-type";
const KEY: &str = "kms-key";

/// A repository as the inputs want it, but for its policies.
pub(super) struct Settings {
    /// None where it is faulty.
    pub(super) name: Option<RepositoryName>,
    creation: Creation,
    mutability: Option<MutabilitySetting>,
    scan_on_push: Option<ScanOnPush>,
    encryption: Option<Encryption>,
    resource_tags: ResourceTags,
}

/// Its policies, and how far the run goes with them.
pub(super) struct Policies {
    access: Option<AccessPolicy>,
    lifecycle: Option<Policy>,
    placement: Placement,
    adoption: Adoption,
}

impl Settings {
    /// Whether tags may move, if that is the same for all.
    pub(super) fn of_all_tags(&self) -> Option<TagMutability> {
        self.mutability.as_ref().and_then(MutabilitySetting::of_all)
    }

    /// Its name, if no tag of it moves.
    pub(super) fn if_immutable(&self) -> Option<&RepositoryName> {
        let is_immutable = self.of_all_tags() == Some(TagMutability::Immutable);
        self.name.as_ref().filter(|_| is_immutable)
    }

    /// All that is wanted of it; none without a name.
    pub(super) fn desired(
        self,
        policies: Policies,
        (tags, origin): (Vec<Tag>, ImageOrigin),
    ) -> Option<Desired> {
        Some(Desired {
            name: self.name?,
            creation: self.creation,
            mutability: self.mutability,
            scan_on_push: self.scan_on_push,
            encryption: self.encryption,
            resource_tags: self.resource_tags,
            access: policies.access,
            policy: policies.lifecycle,
            placement: policies.placement,
            adoption: policies.adoption,
            tags,
            origin,
        })
    }
}

impl Reader {
    pub(super) fn settings(&mut self, inputs: &Inputs) -> Settings {
        Settings {
            name: self.repository(inputs),
            creation: self.creation(inputs),
            mutability: self.mutability(inputs),
            scan_on_push: self.scan_on_push(inputs),
            encryption: self.encryption(inputs),
            resource_tags: self.resource_tags(inputs),
        }
    }

    /// Some lints of a lifecycle policy ask whether tags may move.
    pub(super) fn policies(
        &mut self,
        inputs: &Inputs,
        mutability: Option<TagMutability>,
    ) -> Policies {
        Policies {
            access: self.access(inputs),
            lifecycle: self.policy(inputs, mutability),
            placement: self.placement(inputs),
            adoption: self.adoption(inputs),
        }
    }

    fn mutability(&mut self, inputs: &Inputs) -> Option<MutabilitySetting> {
        let given = by_comma_and_line(&inputs.image_tag_mutability_exclusion_filters);
        let mut except: Vec<TagFilter> = Vec::new();
        for text in &given {
            let parsed = text.parse();
            except.extend(self.keep(parsed.map_err(|error| Fault::setting(EXCEPT, text, error))));
        }
        // Of filters that are faulty themselves nothing more is said.
        let whole = except.len() == given.len();
        let Some(word) = &inputs.image_tag_mutability else {
            if let (Some(first), true) = (given.first(), whole) {
                let fault = Fault::whole(EXCEPT, first, "there is nothing to except tags from");
                self.fault(fault.help(format!(
                    "give `{MUTABILITY}` too: `IMMUTABLE_WITH_EXCLUSION`, or `MUTABLE_WITH_EXCLUSION`"
                )));
            }
            return None;
        };
        let setting = MutabilitySetting::parse(word, except);
        match setting {
            Err(_) if !whole => None,
            setting => self.keep(setting.map_err(|error| Fault::setting(MUTABILITY, word, error))),
        }
    }

    fn scan_on_push(&mut self, inputs: &Inputs) -> Option<ScanOnPush> {
        self.boolean("scan-on-push", inputs.scan_on_push.as_deref())
            .map(ScanOnPush::from)
    }

    fn encryption(&mut self, inputs: &Inputs) -> Option<Encryption> {
        let kind = inputs.encryption_type.as_deref().and_then(|text| {
            let parsed = text.parse();
            self.keep(parsed.map_err(|error| Fault::setting(ENCRYPTION, text, error)))
        });
        let key = inputs.kms_key.as_deref();
        let encryption = Encryption::new(kind, key);
        self.keep(encryption.map_err(|error| Fault::setting(KEY, key.unwrap_or_default(), error)))
            .flatten()
    }

    /// A key encrypts in its own Region only, where some of these may not be.
    pub(super) fn key_is_there(
        &mut self,
        settings: &Settings,
        main: Option<&Region>,
        push_to: &[Destination],
    ) {
        let encryption = settings.encryption.as_ref();
        let Some((key, of_key)) =
            encryption.and_then(|it| Some((it.key.as_deref()?, it.key_region()?)))
        else {
            return;
        };
        let regions = push_to.iter().filter_map(Destination::region);
        let elsewhere = main.into_iter().chain(regions);
        let elsewhere: BTreeSet<&str> = elsewhere.map(Region::as_str).collect();
        for region in elsewhere.into_iter().filter(|it| *it != of_key) {
            let message = format!("the key is of `{of_key}`, and encrypts nothing in `{region}`");
            self.fault(
                Fault::whole(KEY, key, message)
                    .help("give a key of that Region, or an alias that each Region has"),
            );
        }
    }

    fn resource_tags(&mut self, inputs: &Inputs) -> ResourceTags {
        const INPUT: &str = "repository-tags";
        let mut tags = ResourceTags::default();
        for line in by_line(&inputs.repository_tags) {
            let Some((key, value)) = line.split_once('=') else {
                self.fault(
                    Fault::whole(INPUT, &line, "a tag has no value").help("write `key=value`"),
                );
                continue;
            };
            if let Err(error) = tags.add(key.trim(), value.trim()) {
                self.fault(Fault::setting(INPUT, &line, error));
            }
        }
        tags
    }
}
