//! The input `repository-policy`: a file or a text.

use super::read::Reader;
use super::{Fault, document};
use crate::inputs::Inputs;
use ecrane_core::diagnostic::has_errors;
use ecrane_core::repository::AccessPolicy;

const INPUT: &str = "repository-policy";

impl Reader {
    pub(super) fn access(&mut self, inputs: &Inputs) -> Option<AccessPolicy> {
        let given = inputs.repository_policy.as_ref()?;
        let help = "give a path, or a policy's JSON";
        let (origin, text) = self.keep(document::read(INPUT, given, help))?;
        let read = AccessPolicy::read(&text);
        if !read.diagnostics.is_empty() {
            let is_faulty = has_errors(&read.diagnostics);
            let found = Fault {
                origin,
                text,
                diagnostics: read.diagnostics,
            };
            match is_faulty {
                true => self.fault(found),
                false => {
                    self.policy_warnings += found.len();
                    self.warn(found);
                }
            }
        }
        read.policy
    }
}
