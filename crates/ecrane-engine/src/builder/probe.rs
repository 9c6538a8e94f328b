use super::child::Program;
use super::{BuildError, child};
use ecrane_core::build::{
    Backend, Builder, Docker, ImagePlace, NODE_PREFIX, NodeContainer, OciExporter,
};
use serde::Deserialize;
use std::process::Output;

/// Asks what there is to build with, and chooses of it: of the builders of buildx
/// the one that is named, else the current one. The text says why it is not the
/// first choice.
///
/// # Errors
/// What was asked for does not answer; or nothing does, and why.
pub async fn probe(
    backend: Backend,
    name: Option<&str>,
) -> Result<(Builder, Option<String>), BuildError> {
    match backend {
        Backend::Buildah => Ok((buildah().await?, None)),
        Backend::Docker => {
            let docker = docker(name).await?;
            let engine = Docker {
                buildx: None,
                ..docker
            };
            Ok((Builder::Docker(engine), None))
        }
        Backend::Buildx => match docker(name).await? {
            Docker { buildx: None, .. } => Err(BuildError::NoBuildx),
            docker => Ok((Builder::Docker(docker), None)),
        },
        Backend::Auto => match docker(name).await {
            Ok(docker) => Ok((Builder::Docker(docker), None)),
            // An engine answers: only the name is wrong.
            Err(unknown @ BuildError::NoBuilder { .. }) => Err(unknown),
            Err(docker) => match buildah().await {
                Ok(buildah) => Ok((buildah, Some(docker.to_string()))),
                Err(_) => Err(BuildError::Nothing {
                    docker: Box::new(docker),
                }),
            },
        },
    }
}

async fn buildah() -> Result<Builder, BuildError> {
    let asked = child::command(
        Program::Buildah,
        ["--version"],
        &child::passed_on(|_| false),
    )
    .output()
    .await
    .map_err(|error| child::not_started(Program::Buildah, error))?;
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    // `buildah version 1.39.3 (image-spec …)`
    let version = said
        .split_whitespace()
        .nth(2)
        .unwrap_or("of an unknown version");
    Ok(Builder::Buildah {
        version: version.to_owned(),
    })
}

async fn docker(name: Option<&str>) -> Result<Docker, BuildError> {
    let mut inspect = vec!["buildx", "inspect"];
    inspect.extend(name);
    let (version, buildx, driver, info) = tokio::join!(
        ask(&["version", "--format", "{{json .}}"]),
        ask(&["buildx", "version"]),
        ask(&inspect),
        ask(&INFO),
    );
    let version = version?;
    let (client, engine) = versions(&version).ok_or_else(|| no_engine(&version))?;
    let buildx = buildx?;
    let buildx = buildx
        .status
        .success()
        .then(|| plugin_version(&String::from_utf8_lossy(&buildx.stdout)));
    let driver = driver?;
    if let (Some(name), Some(_), false) = (name, &buildx, driver.status.success()) {
        let adopted = containers(name, &driver).await?;
        return Ok(Docker {
            client,
            engine,
            buildx,
            oci_exporter: OciExporter::Present,
            image_place: match adopted.len() {
                1 => ImagePlace::Here,
                _ => ImagePlace::Elsewhere,
            },
            adopted,
        });
    }
    let driver = String::from_utf8_lossy(&driver.stdout).into_owned();
    let mut info: Info = serde_json::from_slice(&info?.stdout).unwrap_or_default();
    // A builder of the docker driver is an engine, and not always the usual one.
    if values(&driver, "Driver:").any(|it| it == "docker")
        && let Some(context) = values(&driver, "Endpoint:").next()
        && context != info.client.context
    {
        let asked = ask(&[&["--context", context], &INFO[..]].concat()).await?;
        info = serde_json::from_slice(&asked.stdout).unwrap_or_default();
    }
    Ok(Docker {
        client,
        engine,
        buildx,
        oci_exporter: oci_exporter(&driver, &info.driver_status),
        image_place: image_place(&driver),
        adopted: Vec::new(),
    })
}

/// The containers of a builder that buildx does not know here, as it is with one
/// made on the host of a container: the engine is the same.
async fn containers(name: &str, inspected: &Output) -> Result<Vec<NodeContainer>, BuildError> {
    let filter = format!("name={NODE_PREFIX}");
    let list = [
        "container",
        "ls",
        "--format={{.Names}}",
        "--filter",
        &filter,
    ];
    let listed = ask(&list).await?;
    let names = String::from_utf8_lossy(&listed.stdout);
    let names: Vec<&str> = names.lines().collect();
    let adopted = NodeContainer::among(&names, name);
    if adopted.is_empty() {
        let said = String::from_utf8_lossy(&inspected.stderr);
        return Err(BuildError::NoBuilder {
            name: name.to_owned(),
            said: said.trim().replace('\n', " "),
            container: NodeContainer::of(name, 0),
        });
    }
    Ok(adopted)
}

const INFO: [&str; 3] = ["info", "--format", "{{json .}}"];

/// What `docker info` says of an engine; what it leaves out is not known.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Info {
    driver_status: Vec<(String, String)>,
    #[serde(rename = "ClientInfo")]
    client: ClientInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ClientInfo {
    context: String,
}

/// Asks whether an engine answers.
///
/// # Errors
/// None does, and why.
pub async fn answers() -> Result<(), BuildError> {
    let version = ask(&["version", "--format", "{{json .}}"]).await?;
    match versions(&version) {
        Some(_) => Ok(()),
        None => Err(no_engine(&version)),
    }
}

/// The client's and the engine's.
fn versions(version: &Output) -> Option<(String, String)> {
    let Version { client, server } = serde_json::from_slice(&version.stdout).ok()?;
    Some((client.version, server?.version))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    client: Part,
    server: Option<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    version: String,
}

async fn ask(argv: &[&str]) -> Result<Output, BuildError> {
    child::command(Program::Docker, argv, &child::passed_on(|_| false))
        .output()
        .await
        .map_err(|error| child::not_started(Program::Docker, error))
}

/// `github.com/docker/buildx 0.13.1+ds1-3 1.22` → `0.13.1+ds1-3`.
fn plugin_version(text: &str) -> String {
    text.split_whitespace()
        .nth(1)
        .unwrap_or("of an unknown version")
        .trim_start_matches('v')
        .to_owned()
}

/// What `buildx inspect` says under a name, of each node.
fn values<'i>(inspect: &'i str, name: &'static str) -> impl Iterator<Item = &'i str> {
    let lines = inspect.lines().map(str::trim);
    lines.filter_map(move |line| line.strip_prefix(name).map(str::trim))
}

/// A builder of its own can write layouts; the docker driver only where the
/// engine keeps images in containerd.
fn oci_exporter(inspect: &str, driver_status: &[(String, String)]) -> OciExporter {
    let driver = values(inspect, "Driver:").next();
    let mut status = driver_status.iter();
    let containerd = status.any(|(_, value)| value.starts_with("io.containerd.snapshotter"));
    match driver {
        Some("docker") if !containerd => OciExporter::Absent,
        Some(_) => OciExporter::Present,
        None => OciExporter::Absent,
    }
}

/// `buildx inspect` has a part for each node, under one driver.
fn image_place(inspect: &str) -> ImagePlace {
    let far = |driver: &str| matches!(driver, "remote" | "kubernetes" | "cloud");
    if values(inspect, "Driver:").any(far) || values(inspect, "Endpoint:").count() > 1 {
        ImagePlace::Elsewhere
    } else {
        ImagePlace::Here
    }
}

fn no_engine(version: &Output) -> BuildError {
    let said = String::from_utf8_lossy(&version.stderr);
    let said = said.trim().replace('\n', " ");
    if said.contains("permission denied") {
        BuildError::NoRight { said }
    } else {
        BuildError::NoEngine { said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_can_be_had_from_containerd_or_from_a_builder_of_its_own() {
        let classic = ("Backing Filesystem", "extfs");
        let containerd = ("driver-type", "io.containerd.snapshotter.v1");
        let check = |inspect: &str, (key, value): (&str, &str), expected: OciExporter| {
            let status = [(key.to_owned(), value.to_owned())];
            assert_eq!(oci_exporter(inspect, &status), expected, "{inspect}");
        };
        check(
            "Name:   default\nDriver: docker\n",
            classic,
            OciExporter::Absent,
        );
        check(
            "Name:   default\nDriver: docker\n",
            containerd,
            OciExporter::Present,
        );
        check(
            "Name:   big\nDriver: docker-container\n",
            classic,
            OciExporter::Present,
        );
        check(
            "Name:   far\nDriver: remote\n",
            classic,
            OciExporter::Present,
        );
        check("", containerd, OciExporter::Absent);
    }

    #[test]
    fn what_is_made_in_a_cluster_or_on_several_machines_is_elsewhere() {
        let check = |inspect: &str, expected| assert_eq!(image_place(inspect), expected);
        let node = "Name:     a0\nEndpoint: ssh://a\nStatus:   running\n";
        let one = format!("Name:   a\nDriver: docker-container\n\nNodes:\n{node}");
        check(&one, ImagePlace::Here);
        check(&format!("{one}\n{node}"), ImagePlace::Elsewhere);
        check(
            &one.replace("docker-container", "kubernetes"),
            ImagePlace::Elsewhere,
        );
        check(
            &one.replace("docker-container", "remote"),
            ImagePlace::Elsewhere,
        );
        check("", ImagePlace::Here);
    }

    #[test]
    fn the_plugin_says_its_version_in_the_middle() {
        assert_eq!(
            plugin_version("github.com/docker/buildx v0.20.0 abc"),
            "0.20.0"
        );
        assert_eq!(
            plugin_version("github.com/docker/buildx 0.13.1+ds1-3 1.22"),
            "0.13.1+ds1-3"
        );
    }
}
