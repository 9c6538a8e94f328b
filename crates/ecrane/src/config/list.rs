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

/// One entry a line; commas and quotes belong to the entry.
pub(super) fn by_line(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

fn fields(line: &str) -> Vec<String> {
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
