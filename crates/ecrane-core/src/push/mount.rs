//! From which repositories a registry can take layers over.

use crate::name::{Reference, RegistryHost, RepositoryName};

/// The repositories of `registry` whose layers an image in `repository` may
/// share: those that were `named`, and that of the image it is based on, if it
/// says so by `org.opencontainers.image.base.name`.
#[must_use]
pub fn mount_sources(
    registry: &RegistryHost,
    repository: &RepositoryName,
    base: Option<&str>,
    named: &[RepositoryName],
) -> Vec<RepositoryName> {
    let base = base.and_then(|base| base_repository(registry, base));
    let mut sources: Vec<RepositoryName> = Vec::new();
    for source in named.iter().cloned().chain(base) {
        if source != *repository && !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

/// The repository of a base image that is in this registry.
fn base_repository(registry: &RegistryHost, base: &str) -> Option<RepositoryName> {
    let name = base.split('@').next()?;
    match name.parse().ok()? {
        Reference::Tagged {
            registry: host,
            repository,
            ..
        } if host == *registry => Some(repository),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, named: &[&str], expected: &[&str]) {
        let registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
            .parse()
            .unwrap();
        let named: Vec<RepositoryName> = named.iter().map(|name| name.parse().unwrap()).collect();
        let base = Some(base).filter(|base| !base.is_empty());
        let sources = mount_sources(&registry, &"app".parse().unwrap(), base, &named);
        let sources: Vec<&str> = sources.iter().map(RepositoryName::as_str).collect();
        assert_eq!(sources, expected, "{base:?}");
    }

    #[test]
    fn layers_come_from_named_repositories_and_from_that_of_the_base_image() {
        const HERE: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
        check("", &[], &[]);
        check(
            &format!("{HERE}/team/base:v1"),
            &["other"],
            &["other", "team/base"],
        );
        let pinned = format!("{HERE}/team/base:v1@sha256:{}", "0".repeat(64));
        check(&pinned, &["team/base"], &["team/base"]);
        // Not from elsewhere, nor from itself.
        check("docker.io/library/debian:trixie", &[], &[]);
        check(
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/base:v1",
            &[],
            &[],
        );
        check(&format!("{HERE}/app:v1"), &["app"], &[]);
    }
}
