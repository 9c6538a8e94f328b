//! Paths of the runner's machine, in a container that sees them elsewhere.

use super::read::Lookup;
use crate::inputs::Inputs;

/// Folders of the runner's machine, and where this container has them.
///
/// The runner puts the container's own path where a value begins with the
/// machine's, and nowhere else: not on a second line, nor after a name. Source:
/// `actions/runner`, `ContainerActionHandler.cs` and `ContainerInfo.cs`.
#[derive(Debug, Default)]
pub(super) struct HostFolders(Vec<(String, String)>);

/// What the runner calls the workspace in a container.
const IN_CONTAINER: &str = "/github/workspace";

impl HostFolders {
    /// As far as the runner tells: it names the folder of the workspace on the
    /// machine in one variable that it does not translate.
    pub(super) fn new(variable: Lookup<'_>) -> Self {
        let given = |name: &str| variable(name).filter(|text| !text.is_empty());
        let known = || {
            let own = given("GITHUB_WORKSPACE").filter(|own| own == IN_CONTAINER)?;
            let pipeline = given("RUNNER_WORKSPACE")?;
            let (work, _) = pipeline.rsplit_once('/')?;
            let repository = given("GITHUB_REPOSITORY")?;
            let (_, name) = repository.split_once('/')?;
            let mut folders = vec![(format!("{pipeline}/{name}"), own)];
            folders.extend(given("RUNNER_TEMP").map(|temp| (format!("{work}/_temp"), temp)));
            Some(Self(folders))
        };
        known().unwrap_or_default()
    }

    /// The inputs with the container's own paths in them.
    pub(super) fn map(&self, inputs: &Inputs) -> Inputs {
        let mut inputs = inputs.clone();
        if self.0.is_empty() {
            return inputs;
        }
        let texts = [
            &mut inputs.context,
            &mut inputs.file,
            &mut inputs.image,
            &mut inputs.lifecycle_policy,
            &mut inputs.repository_policy,
        ];
        let lists = [
            &mut inputs.build_contexts,
            &mut inputs.cache_from,
            &mut inputs.cache_to,
            &mut inputs.secret_files,
            &mut inputs.ssh,
            &mut inputs.build_options,
        ];
        let lists = lists.into_iter().flatten();
        for text in texts.into_iter().flatten().chain(lists) {
            *text = self.own(text);
        }
        inputs
    }

    /// A text in which each path of the machine is the container's own.
    fn own(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (host, own) in &self.0 {
            text = replaced(&text, host, own);
        }
        text
    }
}

/// Where a path can begin, and where a folder's name has ended.
fn replaced(text: &str, host: &str, own: &str) -> String {
    let begins = |before: &str| before.is_empty() || before.ends_with(['=', ',', '"', '\n', ' ']);
    let ends =
        |after: &str| after.is_empty() || after.starts_with(['/', ',', '"', '\r', '\n', ' ']);
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(host) {
        result.push_str(before);
        result.push_str(if begins(&result) && ends(after) {
            own
        } else {
            host
        });
        rest = after;
    }
    result + rest
}

/// A path of this process as the machine's other steps know it: outside of the
/// container, where that is known.
pub(crate) fn outside(path: &str, variable: impl Fn(&str) -> Option<String>) -> String {
    let HostFolders(folders) = HostFolders::new(&variable);
    let within = folders.iter().find_map(|(host, own)| {
        let rest = path.strip_prefix(own.as_str())?;
        rest.starts_with('/').then(|| format!("{host}{rest}"))
    });
    within.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(variables: &[(&str, &str)]) -> HostFolders {
        HostFolders::new(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_path_of_the_machine_is_found_anywhere_in_a_list() {
        let folders = folders(&[
            ("GITHUB_WORKSPACE", "/github/workspace"),
            ("RUNNER_WORKSPACE", "/home/runner/work/app"),
            ("GITHUB_REPOSITORY", "octocat/app"),
            ("RUNNER_TEMP", "/github/runner_temp"),
        ]);
        let check = |text: &str, expected: &str| assert_eq!(folders.own(text), expected);
        check(
            "a=/home/runner/work/app/app/a\nb=/home/runner/work/app/app",
            "a=/github/workspace/a\nb=/github/workspace",
        );
        check(
            "type=local,dest=/home/runner/work/_temp/cache",
            "type=local,dest=/github/runner_temp/cache",
        );
        check(
            "key=/home/runner/work/app/app2/key",
            "key=/home/runner/work/app/app2/key",
        );
        check(
            "/data/home/runner/work/app/app",
            "/data/home/runner/work/app/app",
        );
    }

    #[test]
    fn a_file_that_is_left_has_the_machines_path() {
        let variables = [
            ("GITHUB_WORKSPACE", "/github/workspace"),
            ("RUNNER_WORKSPACE", "/home/runner/work/app"),
            ("GITHUB_REPOSITORY", "octocat/app"),
            ("RUNNER_TEMP", "/github/runner_temp"),
        ];
        let check = |path: &str, expected: &str| {
            let found = outside(path, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found, expected);
        };
        check(
            "/github/runner_temp/a/plan.json",
            "/home/runner/work/_temp/a/plan.json",
        );
        check("/tmp/a/plan.json", "/tmp/a/plan.json");
    }

    #[test]
    fn outside_a_container_a_path_is_what_it_is() {
        let folders = folders(&[
            ("GITHUB_WORKSPACE", "/home/runner/work/app/app"),
            ("RUNNER_WORKSPACE", "/home/runner/work/app"),
            ("GITHUB_REPOSITORY", "octocat/app"),
        ]);
        assert_eq!(
            folders.own("/home/runner/work/app/app/a"),
            "/home/runner/work/app/app/a"
        );
    }
}
