use super::{Attestation, BaseImages, BuildSpec, Platform, Rebuild, Route, SecretSource, buildah};
use crate::name::Reference;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where a build leaves what the next step reads, and finds what it must not see
/// in an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFiles {
    /// The OCI layout as a tar ([`Route::BuildxLayout`], [`Route::OwnBuilder`]).
    pub layout_tar: PathBuf,
    /// The name of the builder that the run made for itself, if it did.
    pub builder: Option<String>,
    /// The image's id (the other routes).
    pub image_id: PathBuf,
    /// What the builder says of the image that it pushed ([`Route::BuildxPush`]).
    pub metadata: PathBuf,
    /// The names that the builder pushes the image by ([`Route::BuildxPush`]).
    pub names: Vec<Reference>,
    /// A folder with a file for each secret that has its value with it or in a
    /// variable, named by its id.
    pub secrets: PathBuf,
}

/// The arguments of `docker`, or of `buildah` on its route, that build `spec`.
#[must_use]
pub fn argv(spec: &BuildSpec, route: Route, files: &BuildFiles) -> Vec<OsString> {
    if route == Route::Buildah {
        return buildah::argv(spec, files);
    }
    let words: &[&str] = match route {
        Route::BuildxLayout | Route::OwnBuilder | Route::BuildxPush | Route::BuildxLoad => {
            &["buildx", "build", "--progress=plain"]
        }
        Route::BuildKit => &["build", "--progress=plain"],
        // A failed step must leave no container behind.
        Route::Classic | Route::Buildah => &["build", "--force-rm"],
    };
    let mut argv: Vec<OsString> = words.iter().map(OsString::from).collect();
    if route.has_buildx() {
        // Attestations become untagged children in the registry: only on wish.
        argv.push(attestation("provenance", &spec.provenance));
        argv.push(attestation("sbom", &spec.sbom));
        let builder = files.builder.as_ref().or(spec.builder.as_ref());
        argv.extend(builder.map(|name| option("builder", name)));
    }
    argv.extend(destination(spec, route, files));
    if let Some(file) = &spec.file {
        argv.push(path("--file=", file));
    }
    argv.extend(
        spec.build_contexts
            .iter()
            .map(|it| option("build-context", it)),
    );
    argv.extend(spec.build_args.iter().map(|it| option("build-arg", it)));
    argv.extend(labels(spec));
    argv.extend(spec.annotations.iter().map(|it| option("annotation", it)));
    argv.extend(spec.target.iter().map(|stage| option("target", stage)));
    if !spec.platforms.is_empty() {
        let platforms: Vec<String> = spec.platforms.iter().map(Platform::to_string).collect();
        argv.push(option("platform", &platforms.join(",")));
    }
    argv.extend(secrets(spec, &files.secrets));
    argv.extend(spec.ssh.iter().map(|it| option("ssh", it)));
    argv.extend(spec.cache_from.iter().map(|it| option("cache-from", it)));
    argv.extend(spec.cache_to.iter().map(|it| option("cache-to", it)));
    match &spec.rebuild {
        Rebuild::Nothing => {}
        Rebuild::Everything => argv.push("--no-cache".into()),
        Rebuild::Stages(stages) => {
            argv.extend(stages.iter().map(|it| option("no-cache-filter", it)));
        }
    }
    if spec.base_images == BaseImages::All {
        argv.push("--pull".into());
    }
    argv.extend(spec.network.iter().map(|it| option("network", it)));
    argv.extend(spec.hosts.iter().map(|it| option("add-host", it)));
    argv.extend(spec.options.iter().map(|it| it.as_str().into()));
    // Ends the options: a context never reads as one.
    argv.push("--".into());
    argv.push(spec.context.clone().into());
    argv
}

fn destination(spec: &BuildSpec, route: Route, files: &BuildFiles) -> Vec<OsString> {
    match route {
        Route::BuildxLayout | Route::OwnBuilder => {
            let output = path("--output=type=oci,dest=", &files.layout_tar);
            vec![exporter(output, spec)]
        }
        Route::BuildxPush => {
            let names: Vec<String> = files.names.iter().map(Reference::to_string).collect();
            let names = csv_field(&format!("name={}", names.join(",")));
            let output = format!("--output=type=image,push=true,oci-mediatypes=true,{names}");
            vec![
                exporter(output.into(), spec),
                path("--metadata-file=", &files.metadata),
            ]
        }
        Route::BuildxLoad => vec!["--load".into(), path("--iidfile=", &files.image_id)],
        Route::BuildKit | Route::Classic | Route::Buildah => {
            vec![path("--iidfile=", &files.image_id)]
        }
    }
}

/// With what the exporters of BuildKit have in common.
fn exporter(mut output: OsString, spec: &BuildSpec) -> OsString {
    if let Some(compression) = spec.compression {
        output.push(format!(",compression={compression},force-compression=true"));
    }
    for attribute in description(spec) {
        output.push(",");
        output.push(csv_field(&attribute));
    }
    output
}

/// The description where nothing else is said, then what is.
pub(super) fn labels(spec: &BuildSpec) -> impl Iterator<Item = OsString> {
    let said = |key: &str| spec.labels.iter().any(|label| label.key == key);
    let described = spec
        .description
        .iter()
        .filter(move |label| !said(&label.key));
    let labels = described.chain(&spec.labels);
    labels.map(|label| option("label", label))
}

/// The description as attributes of the exporter: unlike `--annotation`, every
/// buildx hands those on. An index is there only for several platforms.
fn description(spec: &BuildSpec) -> impl Iterator<Item = String> {
    let levels: &[(&str, &str)] = if spec.platforms.len() > 1 {
        &[("manifest", "annotation"), ("index", "annotation-index")]
    } else {
        &[("manifest", "annotation")]
    };
    let said = |level: &str, key: &str| {
        let mut known = spec.annotations.iter();
        known.any(|annotation| annotation.key == key && annotation.is_at(level))
    };
    spec.description.iter().flat_map(move |label| {
        let open = levels
            .iter()
            .filter(move |(level, _)| !said(level, &label.key));
        open.map(move |(_, attribute)| format!("{attribute}.{label}"))
    })
}

fn attestation(name: &str, attestation: &Attestation) -> OsString {
    option(name, attestation)
}

/// A secret is named by the place of its value, never by the value. A variable
/// would be seen by every process that the builder starts.
pub(super) fn secrets(spec: &BuildSpec, folder: &Path) -> impl Iterator<Item = OsString> {
    spec.secrets.iter().map(|secret| {
        let id = &secret.id;
        match &secret.source {
            SecretSource::Value(_) | SecretSource::Environment(_) => {
                source(id.as_str(), &folder.join(id.as_str()))
            }
            SecretSource::File(file) => source(id.as_str(), file),
        }
    })
}

fn source(id: &str, file: &Path) -> OsString {
    let text = file.to_string_lossy();
    if !text.contains([',', '"']) {
        return path(&format!("--secret=id={id},src="), file);
    }
    OsString::from(format!(
        "--secret=id={id},{}",
        csv_field(&format!("src={text}"))
    ))
}

/// A field of a value that is a record of comma-separated fields.
fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

pub(super) fn option(name: &str, value: &(impl std::fmt::Display + ?Sized)) -> OsString {
    OsString::from(format!("--{name}={value}"))
}

pub(super) fn path(name: &str, path: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(path);
    flag
}
