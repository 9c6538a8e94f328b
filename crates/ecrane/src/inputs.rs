//! The inputs as text: one struct for the action's environment and the command
//! line, so that there is one list of them.

mod environment;
mod names;

pub(crate) use environment::from_environment;
#[cfg(test)]
pub(crate) use names::{ALIASES, NAMES};

use serde::Deserialize;

/// Every input, as given. Nothing is judged here; see [`crate::config`].
///
/// A field is an input of the action, an option of the command line, and a row
/// of the README's table; a test holds the four together.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args, Deserialize)]
#[serde(default)]
pub(crate) struct Inputs {
    /// AWS Region; else AWS_REGION or AWS_DEFAULT_REGION
    #[arg(long, alias = "region", value_name = "REGION", help_heading = "AWS")]
    pub aws_region: Option<String>,
    /// Another endpoint than AWS's own, such as http://127.0.0.1:5100
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    pub endpoint_url: Option<String>,
    /// The role to take, as an ARN: by the keys of the environment if there are any, else by the job's token
    #[arg(long, alias = "assume_role", value_name = "ARN", help_heading = "AWS")]
    pub role_to_assume: Option<String>,
    /// How the role's session is called in the logs of AWS [default: GitHubActions in a workflow, else ecrane]
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub role_session_name: Option<String>,
    /// How long a session of the role is, 900 to 43200 [default: 3600]
    #[arg(long, value_name = "SECONDS", help_heading = "AWS")]
    pub role_duration_seconds: Option<String>,
    /// What the role's owner wants to hear from those who take it
    #[arg(long, value_name = "ID", help_heading = "AWS")]
    pub role_external_id: Option<String>,
    /// For whom the job's token is [default: sts.amazonaws.com]
    #[arg(long, value_name = "AUDIENCE", help_heading = "AWS")]
    pub audience: Option<String>,
    /// Account ids that the credentials may be of, by comma or line
    #[arg(long, value_name = "ACCOUNTS", help_heading = "AWS")]
    #[serde(deserialize_with = "whole_text")]
    pub allowed_account_ids: Vec<String>,
    /// Registries to sign in to for base images: account ids or hosts, by comma or line
    #[arg(
        long,
        alias = "registry_ids",
        value_name = "REGISTRIES",
        help_heading = "AWS"
    )]
    #[serde(deserialize_with = "whole_text")]
    pub registries: Vec<String>,
    /// public signs in to public.ecr.aws for base images, private does not [default: private]
    #[arg(long, value_name = "TYPE", help_heading = "AWS")]
    pub registry_type: Option<String>,
    /// The proxy to AWS, the registries and GitHub; else HTTPS_PROXY
    #[arg(long, value_name = "URL", help_heading = "AWS")]
    pub http_proxy: Option<Hidden>,

    /// The repository's name, such as team/app
    #[arg(long, aliases = ["repo", "ecr_repository", "image_name"], value_name = "NAME", help_heading = "Repository")]
    pub repository: Option<String>,
    /// true, false, or a pattern that the name must match [default: true]
    #[arg(long, value_name = "WHEN", help_heading = "Repository")]
    pub create_repository: Option<String>,
    /// MUTABLE or IMMUTABLE, or either _WITH_EXCLUSION; unset leaves it as it is
    #[arg(long, value_name = "VALUE", help_heading = "Repository")]
    pub image_tag_mutability: Option<String>,
    /// Tags for which the opposite holds, such as latest or dev-*, by comma or line
    #[arg(long, value_name = "FILTERS", help_heading = "Repository")]
    #[serde(deserialize_with = "whole_text")]
    pub image_tag_mutability_exclusion_filters: Vec<String>,
    /// Scan images when they arrive: true or false; unset leaves it as it is
    #[arg(long, value_name = "BOOL", help_heading = "Repository")]
    pub scan_on_push: Option<String>,
    /// How a new repository is encrypted: AES256, KMS or KMS_DSSE
    #[arg(long, value_name = "KIND", help_heading = "Repository")]
    pub encryption_type: Option<String>,
    /// The key of AWS KMS, by ARN, id or alias
    #[arg(long, value_name = "KEY", help_heading = "Repository")]
    pub kms_key: Option<String>,
    /// Who may use the repository: an IAM policy, as a file or as JSON; unset leaves it as it is
    #[arg(long, value_name = "FILE", help_heading = "Repository")]
    pub repository_policy: Option<String>,
    /// Resource tags KEY=VALUE, one per line; others are left alone
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Repository")]
    #[serde(deserialize_with = "whole_text")]
    pub repository_tags: Vec<String>,

    /// The build's context folder [default: .]
    #[arg(long, value_name = "DIR", help_heading = "Build")]
    pub context: Option<String>,
    /// The Dockerfile [default: Dockerfile in the context]
    #[arg(
        long,
        alias = "dockerfile",
        value_name = "FILE",
        help_heading = "Build"
    )]
    pub file: Option<String>,
    /// Build arguments NAME=VALUE, one per line
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub build_args: Vec<String>,
    /// The stage to build
    #[arg(long, value_name = "STAGE", help_heading = "Build")]
    pub target: Option<String>,
    /// Platforms such as linux/amd64, by comma or line
    #[arg(long, value_name = "PLATFORMS", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub platforms: Vec<String>,
    /// Further contexts NAME=SOURCE, one per line
    #[arg(long, value_name = "NAME=SOURCE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub build_contexts: Vec<String>,
    /// Where layers of earlier builds come from, one per line
    #[arg(long, value_name = "CACHE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub cache_from: Vec<String>,
    /// Where layers go for later builds, one per line
    #[arg(long, value_name = "CACHE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub cache_to: Vec<String>,
    /// Build every step anew: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Build")]
    pub no_cache: Option<String>,
    /// Stages to build anew, by comma or line
    #[arg(long, value_name = "STAGES", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub no_cache_filters: Vec<String>,
    /// Ask registries for newer base images: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Build")]
    pub pull: Option<String>,
    /// The network of build steps, such as none or host
    #[arg(long, value_name = "MODE", help_heading = "Build")]
    pub network: Option<String>,
    /// Names that build steps resolve, HOST:ADDRESS by comma or line
    #[arg(long, value_name = "HOST:ADDRESS", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub add_hosts: Vec<String>,
    /// Secrets ID=VALUE, one per line, several lines in double quotes; better give --secret-envs or --secret-files here
    #[arg(long, value_name = "ID=VALUE", help_heading = "Build")]
    pub secrets: Option<Hidden>,
    /// Secrets from variables, ID=VARIABLE by comma or line
    #[arg(long, value_name = "ID=VARIABLE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub secret_envs: Vec<String>,
    /// Secrets from files, ID=PATH, one per line
    #[arg(long, value_name = "ID=PATH", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub secret_files: Vec<String>,
    /// Agents or keys for build steps, default or ID=PATH, by comma or line
    #[arg(long, value_name = "AGENT", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub ssh: Vec<String>,
    /// Labels KEY=VALUE, one per line
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub labels: Vec<String>,
    /// Annotations [LEVEL:]KEY=VALUE, one per line
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub annotations: Vec<String>,
    /// How the image says what it was made of: true, false or mode=max
    #[arg(long, value_name = "WHEN", help_heading = "Build")]
    pub provenance: Option<String>,
    /// How the image says what is in it: true or false
    #[arg(long, value_name = "WHEN", help_heading = "Build")]
    pub sbom: Option<String>,
    /// The builder of buildx [default: the current one, or one made for the run where that cannot do what is asked]
    #[arg(long, value_name = "NAME", help_heading = "Build")]
    pub builder: Option<String>,
    /// What builds: auto, buildx, docker or buildah [default: auto]
    #[arg(long, value_name = "BACKEND", help_heading = "Build")]
    pub builder_backend: Option<String>,
    /// What pushes: auto, ecrane or builder [default: auto]
    #[arg(long, value_name = "WHO", help_heading = "Build")]
    pub push_by: Option<String>,
    /// How layers are compressed: uncompressed, gzip, estargz or zstd
    #[arg(long, value_name = "KIND", help_heading = "Build")]
    pub compression: Option<String>,
    /// Other options of the builder, one per line
    #[arg(long, value_name = "OPTION", help_heading = "Build")]
    #[serde(deserialize_with = "whole_text")]
    pub build_options: Vec<String>,

    /// Tags by comma or line, bare, as full references, or by rules such as type=semver [default: the short commit id]
    #[arg(long, alias = "image_tag", value_name = "TAGS", help_heading = "Image")]
    #[serde(deserialize_with = "whole_text")]
    pub tags: Vec<String>,
    /// What holds for all rules: latest=auto, prefix=TEXT, suffix=TEXT, one per line
    #[arg(long, value_name = "FLAVOR", help_heading = "Image")]
    #[serde(deserialize_with = "whole_text")]
    pub flavor: Vec<String>,
    /// Push: true or false [default: true; on pull requests only the plan]
    #[arg(long, value_name = "BOOL", help_heading = "Image")]
    pub push: Option<String>,
    /// What to push instead of building: an OCI layout, an archive of one or of
    /// docker save, or an image that the engine has
    #[arg(
        long,
        alias = "local-image",
        value_name = "IMAGE",
        help_heading = "Image"
    )]
    pub image: Option<String>,

    /// Leave the image in the local engine too, under its tags: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Image")]
    pub load: Option<String>,
    /// Build and push nothing if all tags are there and active: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Image")]
    pub skip_if_exists: Option<String>,
    /// Let the image of an older commit take a tag from a newer one's: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Image")]
    pub allow_older: Option<String>,
    /// Repositories of the same registry to take layers over from, by comma or line
    #[arg(long, value_name = "NAMES", help_heading = "Image")]
    #[serde(deserialize_with = "whole_text")]
    pub mount_from: Vec<String>,
    /// Further registries that get the image: Regions, account ids or registry hosts, by comma or line
    #[arg(long, value_name = "REGISTRIES", help_heading = "Image")]
    #[serde(deserialize_with = "whole_text")]
    pub push_to: Vec<String>,

    /// Lifecycle policy: a file, JSON, YAML, or the word default; unset makes no lifecycle call
    #[arg(long, value_name = "POLICY", help_heading = "Lifecycle")]
    pub lifecycle_policy: Option<String>,
    /// Images that a change of policy may remove: a number or a share such as 10% [default: 0]
    #[arg(
        long,
        alias = "max-expire",
        value_name = "LIMIT",
        help_heading = "Lifecycle"
    )]
    pub max_remove: Option<String>,
    /// Who says which images go: aws (ECR's preview too), local (ecrane alone) or off
    #[arg(long, value_name = "WHO", help_heading = "Lifecycle")]
    pub lifecycle_preview: Option<String>,
    /// What is done with the policy: apply, check (judged, not put) or create-only (put where none stands)
    #[arg(long, value_name = "MODE", help_heading = "Lifecycle")]
    pub lifecycle_mode: Option<String>,
    /// Which findings in the policy end the run: error or warning [default: error]
    #[arg(long, value_name = "SEVERITY", help_heading = "Lifecycle")]
    pub fail_on: Option<String>,
    /// Replace a policy that ecrane did not put: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Lifecycle")]
    pub adopt: Option<String>,

    /// Keep a comment on the pull request: true or false [default: true with a token]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Flow")]
    pub comment: Option<String>,
    /// The job's token, for the comment; better leave it in the variable GITHUB_TOKEN and say --comment
    #[arg(long, value_name = "TOKEN", help_heading = "Flow")]
    pub github_token: Option<Hidden>,
    /// How far the run goes: up, plan (as --dry-run) or check (inputs and policy alone, without AWS); or cleanup or destroy, as the commands
    #[arg(long, value_name = "MODE", help_heading = "Flow")]
    pub mode: Option<String>,
    /// With --mode cleanup: how tags name their pull request, by comma or line [default: pr-{number}]
    #[arg(long, value_name = "PATTERNS", help_heading = "Flow")]
    #[serde(deserialize_with = "whole_text")]
    pub cleanup_tags: Vec<String>,
    /// With --mode destroy: the repository's name once more
    #[arg(long, value_name = "NAME", help_heading = "Flow")]
    pub confirm: Option<String>,
    /// Show the plan and do nothing
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Flow")]
    pub dry_run: Option<String>,
}

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    /// The text, for whoever takes it apart.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A list arrives as one text, which [`crate::config`] takes apart.
fn whole_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    String::deserialize(deserializer).map(|text| vec![text])
}

#[cfg(test)]
mod tests;
