//! A policy that is checked, under the settings of its project.

use super::super::file::{self, PolicyFile};
use crate::exit::Failure;
use crate::project::Project;
use ecrane_core::diagnostic::has_errors;
use ecrane_core::lifecycle::image::{Images, Moment};
use ecrane_core::lifecycle::settings::{Allowance, Judged};
use ecrane_core::lifecycle::{self, Dialect};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A policy with what its project leaves of the findings.
pub(super) struct Subject {
    pub(super) policy: PolicyFile,
    /// None for standard input.
    pub(super) path: Option<PathBuf>,
    /// How many findings the project allows.
    pub(super) allowed: usize,
    /// How many findings its baseline knows.
    pub(super) known: usize,
    /// What the project allows and is not there.
    pub(super) unused: Vec<Allowance>,
    project: Project,
    repository: Option<Rc<Repository>>,
}

/// The images that a policy is checked on, and the time for it.
pub(super) struct Repository {
    pub(super) images: Images,
    pub(super) now: Moment,
}

impl Subject {
    /// Reads a policy and judges it, on the images of a repository if there are
    /// any.
    pub(super) fn read(
        path: &Path,
        dialect: Option<Dialect>,
        repository: Option<Rc<Repository>>,
    ) -> Result<Self, Failure> {
        let policy = file::policy(path, dialect);
        let path = (!file::is_stdin(path)).then(|| path.to_owned());
        let subject = Self {
            policy,
            project: Project::of(path.as_deref())?.with_baseline()?,
            path,
            allowed: 0,
            known: 0,
            unused: Vec::new(),
            repository,
        };
        Ok(subject.judged())
    }

    /// The same policy with another text, in the same dialect.
    pub(super) fn with_text(mut self, text: String) -> Self {
        let checked = lifecycle::read(&text, self.policy.dialect());
        self.policy.text.text = text;
        self.policy.checked = Some(checked);
        self.judged()
    }

    /// Whether ECR takes the policy and its project has nothing against it.
    pub(super) fn is_valid(&self) -> bool {
        self.policy.is_valid() && !has_errors(&self.policy.text.diagnostics)
    }

    fn judged(mut self) -> Self {
        if let Some(checked) = &self.policy.checked {
            let mut checked = checked.clone().with_lints();
            if let Some(repository) = &self.repository {
                checked = checked.with_image_lints(&repository.images, repository.now);
            }
            let Judged {
                diagnostics,
                allowed,
                known,
                unused,
            } = self.project.judge(self.path.as_deref(), &checked);
            self.policy.text.diagnostics = diagnostics;
            self.allowed = allowed;
            self.known = known;
            self.unused = unused;
        }
        self
    }
}
