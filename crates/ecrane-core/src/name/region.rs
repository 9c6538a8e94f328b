use super::{NameError, NameKind, string_name};
use std::str::FromStr;

/// An AWS Region's name, such as `eu-central-1`.
///
/// Any DNS label is accepted, because new Regions appear; [`Region::known`]
/// tells of one that is not among those known when this was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);
string_name!(Region);

/// A group of Regions with its own accounts, endpoints and host names.
///
/// Source: the AWS fault isolation whitepaper and the SDKs' partition data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// Commercial Regions.
    Aws,
    /// China.
    China,
    /// AWS GovCloud (US).
    GovCloud,
    /// AWS European Sovereign Cloud.
    EuropeanSovereign,
    /// ISO (US).
    Iso,
    /// ISOB (US).
    IsoB,
    /// ISOE (Europe).
    IsoE,
    /// ISOF.
    IsoF,
}

impl Partition {
    pub(super) const ALL: [Self; 8] = [
        Self::Aws,
        Self::China,
        Self::GovCloud,
        Self::EuropeanSovereign,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
    ];

    /// The suffix of the partition's host names.
    #[must_use]
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::GovCloud => "amazonaws.com",
            Self::China => "amazonaws.com.cn",
            Self::EuropeanSovereign => "amazonaws.eu",
            Self::Iso => "c2s.ic.gov",
            Self::IsoB => "sc2s.sgov.gov",
            Self::IsoE => "cloud.adc-e.uk",
            Self::IsoF => "csp.hci.ic.gov",
        }
    }

    /// The suffix of its dual-stack (IPv4 and IPv6) host names, where it has them.
    #[must_use]
    pub const fn dual_stack_suffix(self) -> Option<&'static str> {
        match self {
            Self::Aws | Self::GovCloud => Some("on.aws"),
            Self::China => Some("on.amazonwebservices.com.cn"),
            _ => None,
        }
    }

    /// Whether a host is one of AWS's own, in any partition.
    #[must_use]
    pub fn has_host(host: &str) -> bool {
        let mut suffixes = Self::ALL
            .into_iter()
            .flat_map(|it| [Some(it.dns_suffix()), it.dual_stack_suffix()])
            .flatten();
        suffixes.any(|suffix| {
            let name = host.strip_suffix(suffix);
            name.is_some_and(|name| name.ends_with('.'))
        })
    }

    /// The partition's name in an ARN.
    #[must_use]
    pub const fn arn_name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
            Self::EuropeanSovereign => "aws-eusc",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }

    /// The partition of this name in an ARN.
    #[must_use]
    pub fn of_arn(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.arn_name() == name)
    }

    /// The prefix of its Regions' names; none for commercial Regions.
    const fn region_prefix(self) -> Option<&'static str> {
        match self {
            Self::Aws => None,
            Self::China => Some("cn-"),
            Self::GovCloud => Some("us-gov-"),
            Self::EuropeanSovereign => Some("eusc-"),
            Self::Iso => Some("us-iso-"),
            Self::IsoB => Some("us-isob-"),
            Self::IsoE => Some("eu-isoe-"),
            Self::IsoF => Some("us-isof-"),
        }
    }
}

/// Regions known when this was written. Not a list of what is allowed.
const KNOWN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isob-west-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

impl Region {
    /// Where Amazon ECR Public signs in, whatever Region one works in.
    ///
    /// Source: "Amazon ECR Public endpoints and quotas" in the AWS General Reference.
    #[must_use]
    pub fn of_ecr_public() -> Self {
        Self("us-east-1".to_owned())
    }

    /// The partition that the Region's name belongs to.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::ALL
            .into_iter()
            .find(|p| {
                p.region_prefix()
                    .is_some_and(|prefix| self.0.starts_with(prefix))
            })
            .unwrap_or(Partition::Aws)
    }

    /// For a Region that is not among the known ones: the known one that it may
    /// have been meant to be, if any is near.
    ///
    /// # Errors
    /// An unknown Region, with a suggestion where one is near. It may still
    /// exist, so this is for a warning.
    pub fn known(&self) -> Result<(), Option<&'static str>> {
        if KNOWN.contains(&self.0.as_str()) {
            return Ok(());
        }
        let mut letters: Vec<char> = self.0.chars().collect();
        letters.sort_unstable();
        Err(KNOWN.iter().copied().find(|known| {
            let mut other: Vec<char> = known.chars().collect();
            other.sort_unstable();
            other == letters
        }))
    }
}

impl FromStr for Region {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = |at, message: &str| NameError::new(NameKind::Region, text, at, message);
        if text.is_empty() {
            return Err(error(0, "is empty").help("set it, for example `eu-central-1`"));
        }
        if text.contains("://") {
            return Err(
                error(0, "must not be a URL").help("give its name, for example `eu-central-1`")
            );
        }
        super::refuse_invisible(NameKind::Region, text)?;
        let bad = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if let Some(at) = text.find(bad) {
            return Err(error(
                at,
                "must be one DNS label of lowercase letters, digits and `-`",
            ));
        }
        if text.len() > 63 || text.starts_with('-') || text.ends_with('-') {
            return Err(error(
                0,
                "must be one DNS label: at most 63 characters, no `-` at either end",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}
