use super::{AccountId, NameError, NameKind, Partition, Region};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The host of a registry that may be sent a credential.
///
/// Parsed whole: a host that merely contains or begins like one of ECR's is
/// refused. Source: the "Amazon ECR endpoints" page of the AWS General
/// Reference, and the partition data of the SDKs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryHost {
    /// An account's private registry in one Region.
    Private {
        /// The account that owns it.
        account: AccountId,
        /// Its Region.
        region: Region,
        /// Which of its endpoints.
        endpoint: Endpoint,
    },
    /// Amazon ECR Public, `public.ecr.aws`.
    Public,
    /// A stand-in for ECR, as `host:port`: on loopback, or at the very endpoint
    /// that the user named.
    Emulator(String),
}

impl RegistryHost {
    /// The registry host of an answer from an endpoint that the user named:
    /// besides ECR's own hosts, the endpoint's authority (`host:port`) is trusted.
    ///
    /// # Errors
    /// Any other host: no credential is sent there.
    pub fn behind_endpoint(text: &str, authority: &str) -> Result<Self, NameError> {
        if text == authority {
            return Ok(Self::Emulator(text.to_owned()));
        }
        text.parse()
    }

    /// The Region that signs in to it; that of a stand-in is not in its name.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        match self {
            Self::Private { region, .. } => Some(region.clone()),
            Self::Public => Some(Region::of_ecr_public()),
            Self::Emulator(_) => None,
        }
    }
}

/// The forms of a private registry's endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// `dkr.ecr`, IPv4.
    Standard,
    /// `dkr.ecr-fips`, IPv4, FIPS 140 validated.
    Fips,
    /// `dkr-ecr`, IPv4 and IPv6.
    DualStack,
    /// `dkr-ecr-fips`, IPv4 and IPv6, FIPS 140 validated.
    DualStackFips,
}

impl Endpoint {
    const fn is_dual_stack(self) -> bool {
        matches!(self, Self::DualStack | Self::DualStackFips)
    }
}

const PUBLIC: &str = "public.ecr.aws";

impl fmt::Display for RegistryHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (account, region, endpoint) = match self {
            Self::Public => return f.write_str(PUBLIC),
            Self::Emulator(host) => return f.write_str(host),
            Self::Private {
                account,
                region,
                endpoint,
            } => (account, region, endpoint),
        };
        let service = match endpoint {
            Endpoint::Standard => "dkr.ecr",
            Endpoint::Fips => "dkr.ecr-fips",
            Endpoint::DualStack => "dkr-ecr",
            Endpoint::DualStackFips => "dkr-ecr-fips",
        };
        let partition = region.partition();
        let suffix = if endpoint.is_dual_stack() {
            partition.dual_stack_suffix()
        } else {
            None
        };
        let suffix = suffix.unwrap_or(partition.dns_suffix());
        write!(f, "{account}.{service}.{region}.{suffix}")
    }
}

impl FromStr for RegistryHost {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == PUBLIC {
            return Ok(Self::Public);
        }
        if is_loopback(text) {
            return Ok(Self::Emulator(text.to_owned()));
        }
        private(text).ok_or_else(|| {
            NameError::new(NameKind::Registry, text, 0, "is not one of Amazon ECR's")
                .help("credentials are sent to ECR and to loopback only, for example `123456789012.dkr.ecr.eu-central-1.amazonaws.com`")
        })
    }
}

/// `127.0.0.1:5100`, `[::1]:5100` or `localhost:5100`.
fn is_loopback(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let host = host
        .strip_prefix('[')
        .and_then(|h| h.strip_suffix(']'))
        .unwrap_or(host);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    loopback && port.parse::<u16>().is_ok()
}

fn private(text: &str) -> Option<RegistryHost> {
    let (account, rest) = text.split_once('.')?;
    let account: AccountId = account.parse().ok()?;
    let forms = [
        ("dkr.ecr.", Endpoint::Standard),
        ("dkr.ecr-fips.", Endpoint::Fips),
        ("dkr-ecr.", Endpoint::DualStack),
        ("dkr-ecr-fips.", Endpoint::DualStackFips),
    ];
    let (rest, endpoint) = forms
        .into_iter()
        .find_map(|(prefix, endpoint)| Some((rest.strip_prefix(prefix)?, endpoint)))?;
    let (region, suffix) = rest.split_once('.')?;
    let region: Region = region.parse().ok()?;
    let partition: Partition = region.partition();
    let expected = if endpoint.is_dual_stack() {
        partition.dual_stack_suffix()?
    } else {
        partition.dns_suffix()
    };
    (suffix == expected).then_some(RegistryHost::Private {
        account,
        region,
        endpoint,
    })
}
