use super::*;

const TEXT: &str = "{\n  \"größe\": 0,\n  \"size\": 1\n}\n";

fn finding(of: &str) -> Diagnostic {
    let start = TEXT.find(of).unwrap();
    Diagnostic {
        code: "count-number",
        severity: Severity::Error,
        message: "`countNumber` must be 1 or more".to_owned(),
        span: Span::new(start, start + of.len()),
        labels: Vec::new(),
        help: None,
        path: Some("size".to_owned()),
    }
}

fn source() -> Source<'static> {
    Source {
        name: "policy.json",
        text: TEXT,
    }
}

#[test]
fn a_finding_is_underlined_in_its_line() {
    let diagnostic = Diagnostic {
        help: Some("write a whole number".to_owned()),
        labels: vec![Label {
            span: Span::new(TEXT.find("\"size\"").unwrap(), TEXT.find(": 1").unwrap()),
            text: "also here".to_owned(),
        }],
        ..finding("0")
    };
    insta::assert_snapshot!(render(source(), &[diagnostic], Colour::Off), @r#"
    error[count-number]: `countNumber` must be 1 or more
     --> policy.json:2:12
      |
    2 |   "größe": 0,
      |            ^
    3 |   "size": 1
      |   ------ also here
      |
      = help: write a whole number
    "#);
}

#[test]
fn colour_is_asked_for() {
    let plain = render(source(), &[finding("1")], Colour::Off);
    let coloured = render(source(), &[finding("1")], Colour::On);
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn a_message_cannot_drive_the_terminal() {
    let diagnostic = Diagnostic {
        message: "bad \u{1b}[31mred".to_owned(),
        help: Some("not \u{1b}[31mred".to_owned()),
        ..finding("1")
    };
    let rendered = render(source(), &[diagnostic], Colour::Off);
    assert!(!rendered.contains('\u{1b}'));
}

#[test]
fn columns_count_characters_and_offsets_count_bytes() {
    let diagnostic = finding("0");
    let json = serde_json::to_string_pretty(&views(TEXT, &[diagnostic])).unwrap();
    insta::assert_snapshot!(json, @r#"
    [
      {
        "code": "count-number",
        "severity": "error",
        "message": "`countNumber` must be 1 or more",
        "help": null,
        "path": "size",
        "range": {
          "start": {
            "line": 2,
            "column": 12,
            "offset": 15
          },
          "end": {
            "line": 2,
            "column": 13,
            "offset": 16
          }
        }
      }
    ]
    "#);
}

#[test]
fn a_span_outside_the_text_is_taken_to_its_end() {
    for (start, end) in [(0, 0), (5, 6), (7, 2), (TEXT.len(), TEXT.len()), (900, 999)] {
        let diagnostic = Diagnostic {
            span: Span::new(start, end),
            ..finding("1")
        };
        let rendered = render(source(), &[diagnostic], Colour::Off);
        assert!(rendered.contains("must be 1 or more"), "{rendered}");
    }
}

#[test]
fn of_a_very_long_line_only_the_place_is_read() {
    let text = format!("[\n{}bad, {}]", "é, ".repeat(5_000), "0, ".repeat(5_000));
    let at = text.find("bad").unwrap();
    let diagnostic = Diagnostic {
        span: Span::new(at, at + 3),
        ..finding("0")
    };
    let source = Source {
        name: "long.json",
        text: &text,
    };
    insta::assert_snapshot!(render(source, &[diagnostic], Colour::Off), @r"
    error[count-number]: `countNumber` must be 1 or more
      |
    2 | ...é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, é, bad, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,...
      |                                                                   ^^^
     ::: long.json:2:15001
    ");
}

#[test]
fn an_annotation_has_the_place_and_the_help() {
    let diagnostic = Diagnostic {
        help: Some("write a whole number".to_owned()),
        ..finding("0")
    };
    insta::assert_debug_snapshot!(annotations(source(), &[diagnostic]), @r#"
    [
        Annotation {
            severity: Error,
            file: "policy.json",
            line: 2,
            end_line: 2,
            column: 12,
            end_column: 13,
            title: "count-number",
            message: "`countNumber` must be 1 or more\nwrite a whole number",
        },
    ]
    "#);
}
