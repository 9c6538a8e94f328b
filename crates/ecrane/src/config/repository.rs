//! The inputs that say how the repository is to be.

use super::Fault;
use super::list::{by_comma_and_line, by_line};
use super::read::Reader;
use crate::inputs::Inputs;
use ecrane_core::repository::{Encryption, MutabilitySetting, ResourceTags, ScanOnPush, TagFilter};

const MUTABILITY: &str = "image-tag-mutability";
const EXCEPT: &str = "image-tag-mutability-exclusion-filters";
const ENCRYPTION: &str = "encryption-type";
const KEY: &str = "kms-key";

impl Reader {
    pub(super) fn mutability(&mut self, inputs: &Inputs) -> Option<MutabilitySetting> {
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

    pub(super) fn scan_on_push(&mut self, inputs: &Inputs) -> Option<ScanOnPush> {
        self.boolean("scan-on-push", inputs.scan_on_push.as_deref())
            .map(ScanOnPush::from)
    }

    pub(super) fn encryption(&mut self, inputs: &Inputs) -> Option<Encryption> {
        let kind = inputs.encryption_type.as_deref().and_then(|text| {
            let parsed = text.parse();
            self.keep(parsed.map_err(|error| Fault::setting(ENCRYPTION, text, error)))
        });
        let key = inputs.kms_key.as_deref();
        let encryption = Encryption::new(kind, key);
        self.keep(encryption.map_err(|error| Fault::setting(KEY, key.unwrap_or_default(), error)))
            .flatten()
    }

    pub(super) fn resource_tags(&mut self, inputs: &Inputs) -> ResourceTags {
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
