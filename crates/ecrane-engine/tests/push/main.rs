//! Pushes to a real registry that is not ours, over a real connection.

mod image;
mod plain;
mod registry;
mod saved;
