use super::BuildSpec;
use crate::name::RegistryHost;
use std::collections::{BTreeMap, BTreeSet};

/// The registries that a build may read from or write to and that credentials
/// may be sent to: those of Amazon ECR, and those on loopback.
///
/// They are looked for where an image or a cache can be named: in the
/// Dockerfile, with its arguments put in, in the contexts and in the caches;
/// besides there are those that somebody names. A
/// host too many is never asked for; one too few would end the build.
/// `environment` gives the arguments that have no value of their own.
#[must_use]
pub fn registries(
    spec: &BuildSpec,
    dockerfile: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> BTreeSet<RegistryHost> {
    let given = spec.build_args.iter().filter_map(|arg| {
        let value = arg.value.clone().or_else(|| environment(&arg.name))?;
        Some((arg.name.as_str(), value))
    });
    let given: BTreeMap<&str, String> = given.collect();
    let mut hosts: BTreeSet<RegistryHost> = spec.registries.iter().cloned().collect();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for line in dockerfile.lines().map(str::trim) {
        if line.starts_with('#') && !line.contains("syntax") {
            continue;
        }
        let line = with_arguments(line, &known);
        if let Some(declared) = argument(&line) {
            for word in declared.split_whitespace() {
                let (name, default) = word.split_once('=').unwrap_or((word, ""));
                let default = default.trim_matches(['"', '\'']).to_owned();
                let value = given.get(name).cloned().unwrap_or(default);
                known.insert(name.to_owned(), value);
            }
        }
        hosts.extend(named_in(&line));
    }
    hosts.extend(known.values().flat_map(|value| named_in(value)));
    let contexts = spec.build_contexts.iter().map(ToString::to_string);
    let caches = spec.cache_from.iter().chain(&spec.cache_to);
    for text in contexts.chain(caches.map(ToString::to_string)) {
        hosts.extend(named_in(&text));
    }
    hosts
}

/// What follows `ARG`, in any case.
fn argument(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once(char::is_whitespace)?;
    word.eq_ignore_ascii_case("ARG").then_some(rest)
}

/// `$NAME`, `${NAME}` and `${NAME:-default}` with what is known of them.
///
/// Source: Dockerfile reference, "Environment replacement".
fn with_arguments(line: &str, known: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let (name, default, tail) = match after.strip_prefix('{').and_then(|it| it.split_once('}'))
        {
            Some((inside, tail)) => {
                let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
                (name, default, tail)
            }
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                let (name, tail) = after.split_at(end.unwrap_or(after.len()));
                (name, "", tail)
            }
        };
        let value = known.get(name).filter(|value| !value.is_empty());
        text.push_str(value.map_or(default, String::as_str));
        rest = tail;
    }
    text + rest
}

/// The hosts that begin a reference somewhere in the text.
fn named_in(text: &str) -> impl Iterator<Item = RegistryHost> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | '`');
    text.split(ends).filter_map(|word| {
        let word = word.rsplit_once("://").map_or(word, |(_, rest)| rest);
        let (host, _) = word.split_once('/')?;
        match host.parse() {
            // It is open to everybody.
            Ok(RegistryHost::Public) | Err(_) => None,
            Ok(host) => Some(host),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    fn check(dockerfile: &str, expected: &[&str]) {
        let spec = BuildSpec {
            build_args: vec![
                "ACCOUNT=123456789012".parse().unwrap(),
                "INHERITED".parse().unwrap(),
            ],
            cache_to: vec!["type=registry,ref=127.0.0.1:5100/cache:v1".parse().unwrap()],
            ..BuildSpec::default()
        };
        let environment = |name: &str| (name == "INHERITED").then(|| format!("{ECR}/of/env"));
        let found: Vec<String> = registries(&spec, dockerfile, environment)
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected: Vec<&str> = expected.iter().copied().chain(["127.0.0.1:5100"]).collect();
        assert_eq!(found, expected, "{dockerfile}");
    }

    #[test]
    fn a_base_image_is_found_wherever_it_is_named() {
        check("FROM debian:trixie-slim", &[]);
        check(&format!("FROM {ECR}/base:1 AS base"), &[ECR]);
        check(
            &format!("from --platform=$BUILDPLATFORM {ECR}/base@sha256:00"),
            &[ECR],
        );
        check(&format!("COPY --from={ECR}/tools:1 /bin /bin"), &[ECR]);
        check(
            &format!("RUN --mount=type=bind,from={ECR}/tools,target=/t x"),
            &[ECR],
        );
        check(
            &format!("# syntax={ECR}/docker/dockerfile:1\nFROM scratch"),
            &[ECR],
        );
        check(&format!("# was {ECR}/base\nFROM scratch"), &[]);
    }

    #[test]
    fn arguments_are_put_in() {
        check(&format!("ARG BASE={ECR}/base:1\nFROM $BASE"), &[ECR]);
        check(
            "ARG ACCOUNT\nARG REGION=eu-west-1\nFROM ${ACCOUNT}.dkr.ecr.$REGION.amazonaws.com/a",
            &[ECR],
        );
        check(&format!("FROM ${{BASE:-{ECR}/base}}"), &[ECR]);
        check("ARG INHERITED\nFROM $INHERITED", &[ECR]);
    }

    #[test]
    fn a_host_that_only_looks_like_one_gets_no_credentials() {
        check(&format!("FROM {ECR}.evil.com/base"), &[]);
        check(&format!("FROM {ECR}@evil.com/base"), &[]);
        check("FROM public.ecr.aws/docker/library/debian", &[]);
    }
}
