//! Keeps secrets out of what a builder prints: in every form that a build step
//! could give them by accident. A runner masks some forms, `act` the exact text
//! alone, a terminal nothing.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// What must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Scrub(Option<AhoCorasick>);

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrub(…)")
    }
}

/// A shorter text is found everywhere: a log without every `1` says nothing.
const SHORTEST: usize = 6;
const MASK: &str = "***";

impl Scrub {
    /// Knows these secrets, each line of them, and their encodings.
    pub(crate) fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let needles: Vec<Vec<u8>> = secrets
            .into_iter()
            .flat_map(|secret| secret.split(|byte| *byte == b'\n').chain([secret]))
            .map(<[u8]>::trim_ascii)
            .filter(|part| part.len() >= SHORTEST)
            .flat_map(forms)
            .collect();
        // Without a secret, or with more than memory holds, there is no search.
        let search = (!needles.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(needles)
        });
        Self(search.and_then(Result::ok))
    }

    /// The line with what must not be shown replaced.
    pub(crate) fn scrub<'l>(&self, line: &'l str) -> Cow<'l, str> {
        match &self.0 {
            Some(search) if search.is_match(line) => {
                let mut clean = String::new();
                search.replace_all_with(line, &mut clean, |_, _, into| {
                    into.push_str(MASK);
                    true
                });
                Cow::Owned(clean)
            }
            _ => Cow::Borrowed(line),
        }
    }
}

/// As it is, in Base64 wherever it stands in the encoded text, in hexadecimal,
/// in a URL and in a JSON string.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    for before in 0..3 {
        forms.extend(in_base64(secret, before));
    }
    let (mut lower, mut upper) = (String::new(), String::new());
    let (mut url, mut url_lower) = (String::new(), String::new());
    for byte in secret {
        // Writing to a String cannot fail.
        let _ = write!(lower, "{byte:02x}");
        let _ = write!(upper, "{byte:02X}");
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            url.push(char::from(*byte));
            url_lower.push(char::from(*byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
            let _ = write!(url_lower, "%{byte:02x}");
        }
    }
    let json = serde_json::to_string(&String::from_utf8_lossy(secret)).unwrap_or_default();
    let inside = json.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let json = inside.unwrap_or_default().to_owned();
    forms.extend([lower, upper, url, url_lower, json].map(String::into_bytes));
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// What of it is the same whatever stands around it, after `before` other bytes
/// of a group of three.
fn in_base64(secret: &[u8], before: usize) -> [Vec<u8>; 2] {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret);
    let bits = bytes.len() * 8;
    // A character has six bits: those that hold bits of others are left out.
    let (from, to) = ((before * 8).div_ceil(6), bits / 6);
    let cut = |text: String| text.as_bytes().get(from..to).unwrap_or_default().to_vec();
    [
        cut(STANDARD_NO_PAD.encode(&bytes)),
        cut(URL_SAFE_NO_PAD.encode(&bytes)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const SECRET: &str = "se/same+\"open\"";

    fn check(line: &str, expected: &str) {
        let scrub = Scrub::new([SECRET.as_bytes(), b"first line\nsecond line\nx"]);
        assert_eq!(scrub.scrub(line), expected, "{line}");
    }

    #[test]
    fn a_secret_is_not_shown_in_any_form() {
        check(
            &format!("key {SECRET}, twice {SECRET}"),
            "key ***, twice ***",
        );
        check("#7 second line", "#7 ***");
        check("no secret, x", "no secret, x");
        check("a \"se/same+\\\"open\\\"\"", "a \"***\"");
        check("?k=se%2Fsame%2B%22open%22&", "?k=***&");
        check("73652f73616d652b226f70656e22 0a", "*** 0a");
        for before in ["", "a", "ab", "abc", "user:"] {
            let encoded = STANDARD.encode(format!("{before}{SECRET} and more"));
            let scrub = Scrub::new([SECRET.as_bytes()]);
            let shown = scrub.scrub(&encoded);
            assert!(shown.contains(MASK), "{encoded} -> {shown}");
        }
    }

    #[test]
    fn without_secrets_a_line_is_as_it_was() {
        assert_eq!(Scrub::default().scrub("line"), "line");
        assert_eq!(Scrub::new([b"12".as_slice()]).scrub("12"), "12");
    }
}
