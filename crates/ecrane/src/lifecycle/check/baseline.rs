//! `--write-baseline`: what is found now is not to be told again.

use super::super::file;
use crate::exit::Failure;
use crate::project::Project;
use crate::show::Log;
use ecrane_core::lifecycle::Dialect;
use ecrane_core::lifecycle::settings::Baseline;
use std::path::{Path, PathBuf};

/// Writes the lints in these files to the baselines of their projects. What a
/// baseline knew of other files stays.
pub(super) fn write(files: &[PathBuf], dialect: Option<Dialect>, log: Log) -> Result<(), Failure> {
    for path in files {
        if file::is_stdin(path) {
            return Err(Failure::faulty(
                "a baseline knows findings by their file: give files, not standard input",
            ));
        }
        let project = Project::of(Some(path))?;
        let Some(place) = &project.baseline else {
            return Err(Failure::faulty(format!(
                "no baseline is named for {}: in `ecrane.toml` write `baseline = \"lifecycle-baseline.json\"` under `[lifecycle]`",
                path.display()
            )));
        };
        let Some(checked) = file::policy(path, dialect).checked else {
            continue;
        };
        let mut baseline = present(place)?;
        let found = project.judge(Some(path), &checked.with_lints()).diagnostics;
        baseline.learn(&project.name_of(path), &found);
        let name = place.display();
        std::fs::write(place, baseline.to_json() + "\n")
            .map_err(|error| Failure::refused(format!("{name} cannot be written: {error}")))?;
        log.line(&format!("{name} knows the findings in {}", path.display()));
    }
    Ok(())
}

/// What the baseline knows so far. What cannot be read is written anew only by
/// who removes it first.
fn present(place: &Path) -> Result<Baseline, Failure> {
    let name = place.display();
    let text = match std::fs::read_to_string(place) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Baseline::default());
        }
        Err(error) => return Err(Failure::faulty(format!("{name}: {error}"))),
    };
    Baseline::from_json(&text).map_err(|error| Failure::faulty(format!("{name}: {error}")))
}
