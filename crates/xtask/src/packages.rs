//! Debian packages, and how one knows that the machine has what they bring.

use std::path::Path;
use std::process::Command;

use crate::command::{self, Failure};
use crate::machine;

/// A package, with what shows that it is not needed any more: the machine may have the same from elsewhere.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    proof: Proof,
}

enum Proof {
    Program(&'static str),
    /// One of these.
    File(&'static [&'static str]),
    PythonModule(&'static str),
}

/// A client of a local ECR that needs no engine.
pub(crate) const BUILDAH: Package = Package {
    name: "buildah",
    proof: Proof::Program("buildah"),
};
pub(crate) const CERTIFICATES: Package = Package {
    name: "ca-certificates",
    // Debian's place, Fedora's, and that of macOS and Alpine.
    proof: Proof::File(&[
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    ]),
};
/// Downloads a release, as `setup/install.sh` does it.
pub(crate) const CURL: Package = Package {
    name: "curl",
    proof: Proof::Program("curl"),
};
pub(crate) const CXX: Package = Package {
    name: "g++",
    proof: Proof::Program("c++"),
};
pub(crate) const GIT: Package = Package {
    name: "git",
    proof: Proof::Program("git"),
};
pub(crate) const IPROUTE: Package = Package {
    name: "iproute2",
    proof: Proof::Program("ip"),
};
pub(crate) const IPTABLES: Package = Package {
    name: "iptables",
    proof: Proof::Program("iptables"),
};
/// Signs what `mmdebstrap` fetches; Ubuntu has it as a package of its own.
pub(crate) const KEYRING: Package = Package {
    name: "debian-archive-keyring",
    proof: Proof::File(&["/usr/share/keyrings/debian-archive-keyring.gpg"]),
};
pub(crate) const MMDEBSTRAP: Package = Package {
    name: "mmdebstrap",
    proof: Proof::Program("mmdebstrap"),
};
pub(crate) const MUSL: Package = Package {
    name: "musl-tools",
    proof: Proof::Program("musl-gcc"),
};
/// Runs the module that a page loads.
pub(crate) const NODE: Package = Package {
    name: "nodejs",
    proof: Proof::Program("node"),
};
/// Brings programs for Node; Debian has it as a package of its own.
pub(crate) const NPM: Package = Package {
    name: "npm",
    proof: Proof::Program("npm"),
};
/// A registry that is not ours: the push is tested against it.
pub(crate) const REGISTRY: Package = Package {
    name: "docker-registry",
    proof: Proof::Program("docker-registry"),
};
pub(crate) const SKOPEO: Package = Package {
    name: "skopeo",
    proof: Proof::Program("skopeo"),
};
pub(crate) const VENV: Package = Package {
    name: "python3-venv",
    proof: Proof::PythonModule("ensurepip"),
};

impl Package {
    fn is_needed(&self) -> bool {
        match self.proof {
            Proof::Program(name) => machine::program(name).is_none(),
            Proof::File(paths) => !paths.iter().any(|path| Path::new(path).exists()),
            Proof::PythonModule(name) => {
                !command::succeeds(Command::new("python3").args(["-c", &format!("import {name}")]))
            }
        }
    }
}

/// The names of those that the machine still needs.
pub(crate) fn needed(packages: &[Package]) -> Vec<&'static str> {
    packages
        .iter()
        .filter(|package| package.is_needed())
        .map(|package| package.name)
        .collect()
}

/// The commands that install them.
pub(crate) fn commands(names: &[&str]) -> [Command; 2] {
    let apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"];
    let install = ["install", "--yes", "--no-install-recommends"];
    [
        machine::as_root("env", &[&apt[..], &["update"]].concat()),
        machine::as_root("env", &[&apt[..], &install, names].concat()),
    ]
}

/// Installs packages by their names.
pub(crate) fn install(names: &[&str]) -> Result<(), Failure> {
    if machine::program("apt-get").is_none() {
        let names = names.join(", ");
        return Err(Failure::new(format!(
            "this machine has no `apt-get`: install what Debian has in {names} by its own package manager"
        )));
    }
    machine::check_rights()?;
    commands(names).iter_mut().try_for_each(command::quietly)
}
