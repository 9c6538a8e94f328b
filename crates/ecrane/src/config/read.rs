use super::comment::is_for_pull_request;
use super::list::{boolean, by_comma_and_line};
use super::policy;
use super::{Existing, Fault, ImageSource, InEngine, Mode};
use crate::inputs::Inputs;
use ecrane_core::build::PushBy;
use ecrane_core::diagnostic::Severity;
use ecrane_core::lifecycle::Policy;
use ecrane_core::name::{Pattern, RepositoryName};
use ecrane_core::repository::{Creation, TagMutability};
use ecrane_engine::push::Backwards;

pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads one input after the other and gathers what is wrong.
#[derive(Default)]
pub(super) struct Reader {
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
    /// Those of them that are about a policy.
    pub(super) policy_warnings: usize,
}

impl Reader {
    pub(super) fn finish(self) -> (Vec<Fault>, Vec<Fault>) {
        (self.faults, self.warnings)
    }

    pub(super) fn fault_count(&self) -> usize {
        self.faults.len()
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn keep<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.fault(fault)).ok()
    }

    pub(super) fn warn(&mut self, mut fault: Fault) {
        for diagnostic in &mut fault.diagnostics {
            diagnostic.severity = Severity::Warning;
        }
        self.warnings.push(fault);
    }

    pub(super) fn repository(&mut self, inputs: &Inputs) -> Option<RepositoryName> {
        let Some(text) = &inputs.repository else {
            self.fault(
                Fault::whole("repository", "", "the input `repository` is required")
                    .help("give the repository's name, for example `team/app`"),
            );
            return None;
        };
        self.keep(
            text.parse()
                .map_err(|error| Fault::name("repository", error)),
        )
    }

    pub(super) fn creation(&mut self, inputs: &Inputs) -> Creation {
        let Some(text) = &inputs.create_repository else {
            return Creation::Allowed;
        };
        match boolean(text) {
            Some(true) => Creation::Allowed,
            Some(false) => Creation::Forbidden,
            None if matches!(
                text.to_ascii_lowercase().as_str(),
                "yes" | "no" | "on" | "off"
            ) =>
            {
                self.fault(not_boolean("create-repository", text));
                Creation::Forbidden
            }
            None => Creation::IfNameMatches(Pattern::new(text.trim())),
        }
    }

    pub(super) fn boolean(&mut self, input: &str, text: Option<&str>) -> Option<bool> {
        let text = text?;
        let value = boolean(text);
        if value.is_none() {
            self.fault(not_boolean(input, text));
        }
        value
    }

    pub(super) fn mode(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Mode {
        let dry_run = self.boolean("dry-run", inputs.dry_run.as_deref());
        let push = self.boolean("push", inputs.push.as_deref());
        let named = match inputs.mode.as_deref() {
            None => None,
            Some("up") => Some(Mode::Up),
            Some("plan") => Some(Mode::Plan),
            Some("check") => Some(Mode::Check),
            Some(other) => {
                let fault = Fault::whole("mode", other, format!("`{other}` is no mode"));
                self.fault(fault.help("write `up`, `plan`, `check`, `cleanup` or `destroy`"));
                Some(Mode::Check)
            }
        };
        let pull_request = is_for_pull_request(variable);
        match (named, dry_run, push) {
            // Whoever wants less gets less.
            (Some(Mode::Check), ..) => Mode::Check,
            (Some(Mode::Plan), ..) | (_, Some(true), _) => Mode::Plan,
            (.., Some(false)) => Mode::BuildOnly,
            (None, _, None) if pull_request => Mode::Plan,
            _ => Mode::Up,
        }
    }

    /// A builder that pushes from elsewhere has nothing for the engine here.
    pub(super) fn in_engine(&mut self, inputs: &Inputs, image: &ImageSource) -> InEngine {
        const INPUT: &str = "load";
        let pushed = matches!(image, ImageSource::Build(spec) if spec.push_by == PushBy::Builder);
        match self.boolean(INPUT, inputs.load.as_deref()) {
            Some(true) if pushed => {
                let message = "with `push-by: builder` the image does not come to this machine";
                self.fault(Fault::whole(INPUT, "true", message).help("leave one of the two out"));
                InEngine::AsItIs
            }
            Some(true) => InEngine::Named,
            _ => InEngine::AsItIs,
        }
    }

    pub(super) fn existing(&mut self, inputs: &Inputs) -> Existing {
        match self.boolean("skip-if-exists", inputs.skip_if_exists.as_deref()) {
            Some(true) => Existing::Keep,
            _ => Existing::Replace,
        }
    }

    pub(super) fn backwards(&mut self, inputs: &Inputs) -> Backwards {
        match self.boolean("allow-older", inputs.allow_older.as_deref()) {
            Some(true) => Backwards::Allowed,
            _ => Backwards::Held,
        }
    }

    pub(super) fn mount_from(&mut self, inputs: &Inputs) -> Vec<RepositoryName> {
        const INPUT: &str = "mount-from";
        by_comma_and_line(&inputs.mount_from)
            .iter()
            .filter_map(|text| self.keep(text.parse().map_err(|error| Fault::name(INPUT, error))))
            .collect()
    }

    /// A path, the text itself, or the word `default`.
    pub(super) fn policy(
        &mut self,
        inputs: &Inputs,
        mutability: Option<TagMutability>,
    ) -> Option<Policy> {
        let read = policy::read(inputs.lifecycle_policy.as_ref()?, mutability);
        self.faults.extend(read.faults);
        self.policy_warnings += read.warnings.iter().map(Fault::len).sum::<usize>();
        self.warnings.extend(read.warnings);
        read.policy
    }
}

fn not_boolean(input: &str, text: &str) -> Fault {
    Fault::whole(input, text, format!("`{text}` is neither true nor false"))
        .help("write `true` or `false`")
}
