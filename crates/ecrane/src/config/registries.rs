//! The inputs `registries` and `registry-type`: where a build may read besides
//! the registries that it names.

use super::Fault;
use super::list::by_comma_and_line;
use super::read::Reader;
use crate::inputs::Inputs;
use ecrane_core::name::{AccountId, Endpoint, Partition, Region, RegistryHost};
use ecrane_engine::aws::EndpointUrl;

const INPUT: &str = "registries";
const TYPE: &str = "registry-type";
/// Source: `GetAuthorizationTokenRegistryIdList` in the Amazon ECR API reference.
const MOST_ACCOUNTS: usize = 10;

impl Reader {
    /// The registries to sign in to. An account's registry is that of `region`,
    /// or what stands in for all of them.
    pub(super) fn registries(
        &mut self,
        inputs: &Inputs,
        region: Option<&Region>,
        endpoint: Option<&EndpointUrl>,
    ) -> Vec<RegistryHost> {
        let texts = by_comma_and_line(&inputs.registries);
        let (hosts, accounts): (Vec<_>, Vec<_>) = texts.iter().partition(|it| is_host(it));
        if accounts.len() > MOST_ACCOUNTS {
            let message = format!("these are {} account ids", accounts.len());
            let whole = inputs.registries.join("\n");
            self.fault(
                Fault::whole(INPUT, &whole, message)
                    .help(format!("ECR signs in to at most {MOST_ACCOUNTS} at once")),
            );
        }
        let mut registries: Vec<RegistryHost> = Vec::new();
        for text in hosts {
            registries.extend(self.host(text));
        }
        for text in accounts {
            let account = text.parse::<AccountId>();
            let account = self.keep(account.map_err(|error| Fault::name(INPUT, error)));
            registries.extend(account.and_then(|it| of_account(it, region, endpoint)));
        }
        if self.is_public(inputs) {
            registries.push(RegistryHost::Public);
        }
        if let (true, Some(region)) = (registries.contains(&RegistryHost::Public), region)
            && region.partition() != Partition::Aws
        {
            let partition = region.partition().arn_name();
            let message = format!(
                "the credentials of the partition `{partition}` are not good for Amazon ECR Public"
            );
            let fault = Fault::whole(TYPE, "", message);
            self.fault(fault.help("its images can be pulled without signing in"));
        }
        registries
    }

    fn host(&mut self, text: &str) -> Option<RegistryHost> {
        let host = match text.split_once("://") {
            Some((_, host)) => {
                self.warn(Fault::whole(
                    INPUT,
                    text,
                    "the scheme is dropped: a registry is a host",
                ));
                host
            }
            None => text,
        };
        let host = host.trim_end_matches('/');
        // An alias of the public registry is a path there.
        let public = host.split_once('/').map(|(host, _)| host) == Some("public.ecr.aws");
        if public {
            return Some(RegistryHost::Public);
        }
        let read = host.parse::<RegistryHost>();
        let read = read.map_err(|error| {
            let of_repository = host.split_once('/').map(|(host, _)| host);
            let of_repository = of_repository.filter(|it| it.parse::<RegistryHost>().is_ok());
            match of_repository {
                Some(host) => Fault::whole(INPUT, text, "this names a repository")
                    .help(format!("give its registry alone: `{host}`")),
                None => Fault::name(INPUT, error),
            }
        });
        self.keep(read)
    }

    fn is_public(&mut self, inputs: &Inputs) -> bool {
        match inputs.registry_type.as_deref() {
            None | Some("private") => false,
            Some("public") => true,
            Some(other) => {
                let message = format!("`{other}` is no type of registry");
                let fault = Fault::whole(TYPE, other, message);
                self.fault(fault.help("write `private` or `public`"));
                false
            }
        }
    }
}

/// Whether a registry is named by its account alone, which needs a Region.
pub(super) fn names_account(inputs: &Inputs) -> bool {
    let texts = by_comma_and_line(&inputs.registries);
    texts.iter().any(|text| !is_host(text))
}

fn is_host(text: &str) -> bool {
    text.contains(['.', ':', '/'])
}

/// The local ECR has its own host, which a build names.
fn of_account(
    account: AccountId,
    region: Option<&Region>,
    endpoint: Option<&EndpointUrl>,
) -> Option<RegistryHost> {
    match endpoint {
        Some(endpoint) => endpoint.authority().parse().ok(),
        None => Some(RegistryHost::Private {
            account,
            region: region?.clone(),
            endpoint: Endpoint::Standard,
        }),
    }
}
