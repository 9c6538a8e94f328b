//! What a run hands over: the step's outputs and summary, or JSON.

use crate::exit::Failure;
use crate::runner::StepFiles;
use crate::up::{Placed, Report};
use ecrane_core::report::{changed, summary};
use serde_json::json;

/// The step's outputs, by the names that action.yml declares.
pub const NAMES: &[&str] = &[
    "registry",
    "repository",
    "repository-uri",
    "image",
    "image-uri",
    "imageid",
    "digest",
    "tags",
    "metadata",
    "changed",
];

fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let mut outputs = vec![
        ("repository", report.repository.to_string()),
        ("changed", changed(&report.rows).to_string()),
    ];
    if let Some(placed) = &report.image {
        outputs.extend(image_outputs(placed));
    }
    outputs
}

fn image_outputs(placed: &Placed) -> Vec<(&'static str, String)> {
    let tags: Vec<String> = placed
        .references
        .tagged
        .iter()
        .map(ToString::to_string)
        .collect();
    let digest = placed.result.digest.to_string();
    let metadata = json!({
        "containerimage.digest": digest,
        "containerimage.config.digest": placed.id,
        "image.name": tags.join(","),
    });
    vec![
        ("registry", placed.registry.to_string()),
        ("repository-uri", placed.uri.clone()),
        ("image", tags.first().cloned().unwrap_or_default()),
        ("image-uri", placed.references.digested.to_string()),
        (
            "imageid",
            placed
                .id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
        ("digest", digest),
        ("tags", tags.join("\n")),
        ("metadata", metadata.to_string()),
    ]
}

/// Writes the step's outputs and summary.
pub fn hand_over(report: &Report, files: &StepFiles) -> Result<(), Failure> {
    let markdown = summary(
        &report.rows,
        report
            .image
            .as_ref()
            .map(|placed| (&placed.result, &placed.references)),
    );
    let written = files
        .set_outputs(&outputs(report))
        .and_then(|()| files.add_summary(&markdown));
    if let Err(error) = written {
        let digest = report
            .image
            .as_ref()
            .map(|placed| format!("; the image is pushed: {}", placed.references.digested))
            .unwrap_or_default();
        return Err(Failure::refused(format!(
            "the outputs cannot be written: {error}{digest}"
        )));
    }
    if !files.has_output() {
        anstream::println!("{}", json(report));
    }
    Ok(())
}

/// The result as JSON: the rows, and the outputs by their names.
pub fn json(report: &Report) -> String {
    let outputs: serde_json::Map<String, serde_json::Value> = outputs(report)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let value = json!({
        "resources": report.rows,
        "outputs": outputs,
        "seconds": report.took.as_secs_f64(),
    });
    format!("{value:#}")
}
