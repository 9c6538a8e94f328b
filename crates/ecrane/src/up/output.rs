use crate::scrub::Scrub;
use crate::show::Log;
use std::cell::RefCell;

/// The builder's output, kept back until the plan is shown.
pub(super) struct Output {
    pub(super) log: Log,
    secrets: Scrub,
    state: RefCell<State>,
}

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
                *begun = true;
            }
        }
    }

    /// A line of the builder, without the secrets that it may show.
    pub(super) fn foreign(&self, text: &str) {
        self.clean(&self.secrets.scrub(text));
    }

    fn clean(&self, text: &str) {
        match &mut *self.state.borrow_mut() {
            State::Waiting { lines, .. } => lines.push(text.to_owned()),
            State::Open { .. } => self.log.foreign(text),
        }
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
        if let State::Open { begun: true } = *self.state.borrow() {
            self.log.end();
        }
    }
}
