//! The registries that pushes are tried on: Debian's `docker-registry`, and the
//! local ECR, which is the built binary.

use crate::registry::{Server, credentials};
use ecrane_core::auth::Credentials;
use ecrane_core::name::RepositoryName;
use ecrane_core::repository::{
    Adoption, Creation, Desired, ImageOrigin, Placement, ResourceTags, plan,
};
use ecrane_engine::aws::{self, Connection, Ecr, EndpointUrl, Identity};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A registry that is running; it ends with the value.
pub(crate) enum Upstream {
    Debian(Server),
    Local(Box<Local>),
}

pub(crate) struct Local {
    child: Child,
    host: String,
    ecr: Ecr,
    credentials: Credentials,
    _data: TempDir,
}

impl Upstream {
    pub(crate) fn debian() -> Self {
        Self::Debian(Server::start())
    }

    pub(crate) async fn local() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(binary())
            .args(["local", "--port", "0", "--data"])
            .arg(data.path().join("ecr"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut first).unwrap();
        let url = first.split_whitespace().find(|word| word.contains("://"));
        let url = url.unwrap_or_else(|| panic!("no address in {first:?}"));
        let connection = Connection {
            region: "us-east-1".parse().unwrap(),
            account: None,
            endpoint: Some(EndpointUrl::parse(url).unwrap()),
            identity: Identity::local_ecr("us-east-1".parse().unwrap()),
        };
        let ecr = aws::connect(&connection).await.unwrap();
        let credentials = aws::sign_in(&ecr).await.unwrap();
        Self::Local(Box::new(Local {
            child,
            host: credentials.registry.to_string(),
            ecr,
            credentials,
            _data: data,
        }))
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Debian(_) => "docker-registry",
            Self::Local(_) => "ecrane local",
        }
    }

    pub(crate) fn host(&self) -> &str {
        match self {
            Self::Debian(server) => &server.host,
            Self::Local(local) => &local.host,
        }
    }

    /// The right to push there by way of `host`.
    pub(crate) fn credentials(&self, host: &str) -> Credentials {
        match self {
            Self::Debian(_) => credentials(host),
            Self::Local(local) => Credentials {
                registry: host.parse().unwrap(),
                ..local.credentials.clone()
            },
        }
    }

    /// Makes a repository where pushes do not make one themselves.
    pub(crate) async fn repository(&self, name: &str) -> RepositoryName {
        let name: RepositoryName = name.parse().unwrap();
        if let Self::Local(local) = self {
            let desired = Desired {
                name: name.clone(),
                creation: Creation::Allowed,
                mutability: None,
                scan_on_push: None,
                encryption: None,
                resource_tags: ResourceTags::default(),
                access: None,
                policy: None,
                placement: Placement::Apply,
                adoption: Adoption::Refused,
                tags: Vec::new(),
                origin: ImageOrigin::Prebuilt,
            };
            let there = aws::observe(&local.ecr, &desired).await.unwrap();
            let plan = plan(&desired, &there.observed).unwrap();
            aws::apply(&local.ecr, &desired, plan, &there, |_, _| ())
                .await
                .unwrap();
        }
        name
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary under test: the one that `cargo xtask test` built, else built now.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ECRANE_BIN") {
        return PathBuf::from(path);
    }
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "ecrane"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .status()
        .unwrap();
    assert!(status.success(), "the binary does not build");
    let mut folder = std::env::current_exe().unwrap();
    folder.pop(); // deps
    folder.pop(); // debug
    folder.join("ecrane")
}
