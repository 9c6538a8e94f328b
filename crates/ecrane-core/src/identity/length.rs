use std::str::FromStr;

/// How long a session of a role is: 15 minutes to 12 hours.
///
/// Source: `roleDurationSecondsType` in the AWS STS API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionLength(i32);

const LEAST: i32 = 900;
const MOST: i32 = 43_200;
/// What STS takes where nothing is said, and the most for a role that is taken
/// by the session of another.
const USUAL: i32 = 3_600;

impl SessionLength {
    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }
}

impl Default for SessionLength {
    fn default() -> Self {
        Self(USUAL)
    }
}

/// Not the length of a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a session has {LEAST} to {MOST} seconds, not `{0}`")]
pub struct LengthError(String);

impl FromStr for SessionLength {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Self, LengthError> {
        let seconds = text.trim().parse().ok();
        seconds
            .filter(|seconds| (LEAST..=MOST).contains(seconds))
            .map(Self)
            .ok_or_else(|| LengthError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_quarter_of_an_hour_to_half_a_day() {
        let check = |text: &str, expected: Option<i32>| {
            let found = text
                .parse::<SessionLength>()
                .ok()
                .map(SessionLength::seconds);
            assert_eq!(found, expected, "{text:?}");
        };
        check("900", Some(900));
        check(" 3600", Some(3600));
        check("43200", Some(43_200));
        check("899", None);
        check("43201", None);
        check("1h", None);
        check("-3600", None);
        check("99999999999", None);
    }
}
