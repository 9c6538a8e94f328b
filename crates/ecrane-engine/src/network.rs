//! How this machine reaches servers: through a proxy, and trusting authorities
//! of its own.

use aws_sdk_ecr::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;

/// Where requests go first, and whose certificates are taken.
///
/// Without anything in it, the usual variables (`HTTPS_PROXY`, `NO_PROXY`, …)
/// and the system's authorities count.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The proxy for all that is spoken by TLS; `None`: what the variables say.
    pub proxy: Option<Proxy>,
    /// Who else vouches for servers.
    pub authorities: Option<Authorities>,
}

/// A proxy, with the password that it may want.
#[derive(Clone)]
pub struct Proxy(SecretString);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy(…)")
    }
}

/// Not the URL of a proxy. It does not say what was given: there may be a
/// password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the URL of a proxy (it is not shown here, as there may be a password in it)")]
pub struct NoProxy;

impl Proxy {
    /// Reads `http://[user:password@]host:port`. Without a scheme, `http` is meant.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, NoProxy> {
        let text = text.trim();
        let whole = match text.split_once("://") {
            Some(_) => text.to_owned(),
            None => format!("http://{text}"),
        };
        let url = reqwest::Url::parse(&whole).map_err(|_| NoProxy)?;
        let known = matches!(url.scheme(), "http" | "https");
        if !known || url.host_str().is_none_or(str::is_empty) {
            return Err(NoProxy);
        }
        ProxyConfig::https(url.as_str()).map_err(|_| NoProxy)?;
        Ok(Self(url.to_string().into()))
    }
}

/// Certificates of authorities in PEM.
#[derive(Debug, Clone)]
pub struct Authorities(Vec<u8>);

/// Not certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no certificate in PEM in it")]
pub struct NoCertificate;

impl Authorities {
    /// Reads a bundle of certificates in PEM.
    ///
    /// # Errors
    /// There is none in it, or one that cannot be read.
    pub fn parse(pem: Vec<u8>) -> Result<Self, NoCertificate> {
        let read = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| NoCertificate)?;
        if read.is_empty() {
            return Err(NoCertificate);
        }
        Ok(Self(pem))
    }
}

impl Network {
    /// The client of the AWS SDK; `None`: its own does.
    pub(crate) fn sdk_client(&self) -> Option<SharedHttpClient> {
        if self.proxy.is_none() && self.authorities.is_none() {
            return None;
        }
        let this = self.clone();
        let client = Builder::new().build_with_connector_fn(move |settings, components| {
            let mut trusted = TrustStore::default();
            if let Some(Authorities(pem)) = &this.authorities {
                trusted = trusted.with_pem_certificate(pem.clone());
            }
            let mut connector =
                ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
            // A store of certificates that were read before is always good.
            if let Ok(context) = TlsContext::builder().with_trust_store(trusted).build() {
                connector.set_tls_context(context);
            }
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(|it| it.sleep_impl()));
            connector.set_proxy_config(Some(this.proxy_config()));
            connector.build()
        });
        Some(client)
    }

    fn proxy_config(&self) -> ProxyConfig {
        let no_proxy = ["NO_PROXY", "no_proxy"];
        let no_proxy = no_proxy.iter().find_map(|name| std::env::var(name).ok());
        let given = self.proxy.as_ref();
        let given = given.and_then(|Proxy(url)| ProxyConfig::https(url.expose_secret()).ok());
        match (given, no_proxy) {
            (Some(proxy), Some(except)) => proxy.no_proxy(except),
            (Some(proxy), None) => proxy,
            (None, _) => ProxyConfig::from_env(),
        }
    }

    /// The same for a client of other servers.
    pub(crate) fn set_up(&self, mut client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        if let Some(Authorities(pem)) = &self.authorities
            && let Ok(certificates) = reqwest::Certificate::from_pem_bundle(pem)
        {
            client = client.tls_certs_merge(certificates);
        }
        if let Some(Proxy(url)) = &self.proxy
            && let Ok(proxy) = reqwest::Proxy::https(url.expose_secret())
        {
            client = client.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()));
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_with_a_port_and_maybe_a_password() {
        let check = |text: &str, good: bool| {
            let read = Proxy::parse(text);
            assert_eq!(read.is_ok(), good, "{text}");
            assert!(!format!("{read:?}").contains("secret"), "{read:?}");
        };
        check("http://proxy.example:3128", true);
        check("proxy.example:3128", true);
        check("https://user:secret@proxy.example", true);
        check("not a url", false);
        check("socks5://proxy.example:1080", false);
        check("http://", false);
        check("", false);
    }
}
