//! Whose policy stands in a repository: a fingerprint to recognise it by.

use super::{Policy, check, same_meaning};
use crate::name::Digest;
use sha2::{Digest as _, Sha256};

impl Policy {
    /// Whether a stored policy's text means the same. A text that cannot be
    /// read means something else.
    pub fn means_the_same_as(&self, text: &str) -> bool {
        check(text)
            .policy
            .is_some_and(|stored| same_meaning(self, &stored))
    }

    /// The hash of the policy as ecrane puts it, 64 hex digits: what a
    /// repository's resource tag keeps of the policy that ecrane put.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.to_json());
        Digest::from_sha256(&hash.into()).hex().to_owned()
    }

    /// The fingerprint of a stored text; none if it is not a policy.
    pub fn fingerprint_of(text: &str) -> Option<String> {
        check(text).policy.map(|policy| policy.fingerprint())
    }
}
