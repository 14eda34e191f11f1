use std::fmt;

use crate::SettingsError;

/// A host and a port, as configured; nothing is looked up.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Reads `host:port` or `[ipv6]:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, SettingsError> {
        Self::read(text.trim()).ok_or_else(|| {
            SettingsError::new(format!(
                "Address {text:?} is not host:port with a port of 1 to 65535: use 127.0.0.1:50051."
            ))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = match host.strip_prefix('[') {
            Some(bracketed) => bracketed.strip_suffix(']').filter(|ip| ip.contains(':'))?,
            None => Some(host).filter(|name| !name.contains(':'))?,
        };
        let named = |c: char| c.is_ascii_alphanumeric() || "._-:%".contains(c);
        if host.is_empty() || !host.chars().all(named) || !port.bytes().all(|c| c.is_ascii_digit())
        {
            return None;
        }
        let port = port.parse().ok().filter(|&port| port > 0)?;
        Some(Self {
            host: host.to_string(),
            port,
        })
    }

    /// Whether nothing sent there leaves this machine. A name other than localhost is not believed.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
