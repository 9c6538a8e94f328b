//! Who a run is to AWS, and how it gets there: `role-to-assume` and what goes
//! with it, `allowed-account-ids`, `http-proxy`, and the variables of the
//! environment that have a say.

use super::Fault;
use super::list::by_comma_and_line;
use super::read::{Lookup, Reader};
use crate::inputs::Inputs;
use crate::runner;
use ecrane_core::identity::{LengthError, Role, SessionLength};
use ecrane_core::name::{AccountId, Audience, ExternalId, Partition, Region, RoleArn, SessionName};
use ecrane_engine::aws::{IdTokens, Proof};
use ecrane_engine::network::{Authorities, Network, Proxy};

/// Who a run is to AWS.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignIn {
    /// The role that it takes, and by what; `None`: the credentials of the
    /// environment are used as they are.
    pub role: Option<(Role, Proof)>,
    /// The accounts that the credentials may be of; none at all: any.
    pub allowed: Vec<AccountId>,
    /// How AWS is reached.
    pub network: Network,
}

/// How a role is asked for.
type Session = (SessionName, SessionLength, Option<ExternalId>);

const ROLE: &str = "role-to-assume";
const SESSION: &str = "role-session-name";
const LENGTH: &str = "role-duration-seconds";
const EXTERNAL_ID: &str = "role-external-id";
const AUDIENCE: &str = "audience";
const ALLOWED: &str = "allowed-account-ids";

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

fn given(variable: Lookup<'_>, name: &str) -> Option<String> {
    variable(name).filter(|text| !text.is_empty())
}

impl Reader {
    /// All of it. In `region` the role is used.
    pub(super) fn sign_in(
        &mut self,
        inputs: &Inputs,
        region: Option<&Region>,
        variable: Lookup<'_>,
    ) -> SignIn {
        self.keys(variable);
        let allowed = self.allowed(inputs);
        let arn = self.arn(inputs, region, &allowed);
        let session = self.session(inputs, variable);
        let role = arn.zip(session);
        let role = role.map(|(arn, (session, length, external_id))| Role {
            arn,
            session,
            length,
            external_id,
        });
        // Whoever takes no role needs no token of the job.
        let proof = inputs
            .role_to_assume
            .as_ref()
            .and_then(|_| self.proof(inputs, variable));
        let network = self.network(inputs, variable);
        SignIn {
            role: role.zip(proof),
            allowed,
            network,
        }
    }

    /// Where nobody signs in, what would say how is said to do nothing.
    pub(super) fn no_sign_in(&mut self, inputs: &Inputs) -> SignIn {
        if let Some(arn) = &inputs.role_to_assume {
            let message = "the local ECR takes everybody without a role";
            self.warn(Fault::whole(ROLE, arn, message));
        }
        SignIn::default()
    }

    /// Half a key is none, and a copied line end makes every signature wrong.
    fn keys(&mut self, variable: Lookup<'_>) {
        let [id, secret] = [KEY_ID, SECRET_KEY].map(|name| given(variable, name));
        let missing = match (&id, &secret) {
            (Some(_), None) => Some((SECRET_KEY, KEY_ID)),
            (None, Some(_)) => Some((KEY_ID, SECRET_KEY)),
            _ => None,
        };
        if let Some((missing, there)) = missing {
            let message = format!("{there} is set and {missing} is not");
            self.fault(Fault::whole(missing, "", message).help("set both, or neither"));
        }
        let token = given(variable, SESSION_TOKEN);
        for (name, value) in [(KEY_ID, id), (SECRET_KEY, secret), (SESSION_TOKEN, token)] {
            if value.is_some_and(|it| it.ends_with(['\n', '\r', ' '])) {
                let message = format!("{name} ends with a space or a line end");
                self.fault(
                    Fault::whole(name, "", message)
                        .help("take it away where the value is kept; it is not shown here"),
                );
            }
        }
    }

    fn allowed(&mut self, inputs: &Inputs) -> Vec<AccountId> {
        let texts = by_comma_and_line(&inputs.allowed_account_ids);
        let accounts = texts.iter().filter_map(|text| {
            self.keep(text.parse().map_err(|error| Fault::name(ALLOWED, error)))
        });
        accounts.collect()
    }

    fn session(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<Session> {
        let about_role = [
            (SESSION, &inputs.role_session_name),
            (LENGTH, &inputs.role_duration_seconds),
            (EXTERNAL_ID, &inputs.role_external_id),
            (AUDIENCE, &inputs.audience),
        ];
        for (input, text) in about_role {
            if let (None, Some(text)) = (&inputs.role_to_assume, text) {
                let message = format!("`{input}` is about `{ROLE}`, which is not given");
                let shown = if input == EXTERNAL_ID {
                    ""
                } else {
                    text.as_str()
                };
                self.warn(Fault::whole(input, shown, message));
            }
        }
        // A name that trust policies of today may ask for.
        let usual = match runner::is_here(variable) {
            true => "GitHubActions",
            false => "ecrane",
        };
        let session = inputs.role_session_name.as_deref().unwrap_or(usual);
        let session = session.parse::<SessionName>();
        let session = self.keep(session.map_err(|error| Fault::name(SESSION, error)));
        let length = self.length(inputs);
        let external_id = inputs.role_external_id.as_ref().and_then(|text| {
            let id = text.parse::<ExternalId>();
            // Some keep it to themselves: the fault is shown without it.
            self.keep(id.map_err(|error| {
                Fault::whole(EXTERNAL_ID, "", format!("{} {}", error.kind, error.message))
            }))
        });
        Some((session?, length?, external_id))
    }

    fn length(&mut self, inputs: &Inputs) -> Option<SessionLength> {
        let Some(text) = &inputs.role_duration_seconds else {
            return Some(SessionLength::default());
        };
        let fault = |error: LengthError| Fault::whole(LENGTH, text, error.to_string());
        self.keep(text.parse().map_err(fault))
    }

    /// What STS or the first call would refuse is refused here.
    fn arn(
        &mut self,
        inputs: &Inputs,
        region: Option<&Region>,
        allowed: &[AccountId],
    ) -> Option<RoleArn> {
        let arn = inputs.role_to_assume.as_ref()?.parse::<RoleArn>();
        let arn = self.keep(arn.map_err(|error| Fault::name(ROLE, error)))?;
        let whole = |message: String| Fault::whole(ROLE, arn.as_str(), message);
        if !allowed.is_empty() && !allowed.contains(arn.account()) {
            let message = format!("the role's account is none of `{ALLOWED}`");
            self.fault(whole(message).help("take a role of one of them, or add its account"));
        }
        if let Some(region) = region
            && region.partition() != arn.partition()
        {
            let [of_role, of_region] =
                [arn.partition(), region.partition()].map(Partition::arn_name);
            let message = format!(
                "the role is of the partition `{of_role}`, and the Region `{region}` of `{of_region}`"
            );
            self.fault(whole(message).help("a role is good in its own partition only"));
        }
        Some(arn)
    }

    /// The token of the job, unless somebody gave this step keys: then these
    /// take the role.
    fn proof(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Option<Proof> {
        let audience = match &inputs.audience {
            Some(text) => {
                let audience = text.parse::<Audience>();
                self.keep(audience.map_err(|error| Fault::name(AUDIENCE, error)))?
            }
            None => Audience::of_sts(),
        };
        let [url, bearer] = [
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        ]
        .map(|name| given(variable, name));
        let (Some(url), Some(bearer), None) = (url, bearer, given(variable, KEY_ID)) else {
            return Some(Proof::Environment);
        };
        if inputs.role_external_id.is_some() {
            let message = "a role that is taken by GitHub's token has no external id";
            self.warn(Fault::whole(EXTERNAL_ID, "", message));
        }
        let tokens = IdTokens::new(&url, bearer.into(), &audience);
        let tokens = tokens
            .map_err(|error| Fault::whole("ACTIONS_ID_TOKEN_REQUEST_URL", &url, error.to_string()));
        self.keep(tokens).map(Proof::IdToken)
    }

    /// How AWS is reached. The libraries read the variables of proxies
    /// themselves, and say nothing of what they cannot read.
    pub(super) fn network(&mut self, inputs: &Inputs, variable: Lookup<'_>) -> Network {
        for name in ["HTTPS_PROXY", "https_proxy"] {
            let counts = given(variable, name).filter(|_| inputs.http_proxy.is_none());
            if let Some(Err(error)) = counts.map(|text| Proxy::parse(&text)) {
                self.fault(Fault::whole(name, "", error.to_string()));
            }
        }
        let proxy = inputs.http_proxy.as_ref().and_then(|text| {
            let proxy = Proxy::parse(text.expose());
            let fault = |error: ecrane_engine::network::NoProxy| {
                Fault::whole("http-proxy", "", error.to_string())
                    .help("write `http://host:port`, or `http://user:password@host:port`")
            };
            self.keep(proxy.map_err(fault))
        });
        let authorities = given(variable, CA_BUNDLE).and_then(|file| {
            let read = std::fs::read(&file).map_err(|error| error.to_string());
            let read = read.and_then(|pem| Authorities::parse(pem).map_err(|it| it.to_string()));
            self.keep(read.map_err(|why| Fault::whole(CA_BUNDLE, &file, why)))
        });
        Network { proxy, authorities }
    }
}
