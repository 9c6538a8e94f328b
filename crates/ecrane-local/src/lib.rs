//! A local Amazon ECR: the AWS API and the OCI registry on one loopback port.
//!
//! What is sent is checked as ECR checks it and refused in ECR's words, with
//! one exception: the signature of an AWS request is not verified. Its
//! credential scope names the Region, any access key is welcome, every account
//! that a request names is there, and every role can be assumed.

pub mod admin;
mod api;
mod blob_files;
mod clock;
mod connections;
mod ecr;
mod identity;
pub mod instance;
mod lifecycle;
mod orphans;
mod push;
mod refusal;
mod registry;
mod request_log;
pub mod seed;
mod server;
mod store;
mod sts;
mod tls;
mod token;
mod uploads;

pub use lifecycle::{Schedule, UnknownSchedule};
pub use server::{Options, ServeError, Server, StartError, bind};
pub use tls::{Tls, TlsFault};
