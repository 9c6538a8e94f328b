//! What the operations of the service take, and how an input is checked.

mod inputs;
mod shape;
mod shapes;

use super::error::ApiError;
use inputs::INPUTS;
use serde_json::Value;
use shape::{Shape, check_input};

/// The input of one operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input(&'static Shape);

impl Input {
    /// Refuses what the service refuses before it looks at anything else.
    pub(super) fn check(self, value: &Value) -> Result<(), ApiError> {
        check_input(self.0, value)
    }
}

/// The input of the operation, if the service has one of that name.
pub(super) fn input(operation: &str) -> Option<Input> {
    let (_, input) = INPUTS.iter().find(|(name, _)| *name == operation)?;
    Some(Input(input))
}
