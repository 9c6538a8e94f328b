//! S7: what the page takes from a keystroke to the verdicts, by its own timer, in Chromium.

use std::process::{Command, Stdio};

use super::table::{Row, Taken, Target};
use crate::command::{self, Failure};
use crate::need::{Consent, Need, require};
use crate::packages::{CHROMIUM, NODE};
use crate::web;
use crate::workspace::Workspace;

const NEEDS: &[Need] = &[
    Need::Packages(&[CHROMIUM, NODE]),
    Need::NodePackages(web::TEST_PACKAGES),
];

/// What is measured, in the order in which the scenario tells it, with what is wanted in ms.
const FIGURES: [(&str, Option<f64>); 5] = [
    ("a keystroke, 10,000 images × 50 rules", Some(16.0)),
    ("  all rules anew", Some(16.0)),
    ("a keystroke, 100,000 images × 50 rules", Some(16.0)),
    ("  all rules anew", Some(50.0)),
    ("the longest that typing waited", None),
];

/// The rows, if this machine has a browser.
pub(super) fn rows(workspace: &Workspace) -> Result<Vec<Row>, Failure> {
    if let Err(missing) = require(workspace, NEEDS, Consent::NameOnly) {
        println!("bench: S7 is left out: {missing}");
        return Ok(Vec::new());
    }
    let mut scenario = Command::new("node");
    scenario
        .arg(workspace.root.join("tests/page/run.mjs"))
        .arg("keystrokes")
        .arg(workspace.web())
        .stdin(Stdio::null());
    let printed = command::read(&mut scenario)?;
    let figures = printed.trim_matches(['[', ']']).split(',');
    let walls: Result<Vec<f64>, _> = figures.map(str::parse).collect();
    let walls = walls.map_err(|_| Failure::new(format!("no figures: `{printed}`")))?;
    let rows = walls.into_iter().zip(FIGURES);
    Ok(rows
        .map(|(wall, (what, target))| Row {
            id: "S7",
            what: what.to_owned(),
            taken: Taken {
                wall,
                // The timer of a page tells of the clock alone.
                processor: wall,
                peak: None,
            },
            target: target.map(|wall| Target { wall, peak: None }),
        })
        .collect())
}
