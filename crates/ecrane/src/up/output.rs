use super::progress::BuildBar;
use crate::scrub::Scrub;
use crate::show::Log;
use ecrane_core::build::Steps;
use ecrane_core::report::duration;
use std::cell::RefCell;
use std::time::Duration;

/// The builder's output, kept back until the plan is shown.
pub(super) struct Output {
    pub(super) log: Log,
    secrets: Scrub,
    steps: RefCell<Steps>,
    bar: BuildBar,
    state: RefCell<State>,
}

/// Steps that took less are not worth a line of their own.
const LASTING: Duration = Duration::from_secs(1);

enum State {
    /// Not yet: what there is to show.
    Waiting {
        title: Option<String>,
        lines: Vec<String>,
    },
    /// Shown as it comes; whether a part was begun.
    Open { begun: bool },
}

impl Output {
    pub(super) fn new(log: Log, secrets: Scrub) -> Self {
        Self {
            log,
            secrets,
            steps: RefCell::default(),
            bar: BuildBar::new(),
            state: RefCell::new(State::Waiting {
                title: None,
                lines: Vec::new(),
            }),
        }
    }

    pub(super) fn title(&self, text: &str) {
        match &mut *self.state.borrow_mut() {
            State::Waiting { title, .. } => *title = Some(text.to_owned()),
            State::Open { begun } => {
                self.log.begin(text);
                self.bar.start();
                *begun = true;
            }
        }
    }

    /// A line of the builder, without the secrets that it may show.
    pub(super) fn foreign(&self, text: &str) {
        let text = self.secrets.scrub(text);
        let mut steps = self.steps.borrow_mut();
        steps.see(&text);
        if let Some(step) = steps.last() {
            self.bar.show(&step.name);
        }
        self.clean(&text);
    }

    fn clean(&self, text: &str) {
        match &mut *self.state.borrow_mut() {
            State::Waiting { lines, .. } => lines.push(text.to_owned()),
            State::Open { .. } => self.bar.beside(|| self.log.foreign(text)),
        }
    }

    /// What took long, for whoever reads the log afterwards.
    fn conclude(&self) {
        let steps = self.steps.borrow();
        let lasting = steps.lasting(LASTING);
        if lasting.is_empty() {
            return;
        }
        let (all, cached) = steps.counts();
        self.log
            .line(&format!("{all} steps, {cached} cached; the longest:"));
        for step in lasting.iter().take(5) {
            let took = duration(step.took.unwrap_or_default());
            self.log.line(&format!("{took:>9}  {}", step.name));
        }
        self.log.line("");
    }

    /// Shows what was kept back, and from now on everything as it comes.
    pub(super) fn open(&self) {
        let before = self.state.replace(State::Open { begun: false });
        if let State::Waiting { title, lines } = before {
            if let Some(title) = title {
                self.title(&title);
            }
            for line in &lines {
                self.clean(line);
            }
        }
    }

    pub(super) fn close(&self) {
        self.bar.clear();
        if let State::Open { begun: true } = *self.state.borrow() {
            self.log.end();
            self.conclude();
        }
    }
}
