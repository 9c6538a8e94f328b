//! What a text has for the second time.

use std::collections::HashMap;

use crate::diagnostic::Span;

/// Where names were first, and the rule that they are of. One type for all names,
/// because a page loads the code of each.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, (usize, Span)>);

impl Seen {
    /// Where the name was before; none if it is new, and is remembered now.
    pub(super) fn before(
        &mut self,
        name: String,
        rule: usize,
        place: Span,
    ) -> Option<(usize, Span)> {
        let known = self.0.get(&name).copied();
        if known.is_none() {
            self.0.insert(name, (rule, place));
        }
        known
    }
}
