use ecrane_core::report::visible;

/// A line of foreign output in which the runner finds no command.
///
/// It takes `::name::` after white space at a line's start, and `##[name]`
/// anywhere. The bar before the line rules out the first, the space the second.
pub(crate) fn inert(line: &str) -> String {
    format!("│ {}", broken(&visible(line)))
}

/// Our own lines, which may quote a file or a name, with no command in them.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines = text.split(['\n', '\r']).map(|line| {
        let bare = visible(&anstream::adapter::strip_str(line).to_string());
        // What the runner reads if nobody takes the colours out.
        let raw: String = line.chars().filter(|c| !c.is_control()).collect();
        if bare.trim_start().starts_with("::") {
            format!("│ {}", broken(&bare))
        } else if bare.contains(BRACKETS) || visible(&raw).contains(BRACKETS) {
            broken(&bare)
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

const BRACKETS: &str = "##[";

fn broken(text: &str) -> String {
    text.replace(BRACKETS, "## [")
}

#[cfg(test)]
mod tests {
    use super::super::reader::{COMMANDS, commands};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_our_own_lines_quote_is_no_command() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text), expected, "{text:?}");
        check("5 | ##[add-mask]main", "5 | ## [add-mask]main");
        check(
            "a fault\n  ::error::x\nfine",
            "a fault\n│   ::error::x\nfine",
        );
        check("one\r::error::x", "one\n│ ::error::x");
        check("\u{200b}::error::x", "│ ::error::x");
        check("#\u{1b}[m#[add-mask]x", "## [add-mask]x");
        check("\u{1b}[1mPlan\u{1b}[0m", "\u{1b}[1mPlan\u{1b}[0m");
    }

    /// Commands in both syntaxes, and what could hide them.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            3 => prop::sample::select(COMMANDS.to_vec()).prop_map(str::to_owned),
            4 => prop::sample::select(vec![
                "::", "##[", "]", "#", "[", ":", " ", "\t", "\r", "\n", "\u{1b}[0m", "\u{1b}[",
                "\u{200b}", "\u{feff}", "\u{ad}", "\u{202e}", "\u{2028}", "\u{85}", "\0", "\u{a0}",
            ]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn the_runner_finds_no_command_in_what_others_say(text in hostile()) {
            prop_assert!(commands(&inert(&text)).is_empty(), "{:?}", inert(&text));
            let ours = quoted(&text);
            prop_assert!(commands(&ours).is_empty(), "{ours:?}");
            // As anstream hands it on where there are no colours.
            let bare = anstream::adapter::strip_str(&ours).to_string();
            prop_assert!(commands(&bare).is_empty(), "{bare:?}");
        }
    }

    #[test]
    fn the_reader_of_this_test_finds_commands() {
        let check = |printed: &str, expected: &[&str]| assert_eq!(commands(printed), expected);
        check(
            "  ::error file=a,line=1::x\n::Group::y",
            &["error", "group"],
        );
        check("a ##[set-output name=image]evil", &["set-output"]);
        check("a\r::stop-commands::x", &["stop-commands"]);
        check("#\u{200b}#[add-mask]x", &["add-mask"]);
        check("a ::error::x\n::nothing::x\n## [error]x", &[]);
    }
}
