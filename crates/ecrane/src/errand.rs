//! Runs that are not the main job, and take something away or put it back: what
//! they show, and what they hand over.

use crate::exit::{Exit, Failure};
use crate::show::{self, Log};
use ecrane_core::report::{Row, resources};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What such a run has found out so far.
#[derive(Debug, Default)]
pub(crate) struct Errand {
    /// What is done, or would be.
    rows: Vec<Row>,
    /// Whether it was done.
    is_done: bool,
    /// What else a program is told.
    details: Map<String, Value>,
}

impl Errand {
    /// Shows what is to be done.
    pub(crate) fn plan(&mut self, rows: Vec<Row>, log: Log) {
        log.heading("Plan");
        log.rows(&rows);
        log.line("");
        self.rows = rows;
    }

    /// Notes something for programs.
    pub(crate) fn note(&mut self, name: &str, value: impl Serialize) {
        self.details.insert(name.to_owned(), json!(value));
    }

    /// All of it is done.
    pub(crate) fn done(&mut self, log: Log) {
        self.is_done = true;
        log.line(&format!("Resources: {}", resources(&self.rows)));
    }

    /// Whether anything is another than before.
    pub(crate) fn changed(&self) -> bool {
        self.is_done && ecrane_core::report::changed(&self.rows)
    }

    /// The run as JSON, and if it failed, why.
    fn json(&self, failure: Option<&Failure>) -> Value {
        let mut value = json!({
            "resources": self.rows,
            "changed": self.changed(),
        });
        if let Some(object) = value.as_object_mut() {
            object.extend(self.details.clone());
            if let Some(failure) = failure {
                let error = json!({
                    "exit": failure.exit().code(),
                    "message": failure.message(),
                });
                object.insert("error".to_owned(), error);
            }
        }
        value
    }

    /// Hands over to a program, however the run ended.
    pub(crate) fn to_program(&self, result: Result<(), Failure>) -> Result<Exit, Failure> {
        let told = show::data(&format!("{:#}", self.json(result.as_ref().err())));
        result.and(told).map(|()| Exit::Done)
    }
}
