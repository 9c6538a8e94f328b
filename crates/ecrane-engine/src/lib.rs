//! Does what `ecrane-core` decided: the AWS API, OCI registries, builders, and
//! GitHub.
//!
//! Nothing here decides. It asks, it acts, and it says what came of it.

pub mod archive;
pub mod aws;
pub mod builder;
mod content;
pub mod github;
pub mod layout;
pub mod network;
pub mod push;
pub mod registry;
