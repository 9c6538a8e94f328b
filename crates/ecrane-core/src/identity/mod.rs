//! Whose calls are made: the role that is taken, how long for, and what a token
//! says of the job that wants it.

mod claims;
mod denial;
mod length;

pub use claims::Claims;
pub use denial::{Denial, explain};
pub use length::{LengthError, SessionLength};

use crate::name::{ExternalId, RoleArn, SessionName};

/// A role that is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Which.
    pub arn: RoleArn,
    /// How its sessions are called in the logs of AWS.
    pub session: SessionName,
    /// How long a session is.
    pub length: SessionLength,
    /// What its owner wants to hear from those who take it by other credentials.
    pub external_id: Option<ExternalId>,
}
