//! Account settings.

use super::call::Call;
use super::error::{ApiError, Code};
use crate::store::AccountSetting;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Parameters {
    name: String,
    value: Option<String>,
}

fn setting(name: &str) -> Result<AccountSetting, ApiError> {
    serde_json::from_value(Value::from(name)).map_err(|_| {
        ApiError::new(
            Code::Validation,
            format!("The account setting name '{name}' is not valid"),
        )
    })
}

/// `GetAccountSetting`.
pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiError> {
    let Parameters { name, .. } = call.parameters()?;
    let value = call
        .ecr
        .store
        .account_setting(&call.registry, setting(&name)?)?;
    Ok(json!({ "name": name, "value": value }))
}

/// `PutAccountSetting`.
pub(super) fn put(call: &Call<'_>) -> Result<Value, ApiError> {
    let Parameters { name, value } = call.parameters()?;
    let setting = setting(&name)?;
    let value = value.unwrap_or_default();
    if !setting.values().contains(&value.as_str()) {
        let allowed = setting.values().join(", ");
        return Err(ApiError::new(
            Code::Validation,
            format!(
                "The value '{value}' is not valid for the account setting '{name}'; it takes [{allowed}]"
            ),
        ));
    }
    call.ecr.store.update_registry(&call.registry, |settings| {
        settings.account.insert(setting, value.clone());
        Ok(())
    })?;
    Ok(json!({ "name": name, "value": value }))
}
