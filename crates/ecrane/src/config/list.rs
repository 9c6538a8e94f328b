//! Lists and booleans as the actions of Docker read them.

/// Splits every line as one CSV record: commas separate, quotes hold together,
/// empty entries are dropped.
pub(super) fn by_comma_and_line(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| text.lines())
        .flat_map(fields)
        .map(|field| field.trim().to_owned())
        .filter(|field| !field.is_empty())
        .collect()
}

/// The lines of such a list in which an entry between commas is empty.
pub(super) fn empty_entries(texts: &[String]) -> impl Iterator<Item = &str> {
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.filter(|line| {
        !line.trim().is_empty() && fields(line).iter().any(|field| field.trim().is_empty())
    })
}

/// One entry a line; commas and quotes belong to the entry.
pub(super) fn by_line(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

/// Each line is an entry; one in double quotes may have several lines, and a
/// doubled quote for each that is meant.
pub(super) fn records(text: &str) -> Vec<String> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let end = match rest.strip_prefix('"').and_then(closing_quote) {
            Some((record, length)) => {
                records.push(record);
                length + 1
            }
            None => {
                let line = rest.get(..line_end).unwrap_or_default();
                records.push(line.trim_end_matches('\r').to_owned());
                line_end
            }
        };
        rest = rest.get(end..).unwrap_or_default();
        rest = rest.trim_start_matches(['\r', '\n']);
    }
    records.retain(|record| !record.trim().is_empty());
    records
}

/// What stands before the closing quote, and how far that reaches; none if
/// nothing closes it at the end of a line.
fn closing_quote(text: &str) -> Option<(String, usize)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('"')?;
        let after = text.get(at + 1..)?;
        if after.starts_with('"') {
            from = at + 2;
        } else if after.is_empty() || after.starts_with(['\r', '\n']) {
            return Some((text.get(..at)?.replace("\"\"", "\""), at + 1));
        } else {
            return None;
        }
    }
}

/// The fields of a line.
pub(super) fn fields(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    // Text in memory: the only error is a quote that never closes, and then the
    // line is one entry, which its own reader will refuse.
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(str::to_owned).collect(),
        Ok(false) => Vec::new(),
        Err(_) => vec![line.to_owned()],
    }
}

/// YAML 1.2's booleans, as the actions toolkit takes them.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_lines_separate_and_quotes_hold_together() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(by_comma_and_line(&[text.to_owned()]), expected, "{text:?}");
        };
        check("v1,v2\nv3", &["v1", "v2", "v3"]);
        check("v1,,v2,", &["v1", "v2"]);
        check(" v1 , v2 \n\n", &["v1", "v2"]);
        check("\"a,b\",c", &["a,b", "c"]);
        check("", &[]);
    }

    #[test]
    fn a_line_is_taken_as_it_is() {
        let entries = by_line(&["J={\"a\":1,\"b\":2}\n\nB=x  ".to_owned()]);
        assert_eq!(entries, ["J={\"a\":1,\"b\":2}", "B=x  "]);
    }

    #[test]
    fn only_true_and_false_are_booleans() {
        assert_eq!(boolean("TRUE"), Some(true));
        assert_eq!(boolean("False"), Some(false));
        assert_eq!(boolean("yes"), None);
        assert_eq!(boolean("1"), None);
    }
}
