//! The inputs of a build.

use super::list::{by_comma_and_line, by_line, fields, records};
use super::read::Reader;
use super::{Fault, ImageSource};
use crate::inputs::{Hidden, Inputs};
use ecrane_core::build::{
    BaseImages, BuildArg, BuildSpec, CacheEntry, ExtraOption, Rebuild, Secret, SecretId,
    SecretSource,
};
use ecrane_core::name::RepositoryName;
use std::path::{Path, PathBuf};
use std::str::FromStr;

impl Reader {
    /// What is built or taken as it is. A cache does not go to the `immutable`
    /// repository. What the image says of itself unasked is added later.
    pub(super) fn image(
        &mut self,
        inputs: &Inputs,
        immutable: Option<&RepositoryName>,
    ) -> ImageSource {
        if let Some(text) = &inputs.image {
            self.nothing_to_build(inputs);
            return self.prebuilt(text);
        }
        let spec = BuildSpec {
            context: self.context(inputs),
            file: inputs.file.as_ref().map(PathBuf::from),
            build_contexts: self.each("build-contexts", &by_line(&inputs.build_contexts)),
            build_args: self.build_args(inputs),
            target: inputs.target.clone(),
            platforms: self.each("platforms", &by_comma_and_line(&inputs.platforms)),
            secrets: self.secrets(inputs),
            ssh: self.each("ssh", &by_comma_and_line(&inputs.ssh)),
            cache_from: self.caches("cache-from", &inputs.cache_from),
            cache_to: self.cache_destinations(inputs, immutable),
            rebuild: self.rebuild(inputs),
            base_images: match self.boolean("pull", inputs.pull.as_deref()) {
                Some(true) => BaseImages::All,
                _ => BaseImages::Missing,
            },
            network: inputs.network.clone(),
            hosts: self.each("add-hosts", &by_comma_and_line(&inputs.add_hosts)),
            labels: self.each("labels", &by_line(&inputs.labels)),
            annotations: self.each("annotations", &by_line(&inputs.annotations)),
            description: Vec::new(),
            provenance: self
                .one("provenance", inputs.provenance.as_deref())
                .unwrap_or_default(),
            sbom: self.one("sbom", inputs.sbom.as_deref()).unwrap_or_default(),
            backend: self
                .one("builder-backend", inputs.builder_backend.as_deref())
                .unwrap_or_default(),
            push_by: self
                .one("push-by", inputs.push_by.as_deref())
                .unwrap_or_default(),
            builder: inputs.builder.clone(),
            compression: self.one("compression", inputs.compression.as_deref()),
            registries: Vec::new(),
            options: self.options(inputs),
        };
        self.dockerfile(&spec);
        ImageSource::Build(Box::new(spec))
    }

    /// A folder and a file are taken for what they are; anything else that reads
    /// as a name is the engine's.
    fn prebuilt(&mut self, text: &str) -> ImageSource {
        let path = PathBuf::from(text);
        if path.is_file() {
            return ImageSource::Archive(path);
        }
        if path.is_dir() {
            if !path.join("oci-layout").is_file() {
                self.fault(
                    Fault::whole("image", text, "there is no OCI layout in this folder")
                        .help("a layout holds the files `oci-layout` and `index.json`"),
                );
            }
            return ImageSource::Layout(path);
        }
        let names_a_file = text.starts_with(['.', '/', '-', '~'])
            || path
                .extension()
                .is_some_and(|it| ["tar", "gz", "tgz"].iter().any(|end| it == *end));
        if names_a_file {
            self.fault(
                Fault::whole("image", text, "there is no such folder or file").help(
                    "give the folder of an OCI layout, an archive of one or of `docker save`, or the name of an image that the engine has",
                ),
            );
        }
        ImageSource::Engine(text.to_owned())
    }

    /// An image that is there already is not built: what only a build could
    /// heed is not passed over in silence.
    fn nothing_to_build(&mut self, inputs: &Inputs) {
        let given = [
            ("context", inputs.context.is_some()),
            ("file", inputs.file.is_some()),
            ("build-args", !inputs.build_args.is_empty()),
            ("target", inputs.target.is_some()),
            ("platforms", !inputs.platforms.is_empty()),
            ("build-contexts", !inputs.build_contexts.is_empty()),
            ("cache-from", !inputs.cache_from.is_empty()),
            ("cache-to", !inputs.cache_to.is_empty()),
            ("no-cache", inputs.no_cache.is_some()),
            ("no-cache-filters", !inputs.no_cache_filters.is_empty()),
            ("pull", inputs.pull.is_some()),
            ("network", inputs.network.is_some()),
            ("add-hosts", !inputs.add_hosts.is_empty()),
            ("secrets", inputs.secrets.is_some()),
            ("secret-envs", !inputs.secret_envs.is_empty()),
            ("secret-files", !inputs.secret_files.is_empty()),
            ("ssh", !inputs.ssh.is_empty()),
            ("labels", !inputs.labels.is_empty()),
            ("annotations", !inputs.annotations.is_empty()),
            ("provenance", inputs.provenance.is_some()),
            ("sbom", inputs.sbom.is_some()),
            ("builder", inputs.builder.is_some()),
            ("push-by", inputs.push_by.is_some()),
            ("builder-backend", inputs.builder_backend.is_some()),
            ("compression", inputs.compression.is_some()),
            ("build-options", !inputs.build_options.is_empty()),
        ];
        for (input, _) in given.into_iter().filter(|(_, given)| *given) {
            self.fault(
                Fault::whole(input, "", format!("`{input}` has no effect with `image`"))
                    .help("leave one of the two out"),
            );
        }
    }

    fn context(&mut self, inputs: &Inputs) -> PathBuf {
        let text = inputs.context.as_deref().unwrap_or(".");
        if text.starts_with('-') {
            self.fault(
                Fault::whole("context", text, "the context starts with `-`")
                    .help(format!("give `./{text}`")),
            );
        } else if !Path::new(text).is_dir() {
            let help = match std::env::current_dir() {
                _ if text.contains("://") => {
                    "a URL is no context here: check the repository out first, and give its folder"
                        .to_owned()
                }
                Ok(folder) => format!("the path is taken from `{}`", folder.display()),
                Err(_) => "give a folder".to_owned(),
            };
            self.fault(Fault::whole("context", text, "there is no such folder").help(help));
        }
        PathBuf::from(text)
    }

    /// A missing context is a fault already; its Dockerfile is not a second one.
    fn dockerfile(&mut self, spec: &BuildSpec) {
        let (input, path) = match &spec.file {
            Some(file) => ("file", file.clone()),
            None if spec.context.is_dir() => ("context", spec.context.join("Dockerfile")),
            None => return,
        };
        if !path.is_file() {
            let text = match input {
                "file" => path.display().to_string(),
                _ => spec.context.display().to_string(),
            };
            self.fault(
                Fault::whole(
                    input,
                    &text,
                    format!("there is no Dockerfile `{}`", path.display()),
                )
                .help("give its path in `file`"),
            );
        }
    }

    fn build_args(&mut self, inputs: &Inputs) -> Vec<BuildArg> {
        by_line(&inputs.build_args)
            .iter()
            .filter_map(|line| {
                // The value may be confidential: only the name is shown.
                let name = line.split('=').next().unwrap_or_default();
                let read = line.parse();
                self.keep(read.map_err(|message: String| Fault::whole("build-args", name, message)))
            })
            .collect()
    }

    /// An option's value may be confidential too, as that of `--build-arg` is.
    fn options(&mut self, inputs: &Inputs) -> Vec<ExtraOption> {
        by_line(&inputs.build_options)
            .iter()
            .filter_map(|text| {
                let is_end = |c: char| c == '=' || c.is_whitespace();
                let name = text.split(is_end).next().unwrap_or_default();
                let read = text.parse();
                self.keep(
                    read.map_err(|message: String| Fault::whole("build-options", name, message)),
                )
            })
            .collect()
    }

    /// What may stand for itself in a list, or each fault of it.
    fn each<T: FromStr<Err = String>>(&mut self, input: &str, texts: &[String]) -> Vec<T> {
        texts
            .iter()
            .filter_map(|text| self.one(input, Some(text)))
            .collect()
    }

    fn one<T: FromStr<Err = String>>(&mut self, input: &str, text: Option<&str>) -> Option<T> {
        let text = text?;
        let read = text.parse();
        self.keep(read.map_err(|message: String| Fault::whole(input, text, message)))
    }

    fn caches(&mut self, input: &str, texts: &[String]) -> Vec<CacheEntry> {
        by_line(texts)
            .iter()
            .filter_map(|line| {
                let fields = fields(line);
                let read = CacheEntry::of_fields(&fields);
                let shown = || CacheEntry::outline(&fields);
                self.keep(read.map_err(|message| Fault::whole(input, &shown(), message)))
            })
            .collect()
    }

    fn cache_destinations(
        &mut self,
        inputs: &Inputs,
        immutable: Option<&RepositoryName>,
    ) -> Vec<CacheEntry> {
        let entries = self.caches("cache-to", &inputs.cache_to).into_iter();
        let entries: Vec<CacheEntry> = entries.map(CacheEntry::as_destination).collect();
        for entry in &entries {
            let repository = entry.repository();
            if repository.is_some() && repository.as_ref() == immutable {
                let message = "tags of this repository are immutable: the second export of a cache would be refused";
                self.fault(
                    Fault::whole("cache-to", "", message)
                        .help("keep the cache in a repository of its own, with mutable tags"),
                );
            }
        }
        entries
    }

    fn rebuild(&mut self, inputs: &Inputs) -> Rebuild {
        let stages = by_comma_and_line(&inputs.no_cache_filters);
        match self.boolean("no-cache", inputs.no_cache.as_deref()) {
            Some(true) => Rebuild::Everything,
            _ if stages.is_empty() => Rebuild::Nothing,
            _ => Rebuild::Stages(stages),
        }
    }

    /// A value is never in a fault: only the id is, and only where no record can
    /// be a piece of a value.
    fn secrets(&mut self, inputs: &Inputs) -> Vec<Secret> {
        let given = inputs.secrets.as_ref().map_or("", Hidden::expose);
        let values = self.named("secrets", &records(given), |value| {
            SecretSource::Value(value.into())
        });
        let environment = by_comma_and_line(&inputs.secret_envs);
        let environment = self.named("secret-envs", &environment, |name| {
            SecretSource::Environment(name.to_owned())
        });
        let files = by_line(&inputs.secret_files);
        let files = self.named("secret-files", &files, |path| {
            SecretSource::File(path.into())
        });
        let mut secrets: Vec<Secret> = Vec::new();
        for (input, id, source) in [values, environment, files].into_iter().flatten() {
            let secret = self.secret(input, id.trim(), source);
            let again = |id: &SecretId| secrets.iter().any(|other| other.id == *id);
            match secret {
                Some(secret) if again(&secret.id) => self.fault(
                    Fault::whole(input, secret.id.as_str(), "two secrets have this id")
                        .help("give each an id of its own"),
                ),
                secret => secrets.extend(secret),
            }
        }
        secrets
    }

    /// Each record with its id and where the value is. Where one has no `=`, its
    /// neighbours may be lines of one value, and none of them is looked at.
    fn named(
        &mut self,
        input: &'static str,
        records: &[String],
        source: fn(&str) -> SecretSource,
    ) -> Vec<(&'static str, String, Option<SecretSource>)> {
        let nameless = records.iter().filter(|text| !text.contains('=')).count();
        if nameless > 0 {
            let message = format!("no id in {nameless} of {} records", records.len());
            let help = match input {
                "secrets" => "write `ID=VALUE`; a value of several lines stands in double quotes",
                "secret-envs" => "write `ID=VARIABLE`",
                _ => "write `ID=PATH`",
            };
            self.fault(Fault::whole(input, "", message).help(help));
            return Vec::new();
        }
        let named = records.iter().filter_map(|text| text.split_once('='));
        let named = named.map(|(id, place)| {
            let source = (!place.is_empty()).then(|| source(place));
            (input, id.to_owned(), source)
        });
        named.collect()
    }

    fn secret(&mut self, input: &str, id: &str, source: Option<SecretSource>) -> Option<Secret> {
        let read = id.parse::<SecretId>();
        // What is no id may be a part of a value.
        let id = self.keep(read.map_err(|message| Fault::whole(input, "", message)))?;
        let missing = match &source {
            None if input == "secrets" => Some(
                "its value is empty: is the secret set for this repository, and is this no run for a fork?",
            ),
            None => Some("it does not say where its value is"),
            Some(SecretSource::Environment(name)) if std::env::var_os(name).is_none() => {
                Some("there is no such variable in the environment")
            }
            Some(SecretSource::File(file)) if !file.is_file() => Some("there is no such file"),
            Some(_) => None,
        };
        if let Some(message) = missing {
            self.fault(Fault::whole(input, id.as_str(), message));
            return None;
        }
        Some(Secret {
            id,
            source: source?,
        })
    }
}
