//! How the GitHub runner reads what a step prints and writes, for tests: as far
//! as it could go, not further.
//!
//! Source: `actions/runner`, `OutputManager.cs`, `ActionCommand.cs`,
//! `ActionCommandManager.cs` and `FileCommandManager.cs`.

/// The commands that a runner knows.
pub(crate) const COMMANDS: [&str; 17] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
    // `act` knows it too.
    "set-secret",
];

/// The commands in what a step printed on one stream, in their order. Lines end
/// with a line feed, a carriage return or both.
pub(crate) fn commands(printed: &str) -> Vec<String> {
    printed.split(['\n', '\r']).filter_map(command).collect()
}

/// The command of a line. The runner compares by culture, which passes over what
/// does not show: both readings count.
fn command(line: &str) -> Option<String> {
    let shown: String = line.chars().filter(|c| !ignorable(*c)).collect();
    [line, &shown]
        .into_iter()
        .find_map(|line| by_colons(line).or_else(|| by_brackets(line)))
}

/// `::name properties::data`, after white space.
fn by_colons(line: &str) -> Option<String> {
    let (info, _) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    known(info)
}

/// `##[name properties]data`, anywhere; every place is looked at.
fn by_brackets(line: &str) -> Option<String> {
    line.match_indices("##[").find_map(|(place, prefix)| {
        let (info, _) = line.get(place + prefix.len()..)?.split_once(']')?;
        known(info)
    })
}

fn known(info: &str) -> Option<String> {
    let name = info.split(' ').next().unwrap_or_default().to_lowercase();
    COMMANDS.contains(&name.as_str()).then_some(name)
}

fn ignorable(c: char) -> bool {
    let unseen = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}');
    unseen || (c.is_control() && c != '\t')
}

/// The outputs in a file of them: `name=value`, or `name<<delimiter` to a line
/// that is the delimiter.
///
/// # Errors
/// A line that is neither, or a value without an end: the step fails.
pub(crate) fn outputs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let mut outputs = Vec::new();
    while let Some(line) = lines.next() {
        let (equals, document) = (line.find('='), line.find("<<"));
        match (equals, document) {
            _ if line.is_empty() => {}
            (Some(at), document) if document.is_none_or(|other| at < other) => {
                let (name, value) = line.split_at(at);
                outputs.push((name.to_owned(), value.trim_start_matches('=').to_owned()));
            }
            (_, Some(at)) => {
                let (name, delimiter) = line.split_at(at);
                let delimiter = delimiter.trim_start_matches("<<");
                let value: Vec<&str> = lines.by_ref().take_while(|it| *it != delimiter).collect();
                outputs.push((name.to_owned(), value.join("\n")));
            }
            _ => return Err(format!("no output: {line:?}")),
        }
    }
    Ok(outputs)
}
