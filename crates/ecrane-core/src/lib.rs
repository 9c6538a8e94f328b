//! Every decision of ecrane, as data in and data out.
//!
//! Nothing here reads a file, a clock, a socket or the environment: what a
//! decision needs is an argument, so the command line, the action, the local
//! ECR and the page decide alike, and a test needs no mock.

pub mod auth;
pub mod build;
pub mod diagnostic;
pub mod docker_config;
pub mod identity;
pub mod lifecycle;
pub mod manifest;
pub mod name;
pub mod push;
pub mod refusal;
pub mod report;
pub mod repository;
mod sorting;
mod spelling;
pub mod tags;
