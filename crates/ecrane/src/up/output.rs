use crate::show::Log;
use std::cell::RefCell;

/// The builder's output, kept back until the plan is shown.
pub(super) struct Output {
    pub(super) log: Log,
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
    pub(super) fn new(log: Log) -> Self {
        Self {
            log,
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

    pub(super) fn foreign(&self, text: &str) {
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
                self.foreign(line);
            }
        }
    }

    pub(super) fn close(&self) {
        if let State::Open { begun: true } = *self.state.borrow() {
            self.log.end();
        }
    }
}
