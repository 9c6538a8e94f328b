use ecrane_core::name::Digest;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What a request was for: errors say it, and which right it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `HEAD` of a manifest.
    FindManifest,
    /// `GET` of a manifest.
    ReadManifest,
    /// `PUT` of a manifest.
    PutManifest,
    /// `HEAD` of a blob.
    FindBlob,
    /// `GET` of a blob.
    ReadBlob,
    /// `POST` that opens an upload.
    StartUpload,
    /// The request that carries a blob's content.
    SendBlob,
    /// `PUT` that closes an upload.
    CommitBlob,
}

impl Operation {
    /// The action that Amazon ECR asks of the caller's policy for this request.
    ///
    /// Source: "Amazon ECR IAM permissions for pushing an image", Amazon ECR
    /// user guide.
    #[must_use]
    pub const fn iam_action(self) -> &'static str {
        match self {
            Self::FindManifest | Self::ReadManifest => "ecr:BatchGetImage",
            Self::PutManifest => "ecr:PutImage",
            Self::FindBlob => "ecr:BatchCheckLayerAvailability",
            Self::ReadBlob => "ecr:GetDownloadUrlForLayer",
            Self::StartUpload => "ecr:InitiateLayerUpload",
            Self::SendBlob => "ecr:UploadLayerPart",
            Self::CommitBlob => "ecr:CompleteLayerUpload",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FindManifest => "looking for a manifest",
            Self::ReadManifest => "reading a manifest",
            Self::PutManifest => "putting a manifest",
            Self::FindBlob => "looking for a blob",
            Self::ReadBlob => "reading a configuration",
            Self::StartUpload => "starting an upload",
            Self::SendBlob => "uploading a blob",
            Self::CommitBlob => "finishing an upload",
        })
    }
}

/// Why a registry did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The HTTP client cannot be set up: no usable certificates, or a strange host.
    #[error("cannot set up the connection to `{registry}`: {cause}")]
    Setup {
        /// The registry's host.
        registry: String,
        /// Why.
        cause: String,
    },
    /// No connection, or one that broke.
    #[error("`{registry}` cannot be reached ({operation}): {cause}")]
    Connection {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// Why it failed.
        cause: String,
        /// How far it came.
        phase: Phase,
    },
    /// Nothing moved for too long.
    #[error("`{registry}` stopped answering ({operation}): nothing moved for {} s", after.as_secs())]
    Stalled {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// How long was waited.
        after: Duration,
    },
    /// The registry is throttling or has a fault of its own.
    #[error("`{registry}` {} ({operation}, status {status}): {message}", if *status == 429 { "throttles" } else { "failed" })]
    Busy {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// The HTTP status.
        status: u16,
        /// What the registry says.
        message: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// An upload session that cannot go on; a new one may.
    #[error("`{registry}` lost the upload ({operation}, status {status}): {message}")]
    BrokenUpload {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// The HTTP status.
        status: u16,
        /// What the registry says.
        message: String,
        /// It received other content than was sent.
        digest_differs: bool,
    },
    /// New credentials were fetched; the request may be made again.
    #[error("`{registry}` refused the credentials, which were renewed")]
    Renewed {
        /// The registry's host.
        registry: String,
    },
    /// It did not heal in the time given.
    #[error("{last}; gave up after {} s", after.as_secs())]
    GaveUp {
        /// For how long it was tried again.
        after: Duration,
        /// The last failure.
        last: Box<RegistryError>,
    },
    /// The credentials are wrong or have expired.
    #[error("`{registry}` does not accept the credentials ({operation}): {message}; sign in again")]
    Unauthorized {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// What the registry says.
        message: String,
    },
    /// New credentials could not be had.
    #[error(
        "`{registry}` does not accept the credentials any more, and new ones cannot be had: {cause}"
    )]
    Renewal {
        /// The registry's host.
        registry: String,
        /// Why not.
        cause: String,
    },
    /// The repository is not there.
    #[error(
        "the repository `{repository}` does not exist in `{registry}`; create it first, or check the name, the account and the region"
    )]
    RepositoryMissing {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
    },
    /// The caller's policy, or the repository's, does not allow it.
    #[error("`{registry}` denies {operation} in `{repository}`: {message}; it takes the right `{}`", operation.iam_action())]
    Denied {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// What was tried.
        operation: Operation,
        /// What the registry says.
        message: String,
    },
    /// The tag is there and the repository does not let tags move.
    #[error("`{registry}` does not move an immutable tag: {message}")]
    Immutable {
        /// The registry's host.
        registry: String,
        /// What the registry says.
        message: String,
    },
    /// The registry does not take this kind of manifest.
    #[error("`{registry}` does not take the manifest {digest} of type `{media_type}`: {message}")]
    ManifestUnsupported {
        /// The registry's host.
        registry: String,
        /// The manifest.
        digest: Digest,
        /// Its media type.
        media_type: String,
        /// What the registry says.
        message: String,
    },
    /// Any other refusal.
    #[error("`{registry}` refuses {operation} (status {}): {message}", answer.trim_end())]
    Refused {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// The HTTP status, and the registry's error code if it gives one.
        answer: String,
        /// What the registry says.
        message: String,
    },
    /// The registry sends us where we do not go.
    #[error("`{registry}` points {operation} to `{location}`, which {why}; not followed")]
    Location {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// The place without its query, which can hold a signature.
        location: String,
        /// Why not.
        why: &'static str,
    },
    /// The registry does not say which manifest it has.
    #[error("`{registry}` does not name the digest of `{reference}` in `{repository}`")]
    NoDigest {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// The tag or digest asked for.
        reference: String,
    },
    /// The registry has, or says it has, something else than was put.
    #[error(
        "`{registry}` names {theirs} for `{reference}` in `{repository}`, but {ours} was pushed"
    )]
    OtherDigest {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// The tag or digest asked for.
        reference: String,
        /// What was pushed.
        ours: Digest,
        /// What the registry names.
        theirs: Digest,
    },
    /// What the registry has there is no image that ecrane can read.
    #[error("`{reference}` of `{repository}` in `{registry}` cannot be read: {why}")]
    Unreadable {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// The tag or digest asked for.
        reference: String,
        /// Why.
        why: String,
    },
    /// A document that was being read did not come whole.
    #[error("`{registry}` broke off an answer ({operation}): {cause}")]
    CutAnswer {
        /// The registry's host.
        registry: String,
        /// What was tried.
        operation: Operation,
        /// Why, or how long it is.
        cause: String,
    },
    /// The repository was seen to have a blob, which was therefore not exported,
    /// and has it no more.
    #[error("`{registry}` had {digest} in `{repository}` a moment ago and lost it; run again")]
    Lost {
        /// The registry's host.
        registry: String,
        /// The repository.
        repository: String,
        /// What it had.
        digest: Digest,
    },
    /// A file of the image cannot be read.
    #[error("cannot read `{path}`: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A file of the image is not what its name says.
    #[error(
        "{digest} in the image layout is damaged: its content has the digest {real}; build or export the image again"
    )]
    Damaged {
        /// The name.
        digest: Digest,
        /// The digest of the content.
        real: Digest,
    },
}

/// How far a connection came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No connection was made: wrong host, nothing listening, no route.
    Connecting,
    /// The other side's certificate is not acceptable. This does not heal.
    Securing,
    /// The connection broke in the middle of a request.
    Underway,
}

impl RegistryError {
    /// True where the same request may succeed a moment later.
    #[must_use]
    pub fn heals(&self) -> bool {
        match self {
            Self::Connection { phase, .. } => *phase != Phase::Securing,
            Self::Stalled { .. }
            | Self::Busy { .. }
            | Self::CutAnswer { .. }
            | Self::Renewed { .. } => true,
            _ => false,
        }
    }
}

impl RegistryError {
    /// True where the registry answered and will answer so again, about this one
    /// thing: it may not be read, or cannot.
    #[must_use]
    pub const fn is_final_for_one(&self) -> bool {
        matches!(
            self,
            Self::Denied { .. } | Self::Unreadable { .. } | Self::Refused { .. }
        )
    }
}

/// What a registry's error answer says: its code and message.
///
/// Source: OCI distribution specification 1.1, "Error Codes". The text is not
/// ours: control characters go, and it is cut to a line.
pub(super) fn read_answer(body: &[u8]) -> (String, String) {
    #[derive(serde::Deserialize)]
    struct Answer {
        #[serde(default)]
        errors: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    match answer.and_then(|answer| answer.errors.into_iter().next()) {
        Some(entry) => (plain(&entry.code), plain(&entry.message)),
        None => (String::new(), plain(&String::from_utf8_lossy(body))),
    }
}

fn plain(text: &str) -> String {
    const LONGEST: usize = 300;
    let words: Vec<_> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(LONGEST).collect();
    let line = line.trim_end_matches('.');
    if line.is_empty() {
        "it gives no reason".to_owned()
    } else {
        line.to_owned()
    }
}
