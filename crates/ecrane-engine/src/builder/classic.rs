//! `docker build` without buildx: the engine's own builder, which trips over an
//! image that goes meanwhile.

use super::BuildError;
use super::child::{self, Line, Program};
use std::ffi::OsString;

/// How often a build is begun: an engine whose images go all the time has a
/// fault of its own.
const MOST: usize = 3;

/// What is said before a build is begun again.
const AGAIN: &str = "Somebody removed an image while the builder looked through the engine's images for a step that is done already; it begins again";

/// Builds. Whether a step is done already, the builder finds out by a list of
/// the engine's images, and ends with an error if one of them is gone when it
/// comes to it: another job on the machine removed it. What is done stays, and
/// the next attempt takes it from there.
///
/// Source: `image/cache/cache.go` of moby, `getLocalCachedImage`.
pub(super) async fn run(
    argv: &[OsString],
    environment: &[(OsString, OsString)],
    on_line: &mut impl FnMut(Line<'_>),
) -> Result<(), BuildError> {
    let mut begun = 1;
    loop {
        let mut tripped = false;
        let seen = |line: Line<'_>| {
            tripped |= is_trip(line.text);
            on_line(line);
        };
        let built = child::run(Program::Docker, argv, environment, seen).await;
        if built.is_ok() || !tripped || begun == MOST {
            return built;
        }
        begun += 1;
        on_line(Line { text: AGAIN });
    }
}

/// Where a step prints the same and fails, the build is begun again for nothing.
fn is_trip(line: &str) -> bool {
    line.starts_with("unable to find image \"sha256:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_went_is_told_from_one_that_is_not_there() {
        let check = |line: &str, expected: bool| assert_eq!(is_trip(line), expected, "{line}");
        check("unable to find image \"sha256:1a6a54409e3a\"", true);
        check("Unable to find image 'alpine:3' locally", false);
        check("pull access denied for sha256", false);
    }
}
