//! What is accepted as it stands, and hardly meant so.

use super::Fault;
use super::list::{by_line, empty_entries, records};
use super::read::{Lookup, Reader};
use crate::inputs::{Hidden, Inputs};
use crate::scrub;
use ecrane_core::build::{BuildSpec, Platform};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

impl Reader {
    /// Of a build.
    pub(super) fn remarks_on_build(
        &mut self,
        inputs: &Inputs,
        spec: &BuildSpec,
        variable: Lookup<'_>,
    ) {
        self.remark_empty("platforms", &inputs.platforms);
        self.remark_other_names(&inputs.platforms);
        let unset = spec.build_args.iter().filter(|arg| arg.value.is_none());
        for arg in unset.filter(|arg| variable(&arg.name).is_none()) {
            let message = "it has no value, and there is no such variable in the environment";
            self.warn(Fault::whole("build-args", &arg.name, message));
        }
        let arguments = spec.build_args.iter().map(|it| it.name.as_str());
        self.remark_twice("build-args", arguments);
        let labels = spec.labels.iter().map(|it| it.key.as_str());
        self.remark_twice("labels", labels);
        let created = spec.labels.iter().filter(|it| it.key == CREATED);
        for label in created {
            if OffsetDateTime::parse(&label.value, &Rfc3339).is_err() {
                let message = format!("`{CREATED}` is a time, such as 2026-01-31T12:00:00Z");
                self.warn(Fault::whole("labels", &label.value, message));
            }
        }
        self.remark_secrets(inputs, variable);
    }

    /// Of a repository, and of what its image is called.
    pub(super) fn remarks_on_repository(&mut self, inputs: &Inputs) {
        let name = inputs.repository.as_deref().unwrap_or_default();
        if name.starts_with("aws/") {
            let message = "names that begin with `aws/` are AWS's own: ECR may refuse it";
            self.warn(Fault::whole("repository", name, message));
        }
        self.remark_empty("tags", &inputs.tags);
        let lines = by_line(&inputs.repository_tags);
        let keys = lines.iter().filter_map(|line| line.split_once('='));
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (key, _) in keys {
            let key = key.trim();
            let other = seen.insert(key.to_lowercase(), key);
            if let Some(other) = other.filter(|other| *other != key) {
                let message = format!("upper and lower case count: `{other}` is another tag");
                self.warn(Fault::whole("repository-tags", key, message));
            }
        }
    }

    fn remark_empty(&mut self, input: &str, texts: &[String]) {
        for line in empty_entries(texts) {
            self.warn(Fault::whole(input, line, "an empty entry is left out"));
        }
    }

    fn remark_other_names(&mut self, texts: &[String]) {
        for text in super::list::by_comma_and_line(texts) {
            let usual = text.parse::<Platform>().map(|it| it.to_string());
            if let Ok(usual) = usual
                && usual != text.to_lowercase()
            {
                let message = format!("this is taken for `{usual}`");
                self.warn(Fault::whole("platforms", &text, message));
            }
        }
    }

    fn remark_twice<'n>(&mut self, input: &str, names: impl Iterator<Item = &'n str>) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.for_each(|name| *counts.entry(name).or_default() += 1);
        for (name, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
            let message = "this is given more than once; the last one counts";
            self.warn(Fault::whole(input, name, message));
        }
    }

    fn remark_secrets(&mut self, inputs: &Inputs, variable: Lookup<'_>) {
        let given = inputs.secrets.as_ref().map_or("", Hidden::expose);
        for record in records(given) {
            let Some((id, value)) = record.split_once('=') else {
                continue;
            };
            if !value.is_empty() && value.trim().len() < scrub::SHORTEST {
                let message = "its value is too short to be kept out of the builder's output";
                self.warn(Fault::whole("secrets", id, message));
            }
        }
        let folder = |name| {
            variable(name)
                .filter(|it| !it.is_empty())
                .map(PathBuf::from)
        };
        let Some(workspace) = folder("GITHUB_WORKSPACE") else {
            return;
        };
        let usual = [Some(workspace), folder("RUNNER_TEMP")];
        for line in by_line(&inputs.secret_files) {
            let Some((id, path)) = line.split_once('=') else {
                continue;
            };
            let path = real(Path::new(path));
            let mut usual = usual.iter().flatten();
            if !usual.any(|folder| path.starts_with(real(folder))) {
                let message = "its file is neither in the workspace nor in the runner's folder for temporary files";
                self.warn(Fault::whole("secret-files", id, message));
            }
        }
    }
}

/// Where a path leads, past links and `..`.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// When an image was made.
///
/// Source: OCI image specification 1.1, "Pre-Defined Annotation Keys".
const CREATED: &str = "org.opencontainers.image.created";
