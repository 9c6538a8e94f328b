//! What a run hands over: the step's outputs and summary, or JSON.

use crate::config::Fault;
use crate::exit::Failure;
use crate::runner::StepFiles;
use crate::show;
use crate::up::{Made, Placed, Report};
use ecrane_core::diagnostic::Colour;
use ecrane_core::report::summary;
use serde_json::json;

/// The step's outputs, by the names that action.yml declares.
fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let mut outputs = vec![
        ("repository", report.repository.to_string()),
        ("changed", report.changed().to_string()),
    ];
    if let Some(made) = &report.made {
        let id = made.id.as_ref().map(ToString::to_string);
        outputs.push(("digest", made.digest.to_string()));
        outputs.push(("imageid", id.unwrap_or_default()));
    }
    if let (Some(made), Some(main)) = (&report.made, report.placed.first()) {
        outputs.extend(placed_outputs(report, made, main));
    }
    outputs
}

/// Of the main registry, and the tags of all.
fn placed_outputs(report: &Report, made: &Made, main: &Placed) -> Vec<(&'static str, String)> {
    let (tags, held) = (report.tagged(), report.held());
    let by_digest = main.references.digested.to_string();
    let image = main.references.tagged.first();
    let image = image.map_or_else(|| by_digest.clone(), ToString::to_string);
    let metadata = json!({
        "containerimage.digest": made.digest,
        "containerimage.config.digest": made.id,
        "image.name": tags.join(","),
    });
    vec![
        ("registry", main.registry.to_string()),
        ("repository-uri", main.uri.clone()),
        ("image", image),
        ("image-uri", by_digest),
        ("tags", tags.join("\n")),
        ("held-tags", held.join("\n")),
        ("metadata", metadata.to_string()),
    ]
}

/// Writes the step's outputs and summary.
pub(crate) fn hand_over(report: &Report, files: &StepFiles) -> Result<(), Failure> {
    let placed = report.placed.iter();
    let placed: Vec<_> = placed.map(|it| (&it.result, &it.references)).collect();
    let markdown = summary(&report.rows, &placed);
    let written = files
        .set_outputs(&outputs(report))
        .and_then(|()| files.add_summary(&markdown));
    if let Err(error) = written {
        let digest = report
            .placed
            .first()
            .map(|placed| format!("; the image is pushed: {}", placed.references.digested))
            .unwrap_or_default();
        return Err(Failure::refused(format!(
            "the outputs cannot be written: {error}{digest}"
        )));
    }
    if !files.has_output() {
        show::data(&json(report))?;
    }
    Ok(())
}

/// Says in the summary why the run ended.
pub(crate) fn say_failure(failure: &Failure, files: &StepFiles) -> Result<(), Failure> {
    let text = match failure {
        Failure::Because(_, message) => message.clone(),
        Failure::Inputs(faults) => {
            let render = |fault: &Fault| fault.render(Colour::Off);
            faults.iter().map(render).collect::<Vec<_>>().join("\n\n")
        }
    };
    // Indented, not fenced: no text can end the block.
    let block: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    files
        .add_summary(&format!("### ecrane: failed\n\n{}\n", block.join("\n")))
        .map_err(Failure::refused)
}

/// The result as JSON: the rows, and the outputs by their names.
pub(crate) fn json(report: &Report) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ecrane_core::name::{Digest, Reference};
    use ecrane_core::report::ImageResult;
    use ecrane_core::repository::PlacedImage;
    use std::time::Duration;

    fn report() -> Report {
        let digest: Digest = format!("sha256:{}", "0f".repeat(32)).parse().unwrap();
        let reference = |text: &str| text.parse::<Reference>().unwrap();
        Report {
            rows: vec![],
            repository: "team/app".parse().unwrap(),
            took: Duration::ZERO,
            made: Some(Made {
                digest: digest.clone(),
                id: Some(digest.clone()),
            }),
            placed: vec![Placed {
                registry: "127.0.0.1:5100".parse().unwrap(),
                uri: "127.0.0.1:5100/team/app".into(),
                references: PlacedImage {
                    tagged: vec![
                        reference("127.0.0.1:5100/team/app:v1"),
                        reference("127.0.0.1:5100/team/app:latest"),
                    ],
                    held: Vec::new(),
                    digested: reference(&format!("127.0.0.1:5100/team/app@{digest}")),
                },
                result: ImageResult {
                    digest,
                    size: 1,
                    tags: vec![],
                },
            }],
        }
    }

    #[test]
    fn the_outputs_are_those_that_the_action_declares() {
        let declared = include_str!("../../../action.yml")
            .lines()
            .skip_while(|line| *line != "outputs:")
            .skip(1)
            .take_while(|line| line.is_empty() || line.starts_with("  "))
            .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
            .filter(|key| !key.starts_with(' '));
        let mut declared: Vec<&str> = declared.collect();
        let report = report();
        let mut written: Vec<&str> = outputs(&report).iter().map(|(name, _)| *name).collect();
        declared.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, declared);
    }

    #[test]
    fn an_output_is_what_the_next_step_needs() {
        let report = report();
        let outputs = outputs(&report);
        let output = |wanted: &str| {
            let found = outputs.iter().find(|(name, _)| *name == wanted);
            found.unwrap().1.as_str()
        };
        assert_eq!(output("image"), "127.0.0.1:5100/team/app:v1");
        assert_eq!(
            output("tags"),
            "127.0.0.1:5100/team/app:v1\n127.0.0.1:5100/team/app:latest"
        );
        assert!(output("image-uri").starts_with("127.0.0.1:5100/team/app@sha256:0f"));
        assert_eq!(output("changed"), "false");
    }
}
