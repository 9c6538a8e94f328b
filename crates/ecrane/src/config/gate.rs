//! The inputs that say what a change of policy may cost, and how far it goes.

use super::read::Reader;
use super::{Counterpart, Fault};
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use ecrane_core::lifecycle::gate::{MaxRemove, NoLimit};
use ecrane_core::repository::{Adoption, Placement};

/// What must be so before a policy is put in a repository that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gate {
    /// How many images it may cost.
    pub max_remove: MaxRemove,
    /// Who is asked which images go.
    pub preview: Preview,
    /// What in the policy itself ends the run.
    pub fail_on: FailOn,
    /// Warnings that were found in the policy.
    pub warnings: usize,
}

impl Gate {
    /// For a policy that was judged before. What is not said is as in a run.
    pub(crate) fn of_options(
        max_remove: Option<MaxRemove>,
        preview: Option<Preview>,
        counterpart: Counterpart,
    ) -> Self {
        let usual = Preview::usual(counterpart);
        Self {
            max_remove: max_remove.unwrap_or_default(),
            preview: preview.unwrap_or(usual),
            fail_on: FailOn::Error,
            warnings: 0,
        }
    }

    /// Lets a policy pass whose findings are none that end the run.
    ///
    /// # Errors
    /// With [`Exit::Gate`]: nothing was called yet.
    pub(crate) fn findings(&self) -> Result<(), Failure> {
        let found = match (self.fail_on, self.warnings) {
            (FailOn::Error, _) | (FailOn::Warning, 0) => return Ok(()),
            (FailOn::Warning, 1) => "a warning".to_owned(),
            (FailOn::Warning, n) => format!("{n} warnings"),
        };
        Err(Failure::Because(
            Exit::Gate,
            format!("the policy has {found}, and `{FAIL_ON}` is `warning`; nothing was called"),
        ))
    }
}

/// Which findings in a policy end a run before anything is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// Errors, which always do.
    Error,
    /// Warnings too.
    Warning,
}

/// Who is asked which images a policy removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Preview {
    /// ECR too: its own preview must say the same.
    #[value(name = "aws")]
    Service,
    /// Only ecrane.
    #[value(name = "local")]
    Ecrane,
    /// Nobody: the policy is put whatever it removes.
    #[value(name = "off")]
    Nobody,
}

impl Preview {
    /// Unless somebody says otherwise: what stands in for AWS evaluates as ecrane
    /// does.
    const fn usual(counterpart: Counterpart) -> Self {
        match counterpart {
            Counterpart::Aws => Self::Service,
            Counterpart::StandIn => Self::Ecrane,
        }
    }
}

const MAX_REMOVE: &str = "max-remove";
const PREVIEW: &str = "lifecycle-preview";
const MODE: &str = "lifecycle-mode";
const FAIL_ON: &str = "fail-on";

impl Reader {
    pub(super) fn gate(&mut self, inputs: &Inputs, counterpart: Counterpart) -> Gate {
        let limit = inputs.max_remove.as_deref().filter(|it| !it.is_empty());
        let preview = match inputs.lifecycle_preview.as_deref() {
            None => Preview::usual(counterpart),
            Some("local") => Preview::Ecrane,
            Some("aws") => Preview::Service,
            Some("off") => Preview::Nobody,
            Some(other) => {
                let message = format!("`{other}` is nobody who previews a policy");
                let fault = Fault::whole(PREVIEW, other, message);
                self.fault(fault.help("write `aws`, `local` or `off`"));
                Preview::Service
            }
        };
        if preview == Preview::Nobody
            && let Some(limit) = limit
        {
            let message = format!("nothing is counted with `{PREVIEW}: off`");
            let fault = Fault::whole(MAX_REMOVE, limit, message);
            self.fault(fault.help(format!("leave one of `{MAX_REMOVE}` and `{PREVIEW}` out")));
        }
        let about_policy = [
            (MAX_REMOVE, limit),
            (PREVIEW, inputs.lifecycle_preview.as_deref()),
            ("adopt", inputs.adopt.as_deref()),
            (MODE, inputs.lifecycle_mode.as_deref()),
            (FAIL_ON, inputs.fail_on.as_deref()),
        ];
        for (input, given) in about_policy {
            // These are about a policy of who may use the repository, too.
            let about_both = [FAIL_ON, "adopt"].contains(&input);
            let about_other = about_both && inputs.repository_policy.is_some();
            if let (None, Some(given), false) = (&inputs.lifecycle_policy, given, about_other) {
                let message = format!("`{input}` is about `lifecycle-policy`, which is not given");
                self.warn(Fault::whole(input, given, message));
            }
        }
        let fail_on = match inputs.fail_on.as_deref() {
            None | Some("error") => FailOn::Error,
            Some("warning") => FailOn::Warning,
            Some(other) => {
                let message = format!("`{other}` is no severity");
                let fault = Fault::whole(FAIL_ON, other, message);
                self.fault(fault.help("write `error` or `warning`"));
                FailOn::Error
            }
        };
        let max_remove = limit.and_then(|text| {
            let parsed = text.trim().parse();
            self.keep(
                parsed.map_err(|error: NoLimit| Fault::whole(MAX_REMOVE, text, error.to_string())),
            )
        });
        Gate {
            max_remove: max_remove.unwrap_or_default(),
            preview,
            fail_on,
            warnings: self.policy_warnings,
        }
    }

    pub(super) fn placement(&mut self, inputs: &Inputs) -> Placement {
        match inputs.lifecycle_mode.as_deref() {
            None | Some("apply") => Placement::Apply,
            Some("check") => Placement::Check,
            Some("create-only") => Placement::CreateOnly,
            Some(other) => {
                let message = format!("`{other}` is nothing that is done with a policy");
                let fault = Fault::whole(MODE, other, message);
                self.fault(fault.help("write `apply`, `check` or `create-only`"));
                Placement::Check
            }
        }
    }

    pub(super) fn adoption(&mut self, inputs: &Inputs) -> Adoption {
        match self.boolean("adopt", inputs.adopt.as_deref()) {
            Some(true) => Adoption::Allowed,
            _ => Adoption::Refused,
        }
    }
}
