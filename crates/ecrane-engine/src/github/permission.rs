//! What a token must be allowed, from an answer's `x-accepted-github-permissions`.
//!
//! Source: GitHub's documentation, "Permissions required for GitHub Apps": sets
//! that would do are parted by semicolons, the permissions of a set by commas.

/// The permissions of the set that serves, as a workflow writes them: the set
/// with the `usual` one, else the first.
pub(super) fn wanted(header: &str, usual: &str) -> Option<String> {
    let sets: Vec<Vec<String>> = header.split(';').map(set).collect();
    let serving = sets
        .iter()
        .find(|set| set.iter().any(|it| it == usual))
        .or_else(|| sets.iter().find(|set| !set.is_empty()))?;
    (!serving.is_empty()).then(|| serving.join("` and `"))
}

fn set(text: &str) -> Vec<String> {
    let permissions = text.split(',').filter_map(|it| it.split_once('='));
    permissions
        .map(|(name, level)| format!("{}: {}", name.trim().replace('_', "-"), level.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn a_permission_is_named_as_a_workflow_writes_it() {
        let check = |header: &str, expected: Option<&str>| {
            let found = wanted(header, "pull-requests: write");
            assert_eq!(found.as_deref(), expected, "{header}");
        };
        check("pull_requests=write", Some("pull-requests: write"));
        check(
            "issues=write; pull_requests=write",
            Some("pull-requests: write"),
        );
        check(
            "issues=write,contents=read; issues=write",
            Some("issues: write` and `contents: read"),
        );
        check("checks=write", Some("checks: write"));
        check("", None);
        check(
            "allows_permissionless_access=true;",
            Some("allows-permissionless-access: true"),
        );
    }
}
