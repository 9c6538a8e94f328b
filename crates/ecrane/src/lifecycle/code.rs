//! `ecrane lifecycle code`: what a finding is about, at length.

use crate::exit::{Exit, Failure};
use crate::show;
use ecrane_core::diagnostic::Diagnostic;
use ecrane_core::lifecycle::codes;
use serde::Serialize;
use std::collections::BTreeSet;

/// The options.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ecrane lifecycle code list-is-and\n  ecrane lifecycle code")]
pub(crate) struct Code {
    /// What a finding is called; all of them are listed without it
    id: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// A page as `--json` prints it.
#[derive(Serialize)]
struct Page {
    code: &'static str,
    /// In Markdown.
    page: &'static str,
}

/// A line of the list as `--json` prints it.
#[derive(Serialize)]
struct Entry {
    code: &'static str,
    title: &'static str,
}

/// Prints a page, or the list of all.
pub(super) fn run(options: &Code) -> Result<Exit, Failure> {
    let text = match &options.id {
        Some(id) => page(id, options.json)?,
        None => list(options.json)?,
    };
    show::data(&text)?;
    Ok(Exit::Done)
}

fn page(id: &str, json: bool) -> Result<String, Failure> {
    let known = codes::IDS.iter().find(|known| **known == id);
    let Some((code, page)) = known.and_then(|code| Some((*code, codes::page(code)?))) else {
        let near = codes::nearest(id).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        return Err(Failure::faulty(format!(
            "no finding is called `{id}`{near} (`ecrane lifecycle code` lists them)"
        )));
    };
    if json {
        return serde_json::to_string_pretty(&Page { code, page }).map_err(Failure::refused);
    }
    Ok(page.trim_end().to_owned())
}

fn list(json: bool) -> Result<String, Failure> {
    let entries = codes::IDS.iter().map(|code| Entry {
        code,
        title: codes::title(code).unwrap_or_default(),
    });
    if json {
        return serde_json::to_string_pretty(&entries.collect::<Vec<_>>())
            .map_err(Failure::refused);
    }
    let lines: Vec<String> = entries
        .map(|entry| format!("{:32} {}", entry.code, entry.title))
        .collect();
    Ok(lines.join("\n"))
}

/// Where the pages of these findings are; nothing where they have none.
pub(super) fn where_to_read_more<'d>(
    found: impl Iterator<Item = &'d Diagnostic>,
) -> Option<String> {
    let paged = found.filter(|finding| codes::page(finding.code).is_some());
    let codes: BTreeSet<&str> = paged.map(|finding| finding.code).collect();
    match codes.len() {
        0 => None,
        1 => Some(format!(
            "more about it: ecrane lifecycle code {}",
            codes.first()?
        )),
        _ => {
            let codes: Vec<&str> = codes.into_iter().collect();
            Some(format!(
                "more about each: ecrane lifecycle code ID, where ID is {}",
                codes.join(", ")
            ))
        }
    }
}
