use super::{ImageResult, Row, bytes, resources};
use crate::repository::PlacedImage;
use std::fmt::Write as _;

/// The job summary, in GitHub's Markdown; `images` are those of each registry.
#[must_use]
pub fn summary(rows: &[Row], images: &[(&ImageResult, &PlacedImage)]) -> String {
    let title = if images.is_empty() { "plan" } else { "result" };
    let mut text = format!("### ecrane: {title}\n\n| | resource | name | |\n|---|---|---|---|\n");
    for row in rows {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            row.change.mark(),
            row.kind,
            code(&place(row)),
            cell(&row.note)
        );
    }
    let Some((result, _)) = images.first() else {
        return text;
    };
    let _ = writeln!(
        text,
        "\n{}\n\n| output | value |\n|---|---|",
        resources(rows)
    );
    for (_, placed) in images {
        let held = placed.held.iter().map(|it| ("left at a newer image", it));
        let tagged = placed.tagged.iter().map(|it| ("image", it));
        let digested = [("by digest", &placed.digested)];
        for (what, reference) in tagged.chain(held).chain(digested) {
            let _ = writeln!(text, "| {what} | {} |", code(&reference.to_string()));
        }
    }
    let _ = writeln!(text, "| size | {} |", bytes(result.size));
    text
}

/// What a row is about, and in which registry where there are several.
fn place(row: &Row) -> String {
    match &row.registry {
        Some(registry) => format!("{registry}/{}", row.name),
        None => row.name.clone(),
    }
}

/// Text in a table's cell that cannot end the cell or become markup.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '|', '\n', '\r'], " "))
}
