use ecrane_core::name::Digest;
use ecrane_core::push::PlanError;
use std::io;
use std::path::PathBuf;

/// Why a folder or tar is not a layout that can be pushed.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// A file could not be read or written.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried: `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tar stream ends early or is none.
    #[error("cannot read the image's tar archive: {0}")]
    Tar(#[source] io::Error),
    /// The tar cannot be written to its end.
    #[error("cannot write the image's tar archive: {0}")]
    Packing(#[source] io::Error),
    /// Not a layout folder at all.
    #[error("`{0}` is no OCI image layout: it has no file `oci-layout`")]
    NoMarker(PathBuf),
    /// A layout of another version.
    #[error("`{dir}` is an OCI image layout of version `{version}`; this program knows 1.0.0")]
    Version {
        /// The folder.
        dir: PathBuf,
        /// The version it states.
        version: String,
    },
    /// A JSON file of the layout itself is not what it must be.
    #[error("`{path}` does not read as it should: {}", place(source))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// There is nothing to push.
    #[error("the image layout `{0}` holds no image")]
    Empty(PathBuf),
    /// Which of them is meant is not ours to guess.
    #[error("the image layout `{dir}` holds {} images ({}); export the one that is meant", digests.len(), list(digests))]
    Several {
        /// The folder.
        dir: PathBuf,
        /// The digests of the images.
        digests: Vec<Digest>,
    },
    /// Content that the image names has no file.
    #[error(
        "the image needs {digest} (`{media_type}`), which the layout `{dir}` does not hold; export the image with all its platforms, or one platform alone"
    )]
    Missing {
        /// The folder.
        dir: PathBuf,
        /// What is missing.
        digest: Digest,
        /// What it would be.
        media_type: String,
    },
    /// Content is not what its name says.
    #[error("{digest} in the image layout is damaged: {what}; build or export the image again")]
    Damaged {
        /// The name.
        digest: Digest,
        /// What is wrong with it.
        what: String,
    },
    /// The image's own documents do not fit together.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Where a document stops to read. What stands there is not repeated: it may be
/// anything.
pub(crate) fn place(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "it ends early",
        Category::Syntax => "it is no JSON",
        Category::Data => "it lacks something, or has something else",
        Category::Io => return error.to_string(),
    };
    let (line, column) = (error.line(), error.column());
    format!("{what}, at line {line}, column {column}")
}

fn list(digests: &[Digest]) -> String {
    let short: Vec<_> = digests.iter().map(Digest::short).collect();
    short.join(", ")
}
