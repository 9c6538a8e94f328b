use axum::http::Method;
use ecrane_core::name::{Digest, NameError, RepositoryName, Tag};

/// What a path of the registry means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `/v2/`.
    Base,
    /// `/v2/_catalog`.
    Catalog,
    /// `/v2/NAME/tags/list`.
    Tags(RepositoryName),
    /// `/v2/NAME/manifests/REFERENCE`.
    Manifest(RepositoryName, Reference),
    /// `/v2/NAME/referrers/DIGEST`.
    Referrers(RepositoryName, Digest),
    /// `/v2/NAME/blobs/DIGEST`.
    Blob(RepositoryName, Digest),
    /// `/v2/NAME/blobs/uploads/`.
    Uploads(RepositoryName),
    /// `/v2/NAME/blobs/uploads/ID`.
    Upload(RepositoryName, String),
    /// A known form, with a name in it that cannot be one.
    BadName(NameError),
    /// None of these.
    Unknown,
}

/// How a manifest is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// By a tag.
    Tag(Tag),
    /// By its digest.
    Digest(Digest),
}

/// Reads a path from its end: a repository's name may hold any number of
/// slashes, and words such as `blobs` and `tags`.
pub(super) fn parse(path: &str) -> Target {
    let Some(rest) = path.strip_prefix("/v2") else {
        return Target::Unknown;
    };
    let segments: Vec<&str> = rest.split('/').skip(1).collect();
    let target = match segments.as_slice() {
        [] | [""] => return Target::Base,
        ["_catalog"] => return Target::Catalog,
        [name @ .., "tags", "list"] => named(name, Ok(()), |name, ()| Target::Tags(name)),
        [name @ .., "manifests", text] => named(name, reference(text), Target::Manifest),
        [name @ .., "referrers", digest] => named(name, digest.parse(), Target::Referrers),
        [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
            named(name, Ok(()), |name, ()| Target::Uploads(name))
        }
        [name @ .., "blobs", "uploads", id] => named(name, Ok((*id).to_owned()), Target::Upload),
        [name @ .., "blobs", digest] => named(name, digest.parse(), Target::Blob),
        _ => return Target::Unknown,
    };
    target.unwrap_or_else(Target::BadName)
}

fn named<T>(
    segments: &[&str],
    other: Result<T, NameError>,
    target: impl FnOnce(RepositoryName, T) -> Target,
) -> Result<Target, NameError> {
    Ok(target(segments.join("/").parse()?, other?))
}

fn reference(text: &str) -> Result<Reference, NameError> {
    if text.contains(':') {
        text.parse().map(Reference::Digest)
    } else {
        text.parse().map(Reference::Tag)
    }
}

impl Target {
    /// The repository that it is about.
    pub(super) fn repository(&self) -> Option<&RepositoryName> {
        match self {
            Self::Tags(name)
            | Self::Manifest(name, _)
            | Self::Referrers(name, _)
            | Self::Blob(name, _)
            | Self::Uploads(name)
            | Self::Upload(name, _) => Some(name),
            Self::Base | Self::Catalog | Self::BadName(_) | Self::Unknown => None,
        }
    }

    /// A name for what the method does to it, for the log.
    pub(super) fn operation(&self, method: &Method) -> &'static str {
        match (self, method.as_str()) {
            (Self::Base, _) => "SignIn",
            (Self::Catalog, _) => "ListRepositories",
            (Self::Tags(_), _) => "ListTags",
            (Self::Manifest(..), "HEAD") => "HeadManifest",
            (Self::Manifest(..), "PUT") => "PutManifest",
            (Self::Manifest(..), "DELETE") => "DeleteManifest",
            (Self::Manifest(..), _) => "GetManifest",
            (Self::Referrers(..), _) => "ListReferrers",
            (Self::Blob(..), "HEAD") => "HeadBlob",
            (Self::Blob(..), _) => "GetBlob",
            (Self::Uploads(_), _) => "StartUpload",
            (Self::Upload(..), "PATCH") => "AppendUpload",
            (Self::Upload(..), "PUT") => "FinishUpload",
            (Self::Upload(..), "DELETE") => "CancelUpload",
            (Self::Upload(..), _) => "GetUpload",
            (Self::BadName(_) | Self::Unknown, _) => "Unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn name(text: &str) -> RepositoryName {
        text.parse().unwrap()
    }

    fn digest() -> Digest {
        DIGEST.parse().unwrap()
    }

    fn check(path: &str, expected: &Target) {
        assert_eq!(parse(path), *expected, "{path}");
    }

    #[test]
    fn every_form() {
        let tag = Reference::Tag("v1".parse().unwrap());
        check("/v2", &Target::Base);
        check("/v2/", &Target::Base);
        check("/v2/app/tags/list", &Target::Tags(name("app")));
        check("/v2/app/manifests/v1", &Target::Manifest(name("app"), tag));
        check(
            &format!("/v2/app/manifests/{DIGEST}"),
            &Target::Manifest(name("app"), Reference::Digest(digest())),
        );
        check(
            &format!("/v2/app/referrers/{DIGEST}"),
            &Target::Referrers(name("app"), digest()),
        );
        check(
            &format!("/v2/app/blobs/{DIGEST}"),
            &Target::Blob(name("app"), digest()),
        );
        check("/v2/app/blobs/uploads/", &Target::Uploads(name("app")));
        check("/v2/app/blobs/uploads", &Target::Uploads(name("app")));
        check(
            "/v2/app/blobs/uploads/7",
            &Target::Upload(name("app"), "7".into()),
        );
        check("/v2/app", &Target::Unknown);
        check("/v3/", &Target::Unknown);
    }

    #[test]
    fn a_name_may_hold_the_words_of_a_path() {
        check(
            "/v2/team/tags/list/tags/list",
            &Target::Tags(name("team/tags/list")),
        );
        check(
            "/v2/a1/blobs/uploads/b1/blobs/uploads/",
            &Target::Uploads(name("a1/blobs/uploads/b1")),
        );
    }

    #[test]
    fn a_bad_name_is_told_from_an_unknown_path() {
        for path in [
            "/v2/App/tags/list",
            "/v2/app/manifests/-x",
            "/v2/app/blobs/sha256:1",
            "/v2//tags/list",
        ] {
            assert!(matches!(parse(path), Target::BadName(_)), "{path}");
        }
    }
}
