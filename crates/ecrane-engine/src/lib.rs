//! Does what `ecrane-core` decided: talks to AWS and to OCI registries, runs
//! builders, reads and writes images on disk.

mod content;
pub mod layout;
pub mod push;
pub mod registry;
