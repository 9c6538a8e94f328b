use super::call::Call;
use super::error::ApiError;
use super::parameter;
use crate::token::LIFETIME;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenParameters {
    registry_ids: Option<Vec<String>>,
}

/// `GetAuthorizationToken`: the registry's password, for one or more accounts.
pub(super) fn token(call: &Call<'_>) -> Result<Value, ApiError> {
    let TokenParameters { registry_ids } = call.parameters()?;
    let accounts = match registry_ids {
        Some(ids) => ids
            .iter()
            .map(|id| parameter::account("registryIds", id))
            .collect::<Result<_, _>>()?,
        None => vec![call.registry.account.clone()],
    };
    let expires = call.ecr.clock.now().after(LIFETIME);
    let data: Vec<Value> = accounts
        .into_iter()
        .map(|account| {
            let mut registry = call.registry.clone();
            registry.account = account;
            let password = call.ecr.tokens.issue(&registry, expires);
            json!({
                "authorizationToken": STANDARD.encode(format!("AWS:{password}")),
                "expiresAt": expires.epoch_seconds(),
                "proxyEndpoint": call.ecr.url(),
            })
        })
        .collect();
    Ok(json!({ "authorizationData": data }))
}
