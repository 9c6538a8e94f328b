use super::child::Program;
use super::{BuildError, child};
use ecrane_core::build::{
    Backend, Builder, Docker, ImagePlace, NODE_PREFIX, NodeContainer, OciExporter,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
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
    let (info, driver) = tokio::join!(ask(&INFO), ask(&inspect));
    let (mut info, driver) = (Info::of(&info?), driver?);
    let (client, engine) = match info.versions() {
        Some(both) => both,
        None => versions().await?,
    };
    let buildx = info.buildx();
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
    // A builder of the docker driver is an engine, and not always the usual one.
    if values(&driver, "Driver:").any(|it| it == "docker")
        && let Some(context) = values(&driver, "Endpoint:").next()
        && context != info.client.context
    {
        info = Info::of(&ask(&[&["--context", context], &INFO[..]].concat()).await?);
    }
    Ok(Docker {
        client,
        engine,
        buildx,
        oci_exporter: oci_exporter(&driver, &info.driver_status.unwrap_or_default()),
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

/// What `docker info` says of an engine and of the client; what it leaves out is
/// not known.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Info {
    server_version: String,
    /// None of a storage driver that has nothing to say, as `vfs`.
    driver_status: Option<Vec<(String, String)>>,
    #[serde(rename = "ClientInfo")]
    client: ClientInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ClientInfo {
    version: String,
    context: String,
    plugins: Option<Vec<Plugin>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Plugin {
    name: String,
    version: String,
    /// Why it cannot be used.
    err: Option<IgnoredAny>,
}

impl Info {
    fn of(asked: &Output) -> Self {
        serde_json::from_slice(&asked.stdout).unwrap_or_default()
    }

    /// The client's and the engine's: an engine that does not answer has none here,
    /// nor has a client before version 23.
    fn versions(&self) -> Option<(String, String)> {
        let both = (self.client.version.clone(), self.server_version.clone());
        (!both.0.is_empty() && !both.1.is_empty()).then_some(both)
    }

    /// The version of the plugin, if it is there and works.
    fn buildx(&self) -> Option<String> {
        let mut plugins = self.client.plugins.iter().flatten();
        let found = plugins.find(|it| it.name == "buildx" && it.err.is_none())?;
        Some(found.version.trim_start_matches('v').to_owned())
    }
}

/// Asks whether an engine answers.
///
/// # Errors
/// None does, and why.
pub async fn answers() -> Result<(), BuildError> {
    versions().await.map(|_| ())
}

/// The client's and the engine's.
async fn versions() -> Result<(String, String), BuildError> {
    let asked = ask(&["version", "--format", "{{json .}}"]).await?;
    match serde_json::from_slice(&asked.stdout) {
        Ok(Version {
            client,
            server: Some(server),
        }) => Ok((client.version, server.version)),
        _ => Err(no_engine(&asked)),
    }
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

    /// What `docker info --format '{{json .}}'` says of the versions of the client, the
    /// engine and the plugin.
    #[test]
    fn one_answer_tells_the_versions_wherever_the_client_tells_its_own() {
        type Said<'s> = (Option<(&'s str, &'s str)>, Option<&'s str>);
        let check = |said: &str, expected: Said<'_>| {
            let info: Info = serde_json::from_str(said).unwrap();
            let versions = info.versions();
            let both = versions
                .as_ref()
                .map(|(client, engine)| (&**client, &**engine));
            assert_eq!((both, info.buildx().as_deref()), expected, "{said}");
        };
        let plugin = r#"{"Name": "buildx", "Version": "v0.30.0"}"#;
        let broken = r#"{"Name": "buildx", "Err": "exec format error"}"#;
        let of = |engine: &str, client: &str, plugins: &str| {
            format!(
                r#"{{"ServerVersion": "{engine}", "ClientInfo": {{"Version": "{client}", "Plugins": {plugins}}}}}"#
            )
        };
        let both = Some(("28.2.2", "26.1.5"));
        check(
            &of("26.1.5", "28.2.2", &format!("[{plugin}]")),
            (both, Some("0.30.0")),
        );
        check(
            &of("26.1.5", "28.2.2", &format!("[{broken}]")),
            (both, None),
        );
        check(&of("26.1.5", "28.2.2", "null"), (both, None));
        let vfs = of("26.1.5", "28.2.2", &format!("[{plugin}]"));
        let vfs = vfs.replacen('{', r#"{"DriverStatus": null, "#, 1);
        check(&vfs, (both, Some("0.30.0")));
        // No engine.
        check(&of("", "28.2.2", "[]"), (None, None));
        // Client 20.10, with an engine and without.
        let old =
            format!(r#"{{"ServerVersion": "20.10.24", "ClientInfo": {{"Plugins": [{plugin}]}}}}"#);
        check(&old, (None, Some("0.30.0")));
        check(
            r#"{"ServerErrors": ["Cannot connect"], "ClientInfo": {"Plugins": []}}"#,
            (None, None),
        );
    }
}
