//! What a person sees while a run goes on: on a terminal with colours, in a
//! workflow as foldable groups.

use crate::config::{Fault, Origin};
use crate::exit::Failure;
use crate::runner;
use anstyle::{AnsiColor, Style};
use ecrane_core::diagnostic::{Colour, annotations};
use ecrane_core::report::{Change, Row, by_registry, tree};
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A terminal, or a file.
    Terminal,
    /// The log of a workflow's job.
    Workflow,
}

/// Which stream the log takes: with `--json`, standard output is the data's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// When a pull request is shown findings at their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Annotations {
    /// With the log, by the runner.
    AtOnce,
    /// Later, in another way, or by [`Log::annotate`].
    Later,
}

/// The log of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    place: Place,
    stream: Stream,
    annotations: Annotations,
}

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

impl Log {
    /// A log for this place on this stream.
    pub(crate) const fn new(place: Place, stream: Stream) -> Self {
        Self {
            place,
            stream,
            annotations: Annotations::AtOnce,
        }
    }

    /// The same log, which leaves findings at lines of files to
    /// [`annotate`](Self::annotate).
    pub(crate) const fn annotated_later(self) -> Self {
        Self {
            annotations: Annotations::Later,
            ..self
        }
    }

    /// The same log where standard output is the data's.
    pub(crate) const fn beside_data(self) -> Self {
        Self {
            stream: Stream::Error,
            ..self
        }
    }

    /// A line, or several. What it quotes may come from anywhere: in a workflow
    /// the runner finds no command in it.
    pub(crate) fn line(self, text: &str) {
        match self.place {
            Place::Terminal => self.raw(text),
            Place::Workflow => self.raw(&runner::quoted(text)),
        }
    }

    /// A workflow command, as [`runner`] wrote it.
    pub(crate) fn command(self, text: &str) {
        self.raw(text);
    }

    /// A workflow command, or text that is harmless.
    fn raw(self, text: &str) {
        // A reader that went away does not stop a push half-way.
        match self.stream {
            Stream::Output => match ended(writeln!(anstream::stdout(), "{text}")) {
                Ok(()) => {}
                Err(_) => LOST.store(true, Ordering::Relaxed),
            },
            Stream::Error => {
                let _ = writeln!(anstream::stderr(), "{text}");
            }
        }
    }

    /// A heading.
    pub(crate) fn heading(self, text: &str) {
        self.line(&format!("{BOLD}{text}{BOLD:#}"));
    }

    /// Starts a part that a workflow's log folds.
    pub(crate) fn begin(self, title: &str) {
        match self.place {
            Place::Terminal => self.heading(title),
            Place::Workflow => self.raw(&runner::group(title)),
        }
    }

    /// Ends the part.
    pub(crate) fn end(self) {
        match self.place {
            Place::Terminal => self.line(""),
            Place::Workflow => self.raw(runner::END_GROUP),
        }
    }

    /// Keeps a secret out of a workflow's log from here on. Elsewhere nobody masks.
    pub(crate) fn mask(self, secret: &str) {
        if self.place == Place::Workflow {
            runner::masks(secret).for_each(|command| self.raw(&command));
        }
    }

    /// A line that a builder printed.
    pub(crate) fn foreign(self, text: &str) {
        let text = runner::inert(text);
        match self.place {
            Place::Terminal => self.raw(&format!("  {DIM}{text}{DIM:#}")),
            Place::Workflow => self.raw(&text),
        }
    }

    /// The tree of a plan or result, one for each registry if there are several.
    pub(crate) fn rows(self, rows: &[Row]) {
        for (registry, rows) in by_registry(rows) {
            if let Some(registry) = registry {
                self.line(&format!("in {registry}"));
            }
            for (line, row) in tree(rows).lines().zip(rows) {
                let style = style_of(row.change);
                self.line(&format!("{style}{line}{style:#}"));
            }
        }
    }

    /// A notice that stops nothing.
    pub(crate) fn warning(self, text: &str) {
        match self.place {
            Place::Workflow => self.raw(&runner::warning(text)),
            Place::Terminal => {
                let yellow = Style::new().fg_color(Some(AnsiColor::Yellow.into())).bold();
                self.line(&format!("{yellow}warning{yellow:#}: {text}"));
            }
        }
    }

    /// Findings in an input or a file, with the place underlined; in a workflow
    /// also where the pull request shows them.
    pub(crate) fn fault(self, fault: &Fault) {
        self.line(&fault.render(Colour::On));
        self.line("");
        let in_file = matches!(fault.origin, Origin::File(_));
        if !(in_file && self.annotations == Annotations::Later) {
            self.annotate(fault);
        }
    }

    /// Findings where the pull request shows them, in a workflow.
    pub(crate) fn annotate(self, fault: &Fault) {
        if self.place != Place::Workflow {
            return;
        }
        for annotation in annotations(fault.source(), &fault.diagnostics) {
            self.raw(&match fault.origin {
                Origin::File(_) => runner::annotation(&annotation),
                Origin::Input(_) => runner::input_annotation(&annotation),
            });
        }
    }
}

impl Log {
    /// Findings that end the run. At a terminal they are on standard error.
    pub(crate) fn faulty(self, fault: &Fault) {
        let stream = match self.place {
            Place::Terminal => Stream::Error,
            Place::Workflow => self.stream,
        };
        Self { stream, ..self }.fault(fault);
    }

    /// The end of a run that failed. At a terminal it is on standard error.
    pub(crate) fn failure(self, message: &str) {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        match self.place {
            Place::Workflow => self.raw(&runner::error(message)),
            Place::Terminal => {
                let _ = writeln!(anstream::stderr(), "{red}error{red:#}: {message}");
            }
        }
    }
}

/// Whether a part of the log is lost that standard output should have had.
static LOST: AtomicBool = AtomicBool::new(false);

/// For a command whose log is what it was asked for.
///
/// # Errors
/// Standard output did not take all of it, as on a full disk.
pub(crate) fn all_written() -> Result<(), Failure> {
    if LOST.load(Ordering::Relaxed) {
        return Err(Failure::refused("standard output cannot be written"));
    }
    Ok(())
}

/// Data on standard output. A reader that has read enough is no failure.
///
/// # Errors
/// What else the system says, such as a full disk.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    ended(writeln!(anstream::stdout(), "{text}"))
}

fn ended(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::refused(format!(
            "standard output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Data as JSON on standard output, written while it is made.
///
/// # Errors
/// As [`data`].
pub(crate) fn json(data: &impl Serialize) -> Result<(), Failure> {
    let mut output = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer(&mut output, data).map_err(io::Error::from);
    ended(written.and_then(|()| writeln!(output).and_then(|()| output.flush())))
}

fn style_of(change: Change) -> Style {
    let colour = match change {
        Change::Create => AnsiColor::Green,
        Change::Update | Change::Differs | Change::AfterBuild => AnsiColor::Yellow,
        Change::Delete => AnsiColor::Red,
        Change::Same => return DIM,
    };
    Style::new().fg_color(Some(colour.into()))
}
