//! GitHub's Markdown in which nothing that somebody else wrote is markup: names,
//! tags, reasons and findings stand in code, where no Markdown, HTML or mention
//! is read.

use std::fmt::Write as _;

/// A page that never grows beyond its limit, and says where it was cut.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    limit: usize,
    cut: bool,
}

/// Kept free for the last words of a page that was cut.
const RESERVE: usize = 120;
/// For the line that says how many others are missing.
const REST: usize = 80;

impl Page {
    /// An empty page of at most so many bytes: as many characters fit, however
    /// they are counted.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit: limit.saturating_sub(RESERVE),
            cut: false,
        }
    }

    /// Bytes that are free.
    pub(super) fn room(&self) -> usize {
        self.limit.saturating_sub(self.text.len())
    }

    /// Adds a paragraph, whole or not at all.
    pub(super) fn add(&mut self, paragraph: &str) {
        if paragraph.len() < self.room() {
            self.text.push_str(paragraph);
            self.text.push_str("\n\n");
        } else {
            self.cut = true;
        }
    }

    /// A table, of whose rows as many are there as fit.
    pub(super) fn table(&mut self, head: &str, rows: impl Iterator<Item = String>) {
        self.add_lines(head, rows.collect(), "\n");
    }

    /// Lines in a block of code, of which as many are there as fit into `room`
    /// bytes. With a title it is folded.
    pub(super) fn block(&mut self, title: Option<&str>, lines: &[String], room: usize) {
        let lines: Vec<String> = lines.iter().map(|line| visible(line)).collect();
        let fence = fence(&lines);
        let (head, tail) = match title {
            Some(title) => (
                format!("<details>\n<summary>{title}</summary>\n\n{fence}text\n"),
                format!("{fence}\n\n</details>\n\n"),
            ),
            None => (format!("{fence}text\n"), format!("{fence}\n\n")),
        };
        let whole = self.limit;
        self.limit = whole.min(self.text.len().saturating_add(room));
        self.add_lines(&head, lines, &tail);
        self.limit = whole;
    }

    fn add_lines(&mut self, head: &str, lines: Vec<String>, tail: &str) {
        let Some(mut room) = self.room().checked_sub(head.len() + tail.len() + REST) else {
            self.cut = true;
            return;
        };
        self.text.push_str(head);
        let mut rest = lines.len();
        for line in lines {
            let Some(left) = room.checked_sub(line.len() + 1) else {
                break;
            };
            room = left;
            rest -= 1;
            self.text.push_str(&line);
            self.text.push('\n');
        }
        if rest > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(self.text, "… {rest} more do not fit here");
        }
        self.text.push_str(tail);
    }

    /// The text.
    pub(super) fn into_text(mut self) -> String {
        if self.cut {
            self.text.push_str("… the rest does not fit here\n");
        }
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        self.text.push('\n');
        self.text
    }
}

/// A fence that none of the lines can end.
fn fence(lines: &[String]) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`'));
    let longest = runs.map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Text as code, also in a table's cell.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    if !text.contains(['`', '|']) && !text.trim().is_empty() {
        return format!("`{text}`");
    }
    let mut inert = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_punctuation() => {
                // Writing to a String cannot fail.
                let _ = write!(inert, "&#{};", u32::from(c));
            }
            c => inert.push(c),
        }
    }
    format!("<code>{inert}</code>")
}

/// What of a text shows, on one line. Control characters become spaces; what is
/// invisible goes: it can make a text read as another.
#[must_use]
pub fn visible(text: &str) -> String {
    let shown = text.chars().filter(|c| !is_invisible(*c));
    shown
        .map(|c| match c {
            '\t' => '\t',
            '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Unicode's `Default_Ignorable_Code_Point`, with the marks of annotations.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
