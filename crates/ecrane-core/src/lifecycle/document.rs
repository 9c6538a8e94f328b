//! A policy as the JSON that PutLifecyclePolicy takes.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::rule::{Action, Policy, Rule, Selection, StorageClass, TagList, TagSelection};

impl Policy {
    /// The shortest JSON with this meaning: no nulls, no defaults, properties
    /// in the order of AWS's documentation.
    pub fn to_json(&self) -> String {
        // Only a map with keys that are no strings can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut policy = serializer.serialize_struct("Policy", 1)?;
        policy.serialize_field("rules", self.rules())?;
        policy.end()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rule = serializer.serialize_struct("Rule", 4)?;
        rule.serialize_field("rulePriority", &self.priority.get())?;
        if let Some(description) = &self.description {
            rule.serialize_field("description", description)?;
        }
        rule.serialize_field("selection", &self.selection)?;
        rule.serialize_field("action", &self.action)?;
        rule.end()
    }
}

impl Serialize for Selection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut selection = serializer.serialize_struct("Selection", 6)?;
        selection.serialize_field("tagStatus", self.tags.status().as_str())?;
        if let TagSelection::Tagged(list) = &self.tags {
            let name = match list {
                TagList::Patterns(_) => "tagPatternList",
                TagList::Prefixes(_) => "tagPrefixList",
            };
            selection.serialize_field(name, &list.entries())?;
        }
        if self.count_type.storage_class() == StorageClass::Archive {
            selection.serialize_field("storageClass", StorageClass::Archive.as_str())?;
        }
        selection.serialize_field("countType", self.count_type.as_str())?;
        if let Some(unit) = self.count_type.count_unit() {
            selection.serialize_field("countUnit", unit.as_str())?;
        }
        selection.serialize_field("countNumber", &self.count_number)?;
        selection.end()
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut action = serializer.serialize_struct("Action", 2)?;
        action.serialize_field("type", self.as_str())?;
        if let Some(target) = self.target_storage_class() {
            action.serialize_field("targetStorageClass", target.as_str())?;
        }
        action.end()
    }
}

impl TagList {
    /// The entries as written, in the order of the document.
    pub fn entries(&self) -> Vec<&str> {
        match self {
            Self::Patterns(patterns) => patterns.iter().map(|entry| entry.as_str()).collect(),
            Self::Prefixes(prefixes) => prefixes.iter().map(|entry| entry.as_str()).collect(),
        }
    }
}
