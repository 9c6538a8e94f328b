use std::fmt;
use std::str::FromStr;

/// A build argument: `NAME=value`, or `NAME` for the environment's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildArg {
    /// The name of an `ARG` instruction.
    pub name: String,
    /// Its value, byte for byte; `None`: from the environment.
    pub value: Option<String>,
}

/// The kernel's limit of one argument, `MAX_ARG_STRLEN`, in bytes.
pub(super) const MAX_ARGUMENT: usize = 128 * 1024;

impl FromStr for BuildArg {
    type Err = String;

    /// # Errors
    /// What is wrong with the name or the length; the value is never quoted.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let name = name.trim();
        let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
        if name.is_empty() {
            return Err("a build argument has no name; write `NAME=value`".into());
        }
        if !name.starts_with(starts) || name.contains(|c: char| !(starts(c) || c.is_ascii_digit()))
        {
            return Err(format!(
                "`{name}` is not the name of a build argument: letters, digits and `_`, not starting with a digit"
            ));
        }
        if text.contains('\0') {
            return Err(format!(
                "the value of `{name}` holds a NUL, which no argument can"
            ));
        }
        if text.len() >= MAX_ARGUMENT {
            return Err(format!(
                "`{name}` is longer than the 128 KiB that the kernel takes in one argument"
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }
}

impl fmt::Display for BuildArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
