//! Long lists in parts.
//!
//! The token of the next part is the last name of this one, dressed so that
//! nobody reads a meaning into it; a list that changes in between neither
//! repeats nor skips what stays.

use super::error::ApiError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

const DEFAULT: i64 = 100;

/// The paging parameters that all listing operations share.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageParameters {
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// Which part of a list is asked for.
pub(super) struct Page {
    /// The name after which it begins; empty for the first part.
    pub(super) after: String,
    /// How many entries it has at most.
    pub(super) limit: usize,
}

impl PageParameters {
    /// Whether the request pages, or leaves it all open.
    pub(super) fn is_given(&self) -> bool {
        self.max_results.is_some() || self.next_token.is_some()
    }

    /// The part that is asked for, of the usual length where none is given.
    pub(super) fn page(self) -> Result<Page, ApiError> {
        self.page_of(DEFAULT)
    }

    /// As [`Self::page`], for an operation with a usual length of its own.
    pub(super) fn page_of(self, usual: i64) -> Result<Page, ApiError> {
        let limit = self.max_results.unwrap_or(usual);
        let after = match self.next_token {
            Some(token) => URL_SAFE_NO_PAD
                .decode(token)
                .ok()
                .and_then(|name| String::from_utf8(name).ok())
                .ok_or_else(|| {
                    ApiError::parameter("nextToken", "must be a token of this service")
                })?,
            None => String::new(),
        };
        Ok(Page {
            after,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        })
    }
}

impl Page {
    /// Cuts a list that was read one entry too long; gives the next part's token.
    pub(super) fn cut<T>(
        &self,
        entries: &mut Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> Option<String> {
        if entries.len() <= self.limit {
            return None;
        }
        entries.truncate(self.limit);
        entries
            .last()
            .map(|last| URL_SAFE_NO_PAD.encode(name(last)))
    }
}
