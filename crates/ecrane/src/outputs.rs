//! What a run hands over: the step's outputs and summary, or JSON.

use crate::exit::Failure;
use crate::files::{self, Files};
use crate::runner::StepFiles;
use crate::show::{self, Log};
use crate::story::Story;
use crate::up::{Made, Placed, Report};
use ecrane_core::report::summary;
use serde_json::{Map, Value, json};

/// An output by the name that action.yml declares.
type Output = (&'static str, String);

/// The step's outputs. Of a run that failed they are what it found out.
fn outputs(story: &Story<'_>) -> Vec<Output> {
    let mut outputs = match &story.result {
        Ok(report) => of_report(report),
        Err(_) => Vec::new(),
    };
    if story.result.is_err() {
        if let Some(wanted) = &story.seen.wanted {
            outputs.push(("repository", wanted.repository.to_string()));
        }
        outputs.push(("changed", (!story.seen.done.is_empty()).to_string()));
    }
    let expiring = story.expiring().map(|count| count.to_string());
    outputs.push(("expiring", expiring.unwrap_or_default()));
    outputs
}

fn of_report(report: &Report) -> Vec<Output> {
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
pub(crate) fn hand_over(story: &Story<'_>, step: &StepFiles, log: Log) -> Result<(), Failure> {
    let files = files::write(story).unwrap_or_else(|error| {
        // Who reads them finds none; the run did its work all the same.
        log.warning(&format!("the report cannot be written as a file: {error}"));
        Files::default()
    });
    let outputs = [outputs(story), files.outputs()].concat();
    let written = step
        .set_outputs(&outputs)
        .and_then(|()| step.add_summary(&story.tell(summary)));
    if let Err(error) = written {
        let pushed = story.result.ok().and_then(|report| report.placed.first());
        let digest = pushed
            .map(|placed| format!("; the image is pushed: {}", placed.references.digested))
            .unwrap_or_default();
        return Err(Failure::refused(format!(
            "the outputs cannot be written: {error}{digest}"
        )));
    }
    if !step.has_output() && story.result.is_ok() {
        show::data(&json(story))?;
    }
    Ok(())
}

/// The run as JSON: the rows, and the outputs by their names; of a run that
/// failed, the reason and what it found out.
pub(crate) fn json(story: &Story<'_>) -> String {
    let outputs = outputs(story).into_iter();
    let outputs = outputs.map(|(name, value)| (name.to_owned(), value.into()));
    let mut value = json!({
        "resources": story.rows(),
        "outputs": outputs.collect::<Map<String, Value>>(),
        "costs": story.seen.costs,
        "seconds": story.took.as_secs_f64(),
    });
    let put = story.put_report().filter(|report| !report.puts.is_empty());
    let more = [
        ("lifecycle", story.fate().map(|fate| json!(fate))),
        ("report", put.map(|report| json!(report))),
        ("repositoryPolicyBefore", access_before(story)),
        ("error", story.error()),
    ];
    if let Some(object) = value.as_object_mut() {
        let more = more.into_iter();
        object.extend(more.filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    format!("{value:#}")
}

/// The repository policies that a run replaces, or would: nothing else keeps them.
fn access_before(story: &Story<'_>) -> Option<Value> {
    let before = &story.seen.access_before;
    let entry = |(registry, policy): &(Option<String>, String)| json!({ "registry": registry, "policy": policy });
    (!before.is_empty()).then(|| before.iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::up::Seen;
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
        let (report, seen) = (report(), Seen::nothing());
        let mut written = outputs(&Story::new(Ok(&report), &seen, Duration::ZERO));
        written.extend(Files::default().outputs());
        let mut written: Vec<&str> = written.iter().map(|(name, _)| *name).collect();
        declared.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, declared);
    }

    #[test]
    fn an_output_is_what_the_next_step_needs() {
        let (report, seen) = (report(), Seen::nothing());
        let outputs = outputs(&Story::new(Ok(&report), &seen, Duration::ZERO));
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
