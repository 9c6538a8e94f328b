//! TLS with a certificate that is given.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The files that a server of TLS needs, both PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate, and below it those that signed it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve TLS with `{}`: {reason}", file.display())]
pub struct TlsFault {
    /// The file that is at fault.
    file: PathBuf,
    /// What is wrong with it.
    reason: Box<dyn Error + Send + Sync>,
}

impl Tls {
    /// What makes connections of TLS.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsFault> {
        let certificates = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|reason| fault(&self.certificate, reason))?;
        if certificates.is_empty() {
            return Err(fault(&self.certificate, "it holds no certificate"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|reason| match reason {
            pem::Error::NoItemsFound => fault(&self.key, "it holds no private key"),
            reason => fault(&self.key, reason),
        })?;
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|reason| fault(&self.certificate, reason))?
                .with_no_client_auth()
                .with_single_cert(certificates, key)
                .map_err(|reason| fault(&self.key, reason))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn fault(file: &Path, reason: impl Into<Box<dyn Error + Send + Sync>>) -> TlsFault {
    TlsFault {
        file: file.to_owned(),
        reason: reason.into(),
    }
}
