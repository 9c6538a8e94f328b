//! Where a run is at AWS, and who it is there.

use super::read::{Lookup, Reader};
use super::registries::names_account;
use super::{Fault, Mode, Service, SignIn};
use crate::inputs::Inputs;
use ecrane_core::name::Region;
use ecrane_engine::aws::EndpointUrl;

/// A place at AWS, as far as the inputs and the environment name one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// The Region; `None` with the local ECR, which says its own, and where
    /// nobody need be asked.
    pub(crate) region: Option<Region>,
    /// Another endpoint than AWS's own.
    pub(crate) endpoint: Option<EndpointUrl>,
    /// Who the run is.
    pub(crate) sign_in: SignIn,
}

impl Reader {
    /// All that is said of it. The local ECR has a place of its own.
    pub(super) fn place(
        &mut self,
        inputs: &Inputs,
        (service, mode): (Service, Mode),
        variable: Lookup<'_>,
    ) -> Place {
        if service == Service::Local {
            return Place {
                sign_in: self.no_sign_in(inputs),
                ..Place::default()
            };
        }
        // A build alone reads from ECR at most, whose hosts say their Region.
        let is_needed = match mode {
            Mode::Up | Mode::Plan => true,
            Mode::BuildOnly => names_account(inputs),
            Mode::Check => false,
        };
        let region = match is_needed {
            true => self.region(inputs, variable),
            false => self.region_if_given(inputs, variable),
        };
        let endpoint = self.endpoint(inputs, variable);
        let sign_in = self.sign_in(inputs, region.as_ref(), variable);
        Place {
            region,
            endpoint,
            sign_in,
        }
    }

    /// The Region, which must be given.
    pub(super) fn region(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<Region> {
        if given_region(inputs, variable).is_none() {
            self.fault(
                Fault::whole("aws-region", "", "no AWS Region is given")
                    .help("set `aws-region`, or the variable AWS_REGION"),
            );
        }
        self.region_if_given(inputs, variable)
    }

    fn region_if_given(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<Region> {
        let (name, text) = given_region(inputs, variable)?;
        let region = self.keep(
            text.parse::<Region>()
                .map_err(|error| Fault::name(name, error)),
        )?;
        self.doubt(name, &region);
        Some(region)
    }

    /// A Region that nobody knows may be new, or mistyped.
    pub(super) fn doubt(&mut self, input: &str, region: &Region) {
        if let Err(near) = region.known() {
            let message = format!("`{region}` is no Region known here");
            let mut warning = Fault::whole(input, region.as_str(), message);
            if let Some(near) = near {
                warning = warning.help(format!("did you mean `{near}`?"));
            }
            self.warn(warning);
        }
    }

    pub(super) fn endpoint(
        &mut self,
        inputs: &Inputs,
        variable: Lookup<'_>,
    ) -> Option<EndpointUrl> {
        let named = [("endpoint-url", inputs.endpoint_url.clone())].into_iter();
        let usual = ["AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL"].map(|name| (name, variable(name)));
        let (name, text) = named
            .chain(usual)
            .find_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)))?;
        // There may be a password in it.
        let shown = || {
            text.rsplit_once('@')
                .map_or(text.as_str(), |(_, host)| host)
        };
        let read = EndpointUrl::parse(&text);
        self.keep(read.map_err(|message| Fault::whole(name, shown(), message)))
    }
}

/// The Region as it is given, with the name of what gives it.
pub(super) fn given_region(
    inputs: &Inputs,
    variable: Lookup<'_>,
) -> Option<(&'static str, String)> {
    let named = [("aws-region", inputs.aws_region.clone())].into_iter();
    let usual = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| (name, variable(name)));
    named
        .chain(usual)
        .find_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?)))
}
