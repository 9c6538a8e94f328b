//! What is built, and the command line that builds it.
//!
//! [`argv`] is a pure function: no shell, no probing. Which [`Route`] is open is
//! found by asking the engine, and decided by [`route`].

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildSpec {
    /// The folder that the builder is given.
    pub context: PathBuf,
    /// The Dockerfile; `None`: `Dockerfile` in the context.
    pub file: Option<PathBuf>,
    /// Build arguments, in their order.
    pub build_args: Vec<BuildArg>,
    /// The stage to stop at.
    pub target: Option<String>,
    /// The platforms; none: the engine's own.
    pub platforms: Vec<Platform>,
}

/// A build argument: `NAME=value`, or `NAME` for the environment's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildArg {
    /// The name of an `ARG` instruction.
    pub name: String,
    /// Its value, byte for byte; `None`: from the environment.
    pub value: Option<String>,
}

/// The kernel's limit of one argument, `MAX_ARG_STRLEN`, in bytes.
const MAX_ARGUMENT: usize = 128 * 1024;

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

/// A platform: `os/architecture` or `os/architecture/variant`.
///
/// Source: OCI image specification 1.1, image index, "platform".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform(String);

const OPERATING_SYSTEMS: &[&str] = &["linux", "windows", "darwin", "freebsd", "wasip1"];
const ARCHITECTURES: &[&str] = &[
    "amd64", "arm64", "arm", "386", "riscv64", "ppc64le", "s390x", "mips64le", "loong64", "wasm",
];

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let parts: Vec<&str> = text.split('/').collect();
        let (os, architecture, variant) = match parts.as_slice() {
            [alone] if ARCHITECTURES.contains(alone) => {
                return Err(format!(
                    "a platform is `os/arch[/variant]`; did you mean `linux/{alone}`"
                ));
            }
            [os, architecture] => (*os, *architecture, None),
            [os, architecture, variant] => (*os, *architecture, Some(*variant)),
            _ => {
                return Err(format!(
                    "`{text}` is not a platform: write `os/arch[/variant]`"
                ));
            }
        };
        if !OPERATING_SYSTEMS.contains(&os) {
            return Err(format!(
                "`{os}` is not an operating system that images name"
            ));
        }
        let architecture = match architecture {
            "x86_64" | "x86-64" => "amd64",
            "aarch64" => "arm64",
            known if ARCHITECTURES.contains(&known) => known,
            "amd46" => {
                return Err("`amd46` is not an architecture; did you mean `linux/amd64`".into());
            }
            other => return Err(format!("`{other}` is not an architecture that images name")),
        };
        Ok(Self(match variant {
            Some(variant) => format!("{os}/{architecture}/{variant}"),
            None => format!("{os}/{architecture}"),
        }))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the engine and its client said of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builder {
    /// The client's version, such as `28.2.2`.
    pub client: String,
    /// The engine's version.
    pub engine: String,
    /// The buildx plugin's version, where it answers.
    pub buildx: Option<String>,
    /// What can export an image as an OCI layout.
    pub oci_exporter: OciExporter,
}

/// Whether the builder can write an OCI layout itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OciExporter {
    /// It can: the engine has the containerd image store, or the builder is one
    /// of its own.
    Present,
    /// It cannot: the docker driver on the classic image store.
    Absent,
}

/// A way from a Dockerfile to an OCI layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// buildx writes the layout.
    BuildxLayout,
    /// buildx leaves the image in the engine, which saves it.
    BuildxLoad,
    /// The client's own `build` with the engine's BuildKit; the engine saves it.
    BuildKit,
    /// The client's own `build` without BuildKit; the engine saves it.
    Classic,
}

/// The variable that decides between BuildKit and the classic builder, in a
/// client that has both.
pub const BUILDKIT_VARIABLE: &str = "DOCKER_BUILDKIT";

impl Route {
    /// The value of [`BUILDKIT_VARIABLE`] that the client needs on this route;
    /// on the others it must not be set.
    #[must_use]
    pub const fn buildkit_variable(self) -> Option<&'static str> {
        match self {
            Self::BuildKit => Some("1"),
            Self::BuildxLayout | Self::BuildxLoad | Self::Classic => None,
        }
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.buildx {
            Some(buildx) => write!(f, "docker buildx {buildx}, engine {}", self.engine),
            None => write!(f, "docker build {}, engine {}", self.client, self.engine),
        }
    }
}

/// Chooses the way.
///
/// # Errors
/// Several platforms where the builder cannot make them; says what would.
pub fn route(builder: &Builder, spec: &BuildSpec) -> Result<Route, String> {
    let several = spec.platforms.len() > 1;
    let route = match (&builder.buildx, builder.oci_exporter) {
        (Some(_), OciExporter::Present) => return Ok(Route::BuildxLayout),
        (Some(_), OciExporter::Absent) => Route::BuildxLoad,
        // Clients from 23 on reach BuildKit only through buildx; those before
        // carry it themselves.
        (None, _) if major(&builder.client).is_some_and(|v| v < 23) => Route::BuildKit,
        (None, _) => Route::Classic,
    };
    if several {
        return Err(format!(
            "the builder ({builder}) makes one platform at a time, and `platforms` names {}; turn on the engine's containerd image store, or choose a builder of the docker-container driver",
            spec.platforms.len()
        ));
    }
    Ok(route)
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// Where a build leaves what the next step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFiles {
    /// The OCI layout as a tar ([`Route::BuildxLayout`]).
    pub layout_tar: PathBuf,
    /// The image's id (the other routes).
    pub image_id: PathBuf,
}

/// The arguments of `docker` that build `spec` by `route`.
#[must_use]
pub fn argv(spec: &BuildSpec, route: Route, files: &BuildFiles) -> Vec<OsString> {
    // Attestations would become untagged children in the registry: only on wish.
    let words: &[&str] = match route {
        Route::BuildxLayout | Route::BuildxLoad => &[
            "buildx",
            "build",
            "--progress=plain",
            "--provenance=false",
            "--sbom=false",
        ],
        Route::BuildKit => &["build", "--progress=plain"],
        // A failed step must leave no container behind.
        Route::Classic => &["build", "--force-rm"],
    };
    let mut argv: Vec<OsString> = words.iter().map(OsString::from).collect();
    match route {
        Route::BuildxLayout => argv.push(flag("--output=type=oci,dest=", &files.layout_tar)),
        Route::BuildxLoad => {
            argv.push("--load".into());
            argv.push(flag("--iidfile=", &files.image_id));
        }
        Route::BuildKit | Route::Classic => argv.push(flag("--iidfile=", &files.image_id)),
    }
    if let Some(file) = &spec.file {
        argv.push(flag("--file=", file));
    }
    argv.extend(
        spec.build_args
            .iter()
            .map(|arg| OsString::from(format!("--build-arg={arg}"))),
    );
    if let Some(target) = &spec.target {
        argv.push(format!("--target={target}").into());
    }
    if !spec.platforms.is_empty() {
        let platforms: Vec<String> = spec.platforms.iter().map(Platform::to_string).collect();
        argv.push(format!("--platform={}", platforms.join(",")).into());
    }
    // Ends the options: a context never reads as one.
    argv.push("--".into());
    argv.push(spec.context.clone().into());
    argv
}

fn flag(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(client: &str, buildx: Option<&str>, oci_exporter: OciExporter) -> Builder {
        Builder {
            client: client.into(),
            engine: "26.1".into(),
            buildx: buildx.map(str::to_owned),
            oci_exporter,
        }
    }

    fn spec() -> BuildSpec {
        BuildSpec {
            context: "app".into(),
            file: None,
            build_args: vec![],
            target: None,
            platforms: vec![],
        }
    }

    fn check(spec: &BuildSpec, route: Route, expected: &str) {
        let files = BuildFiles {
            layout_tar: "L".into(),
            image_id: "I".into(),
        };
        let argv: Vec<String> = argv(spec, route, &files)
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        assert_eq!(argv.join(" "), expected);
    }

    #[test]
    fn the_command_line_of_each_route() {
        let plain = spec();
        check(
            &plain,
            Route::BuildxLayout,
            "buildx build --progress=plain --provenance=false --sbom=false --output=type=oci,dest=L -- app",
        );
        check(
            &plain,
            Route::BuildxLoad,
            "buildx build --progress=plain --provenance=false --sbom=false --load --iidfile=I -- app",
        );
        check(
            &plain,
            Route::BuildKit,
            "build --progress=plain --iidfile=I -- app",
        );
        check(
            &plain,
            Route::Classic,
            "build --force-rm --iidfile=I -- app",
        );
    }

    #[test]
    fn every_input_of_a_build_has_its_place() {
        let full = BuildSpec {
            file: Some("app/Dockerfile.prod".into()),
            build_args: vec![
                "A=b=c==".parse().unwrap(),
                "FROM_ENVIRONMENT".parse().unwrap(),
            ],
            target: Some("final".into()),
            platforms: vec![
                "linux/amd64".parse().unwrap(),
                "linux/aarch64".parse().unwrap(),
            ],
            ..spec()
        };
        check(
            &full,
            Route::Classic,
            "build --force-rm --iidfile=I --file=app/Dockerfile.prod --build-arg=A=b=c== --build-arg=FROM_ENVIRONMENT --target=final --platform=linux/amd64,linux/arm64 -- app",
        );
    }

    #[test]
    fn the_route_follows_from_what_answered() {
        let check = |b: Builder, expected: Route| assert_eq!(route(&b, &spec()), Ok(expected));
        check(
            builder("26.1", Some("0.13"), OciExporter::Present),
            Route::BuildxLayout,
        );
        check(
            builder("26.1", Some("0.13"), OciExporter::Absent),
            Route::BuildxLoad,
        );
        check(
            builder("20.10.24", None, OciExporter::Absent),
            Route::BuildKit,
        );
        check(builder("28.2.2", None, OciExporter::Absent), Route::Classic);
    }

    #[test]
    fn several_platforms_need_a_builder_that_makes_them() {
        let two = BuildSpec {
            platforms: vec![
                "linux/amd64".parse().unwrap(),
                "linux/arm64".parse().unwrap(),
            ],
            ..spec()
        };
        let refusal = route(&builder("28.2.2", None, OciExporter::Absent), &two).unwrap_err();
        insta::assert_snapshot!(refusal, @"the builder (docker build 28.2.2, engine 26.1) makes one platform at a time, and `platforms` names 2; turn on the engine's containerd image store, or choose a builder of the docker-container driver");
        let able = builder("26.1", Some("0.13"), OciExporter::Present);
        assert_eq!(route(&able, &two), Ok(Route::BuildxLayout));
    }

    #[test]
    fn platforms_and_build_arguments_are_read_with_care() {
        let platform = |text: &str| match text.parse::<Platform>() {
            Ok(platform) => platform.to_string(),
            Err(error) => error,
        };
        assert_eq!(platform("linux/x86_64"), "linux/amd64");
        assert_eq!(platform("linux/arm/v7"), "linux/arm/v7");
        assert_eq!(
            platform("amd64"),
            "a platform is `os/arch[/variant]`; did you mean `linux/amd64`"
        );
        assert_eq!(
            platform("linux/amd46"),
            "`amd46` is not an architecture; did you mean `linux/amd64`"
        );
        assert_eq!(
            platform("linux/arm/v7/x"),
            "`linux/arm/v7/x` is not a platform: write `os/arch[/variant]`"
        );

        let argument = |text: &str| match text.parse::<BuildArg>() {
            Ok(argument) => argument.to_string(),
            Err(error) => error,
        };
        assert_eq!(argument(r#"J={"a":"b"}"#), r#"J={"a":"b"}"#);
        assert_eq!(argument("A=x  "), "A=x  ");
        assert_eq!(
            argument("=x"),
            "a build argument has no name; write `NAME=value`"
        );
        assert_eq!(
            argument("--build-arg=x"),
            "`--build-arg` is not the name of a build argument: letters, digits and `_`, not starting with a digit"
        );
        assert_eq!(
            argument(&format!("A={}", "x".repeat(200 * 1024))),
            "`A` is longer than the 128 KiB that the kernel takes in one argument"
        );
    }
}
