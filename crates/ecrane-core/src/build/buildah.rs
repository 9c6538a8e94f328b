//! The command lines of buildah.
//!
//! Source: the manual pages `buildah-build` and `buildah-push`.

use super::command::{BuildFiles, labels, option, path, secrets};
use super::{BaseImages, BuildSpec, Compression, Platform, Rebuild};
use std::ffi::OsString;
use std::path::Path;

/// The arguments of `buildah` that build `spec` and leave the image in its store.
pub(super) fn argv(spec: &BuildSpec, files: &BuildFiles) -> Vec<OsString> {
    // As the other builders: steps that did not change are not run again.
    let mut argv: Vec<OsString> = ["build", "--format=oci", "--layers"]
        .map(OsString::from)
        .into();
    argv.push(path("--iidfile=", &files.image_id));
    let file = spec.file.clone();
    // It would look for a `Containerfile` first.
    let file = file.unwrap_or_else(|| spec.context.join("Dockerfile"));
    argv.push(path("--file=", &file));
    argv.extend(
        spec.build_contexts
            .iter()
            .map(|it| option("build-context", it)),
    );
    argv.extend(spec.build_args.iter().map(|it| option("build-arg", it)));
    argv.extend(labels(spec));
    argv.extend(annotations(spec));
    argv.extend(spec.target.iter().map(|stage| option("target", stage)));
    let platforms: Vec<String> = spec.platforms.iter().map(Platform::to_string).collect();
    if !platforms.is_empty() {
        argv.push(option("platform", &platforms.join(",")));
    }
    argv.extend(secrets(spec, &files.secrets));
    argv.extend(spec.ssh.iter().map(|it| option("ssh", it)));
    if spec.rebuild == Rebuild::Everything {
        argv.push("--no-cache".into());
    }
    let pull = match spec.base_images {
        BaseImages::All => "always",
        // Unasked it would look for newer ones.
        BaseImages::Missing => "false",
    };
    argv.push(option("pull", pull));
    argv.extend(spec.network.iter().map(|it| option("network", it)));
    argv.extend(spec.hosts.iter().map(|it| option("add-host", it)));
    argv.extend(spec.options.iter().map(|it| it.as_str().into()));
    // Ends the options: a context never reads as one.
    argv.push("--".into());
    argv.push(spec.context.clone().into());
    argv
}

/// What is said in the manifest: there is no index.
fn annotations(spec: &BuildSpec) -> impl Iterator<Item = OsString> {
    let given = spec.annotations.iter().filter(|it| it.is_at("manifest"));
    let said = |key: &str| {
        spec.annotations
            .iter()
            .any(|it| it.key == key && it.is_at("manifest"))
    };
    let described = spec.description.iter().filter(move |it| !said(&it.key));
    let described = described.map(|label| option("annotation", label));
    described.chain(given.map(|it| option("annotation", &format!("{}={}", it.key, it.value))))
}

/// The arguments of `buildah` that write an image of its store as a layout.
#[must_use]
pub fn export(spec: &BuildSpec, image: &str, layout: &Path) -> Vec<OsString> {
    let mut argv: Vec<OsString> = ["push", "--quiet", "--format=oci"]
        .map(OsString::from)
        .into();
    match spec.compression {
        Some(Compression::Uncompressed) => argv.push("--disable-compression".into()),
        Some(kind) => argv.push(option("compression-format", &kind)),
        None => {}
    }
    argv.push("--".into());
    argv.push(image.into());
    argv.push(path("oci:", layout));
    argv
}
