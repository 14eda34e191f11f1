use std::{
    fs,
    path::{Path, PathBuf},
};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::SettingsError;

/// How a connection is encrypted and who is trusted. Files are read when a client is made.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    roots: Option<PathBuf>,
    client: Option<(PathBuf, PathBuf)>,
    server_name: Option<String>,
}

impl Tls {
    /// Trusts servers whose certificates come from an authority that this system trusts.
    pub fn system_roots() -> Self {
        Self::default()
    }

    /// Trusts servers whose certificates come from the authorities in a PEM file, and no others.
    pub fn trusting(certificates_pem: impl Into<PathBuf>) -> Self {
        Self {
            roots: Some(certificates_pem.into()),
            ..Self::default()
        }
    }

    /// Adds a certificate by which this client proves who it is: in PEM, the certificate and then
    /// those that vouch for it, and its private key without a password.
    pub fn with_client_certificate(
        self,
        chain_pem: impl Into<PathBuf>,
        key_pem: impl Into<PathBuf>,
    ) -> Self {
        Self {
            client: Some((chain_pem.into(), key_pem.into())),
            ..self
        }
    }

    /// Sets another name than the address's that the server's certificate must bear.
    pub fn with_server_name(self, name: impl Into<String>) -> Self {
        Self {
            server_name: Some(name.into()),
            ..self
        }
    }

    pub(crate) fn read(&self) -> Result<ClientTlsConfig, SettingsError> {
        let mut config = ClientTlsConfig::new();
        config = match &self.roots {
            Some(roots) => config.ca_certificate(Certificate::from_pem(pem(
                "trusted certificates",
                roots,
                "CERTIFICATE",
            )?)),
            None => config.with_native_roots(),
        };
        if let Some((chain, key)) = &self.client {
            config = config.identity(Identity::from_pem(
                pem("client certificate", chain, "CERTIFICATE")?,
                pem("client key", key, "PRIVATE KEY")?,
            ));
        }
        if let Some(name) = &self.server_name {
            config = config.domain_name(name);
        }
        Ok(config)
    }
}

fn pem(what: &str, file: &Path, kind: &str) -> Result<Vec<u8>, SettingsError> {
    let refused = |why: String| {
        SettingsError::new(format!(
            "The file of the {what}, {}, cannot be read: {why}.",
            file.display()
        ))
    };
    let content = fs::read(file).map_err(|e| refused(e.to_string()))?;
    let text = String::from_utf8_lossy(&content);
    if !text
        .lines()
        .any(|line| line.starts_with("-----BEGIN ") && line.contains(kind))
    {
        return Err(refused(format!("it has no {kind} in PEM")));
    }
    Ok(content)
}
