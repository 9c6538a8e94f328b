use std::fmt;
use std::str::FromStr;

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
