//! The configuration of a Docker client: which program knows the credentials of
//! which registry.
//!
//! Source: Docker CLI reference, "Configuration files", and the protocol of
//! `docker/docker-credential-helpers`.

use base64::Engine as _;
use secrecy::SecretString;
use serde_json::{Map, Value};

/// The helper's name in a configuration: Docker runs `docker-credential-ecrane`.
pub const HELPER: &str = "ecrane";

/// The user name that goes with a token instead of a password.
const TOKEN_USER: &str = "<token>";

/// A `config.json`. What ecrane does not know of it stays as it is.
#[derive(Clone, Default)]
pub struct DockerConfig(Map<String, Value>);

/// A user name and password that a configuration holds itself.
#[derive(Debug, Clone)]
pub struct Login {
    /// The registry, as the configuration names it.
    pub registry: String,
    /// The user name.
    pub username: String,
    /// The password, or a token.
    pub password: SecretString,
}

impl Login {
    /// The registry's host: a configuration of `buildah` may name a path on it
    /// too (`quay.io/team`), and asks helpers for the host alone.
    ///
    /// Source: the manual page `containers-auth.json`.
    #[must_use]
    pub fn host(&self) -> &str {
        let (_, place) = self
            .registry
            .split_once("://")
            .unwrap_or(("", &self.registry));
        place.split_once('/').map_or(place, |(host, _)| host)
    }
}

/// May hold passwords.
impl std::fmt::Debug for DockerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DockerConfig")
    }
}

impl DockerConfig {
    /// Reads a configuration; an empty text is an empty one.
    ///
    /// # Errors
    /// Not a JSON object; nothing of it is quoted.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let place = |error: serde_json::Error| {
            format!(
                "no JSON at line {}, column {}",
                error.line(),
                error.column()
            )
        };
        match serde_json::from_str(text).map_err(place)? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err("no JSON object".into()),
        }
    }

    /// The text, as the Docker client writes it.
    #[must_use]
    pub fn to_text(&self) -> String {
        use serde::Serialize as _;
        let mut text = Vec::new();
        let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, tabs);
        // An object of texts is always written.
        let _ = self.0.serialize(&mut serializer);
        text.push(b'\n');
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Whether it says itself who knows the credentials of this registry.
    #[must_use]
    pub fn knows(&self, registry: &str) -> bool {
        let login = self.object("auths").and_then(|all| all.get(registry));
        let login = login.is_some_and(|entry| entry.as_object().is_some_and(|it| !it.is_empty()));
        login || self.helper(registry).is_some()
    }

    /// The helper of this registry.
    #[must_use]
    pub fn helper(&self, registry: &str) -> Option<&str> {
        self.object("credHelpers")?.get(registry)?.as_str()
    }

    /// Whether another program keeps the credentials of all other registries:
    /// then the client does not heed those that stand in the configuration.
    #[must_use]
    pub fn has_store(&self) -> bool {
        let store = self.0.get("credsStore").and_then(Value::as_str);
        store.is_some_and(|name| !name.is_empty())
    }

    /// Says that ecrane knows the credentials of this registry. False if it said
    /// so already.
    pub fn set_helper(&mut self, registry: &str) -> bool {
        if self.helper(registry) == Some(HELPER) {
            return false;
        }
        let helpers = self
            .0
            .entry("credHelpers")
            .or_insert_with(|| Map::new().into());
        if !helpers.is_object() {
            *helpers = Map::new().into();
        }
        if let Value::Object(helpers) = helpers {
            helpers.insert(registry.to_owned(), HELPER.into());
        }
        true
    }

    /// Takes out what [`Self::set_helper`] put in. False if that is not there.
    pub fn remove_helper(&mut self, registry: &str) -> bool {
        if self.helper(registry) != Some(HELPER) {
            return false;
        }
        if let Some(Value::Object(helpers)) = self.0.get_mut("credHelpers") {
            helpers.remove(registry);
            if helpers.is_empty() {
                self.0.remove("credHelpers");
            }
        }
        true
    }

    /// Takes out the credentials that stand in it, so that a copy holds none.
    /// The registries' entries stay, empty.
    pub fn take_logins(&mut self) -> Vec<Login> {
        let Some(Value::Object(auths)) = self.0.get_mut("auths") else {
            return Vec::new();
        };
        let mut logins = Vec::new();
        for (registry, entry) in auths {
            // Also one that cannot be read, or that a helper cannot hand on.
            let entry = std::mem::replace(entry, Map::new().into());
            if let Some((username, password)) = login(&entry) {
                logins.push(Login {
                    registry: registry.clone(),
                    username,
                    password,
                });
            }
        }
        logins
    }

    fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name)?.as_object()
    }
}

fn login(entry: &Value) -> Option<(String, SecretString)> {
    let text = |name: &str| {
        entry
            .get(name)
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
    };
    if let Some(token) = text("identitytoken") {
        return Some((TOKEN_USER.to_owned(), token.into()));
    }
    let decoded = text("auth").and_then(|auth| {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(auth)
            .ok()?;
        let both = String::from_utf8(bytes).ok()?;
        let (username, password) = both.split_once(':')?;
        // The Docker client pads short passwords.
        let password = password.trim_end_matches('\0');
        Some((username.to_owned(), password.into()))
    });
    decoded.or_else(|| Some((text("username")?.to_owned(), text("password")?.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    #[test]
    fn a_helper_is_put_in_and_taken_out_and_all_else_stays() {
        let before = r#"{"auths":{"ghcr.io":{"auth":"bWU6c2VzYW1l"}},"detachKeys":"ctrl-e,e"}"#;
        let mut config = DockerConfig::parse(before).unwrap();
        assert!(!config.knows(ECR) && config.knows("ghcr.io"));
        assert!(config.set_helper(ECR));
        assert!(!config.set_helper(ECR) && config.knows(ECR));
        insta::assert_snapshot!(config.to_text(), @r#"
        {
        	"auths": {
        		"ghcr.io": {
        			"auth": "bWU6c2VzYW1l"
        		}
        	},
        	"credHelpers": {
        		"123456789012.dkr.ecr.eu-west-1.amazonaws.com": "ecrane"
        	},
        	"detachKeys": "ctrl-e,e"
        }
        "#);
        assert!(config.remove_helper(ECR));
        assert!(!config.remove_helper(ECR));
        assert_eq!(
            config.to_text(),
            DockerConfig::parse(before).unwrap().to_text()
        );
    }

    #[test]
    fn the_helper_of_another_tool_stays() {
        let text = format!(r#"{{"credHelpers":{{"{ECR}":"ecr-login"}}}}"#);
        let mut config = DockerConfig::parse(&text).unwrap();
        assert!(config.knows(ECR) && !config.remove_helper(ECR));
        assert_eq!(config.helper(ECR), Some("ecr-login"));
    }

    #[test]
    fn a_copy_holds_no_credential() {
        let text = r#"{"auths":{
            "ghcr.io":{"auth":"bWU6c2VzYW1l"},
            "https://index.docker.io/v1/":{"auth":"bWU6","identitytoken":"a-token"},
            "quay.io":{"username":"you","password":"open"},
            "odd.example":{"auth":"not base64: s3same"},
            "bearer.example":{"registrytoken":"s3same"},
            "kept.elsewhere":{}
        },"credsStore":"desktop"}"#;
        let mut config = DockerConfig::parse(text).unwrap();
        let logins: Vec<String> = config
            .take_logins()
            .iter()
            .map(|it| {
                format!(
                    "{}:{}@{}",
                    it.username,
                    it.password.expose_secret(),
                    it.registry
                )
            })
            .collect();
        assert_eq!(
            logins,
            [
                "me:sesame@ghcr.io",
                "<token>:a-token@https://index.docker.io/v1/",
                "you:open@quay.io"
            ]
        );
        let copy = config.to_text();
        for secret in ["bWU6", "token", "open", "you", "s3same"] {
            assert!(!copy.contains(secret), "{copy}");
        }
        assert!(copy.contains("desktop") && copy.contains("kept.elsewhere"));
    }

    #[test]
    fn a_login_is_for_a_host_whatever_stands_around_it() {
        let check = |registry: &str, expected: &str| {
            let text = format!(r#"{{"auths":{{"{registry}":{{"auth":"bWU6c2VzYW1l"}}}}}}"#);
            let logins = DockerConfig::parse(&text).unwrap().take_logins();
            assert_eq!(logins[0].host(), expected);
        };
        check("quay.io", "quay.io");
        check("quay.io/team/app", "quay.io");
        check("localhost:5000/team", "localhost:5000");
        check("https://index.docker.io/v1/", "index.docker.io");
    }

    #[test]
    fn what_is_no_configuration_is_not_quoted() {
        let check = |text: &str, expected: &str| {
            assert_eq!(DockerConfig::parse(text).unwrap_err(), expected);
        };
        check("{\"auths\": sesame}", "no JSON at line 1, column 11");
        check("[]", "no JSON object");
        assert!(DockerConfig::parse(" \n").is_ok());
    }
}
