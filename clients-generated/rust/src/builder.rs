use std::{error, fmt, time::Duration};

use tonic::transport::{Channel, Endpoint};

#[cfg(feature = "tls")]
use crate::Tls;
use crate::{Admiral, Retry, address::Address, admiral::View};

/// After this long without a word from the server, while a call runs, it is asked whether it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long it has to answer that before the connection counts as lost.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const DEADLINE: Duration = Duration::from_secs(600);
const LONGEST_NAME: usize = 128;

/// How a client is to be. Each setting is checked by [`Builder::connect`].
#[derive(Clone, Debug)]
#[must_use = "call connect() to have a client"]
pub struct Builder {
    address: String,
    key: Option<Secret>,
    agent: String,
    group: String,
    deadline: Duration,
    retry: Retry,
    plaintext_beyond_loopback: bool,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:50051".to_string(),
            key: None,
            agent: String::new(),
            group: String::new(),
            deadline: DEADLINE,
            retry: Retry::default(),
            plaintext_beyond_loopback: false,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

impl Builder {
    /// Where Admiral is: `host:port` or `[ipv6]:port`. Default 127.0.0.1:50051.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The key to show with every call: visible ASCII. None by default.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Secret(key.into()));
        self
    }

    /// The name of the calling agent: at most 128 letters, digits and `._:/@-`. Empty, the default,
    /// makes it `anonymous`.
    pub fn agent(mut self, name: impl Into<String>) -> Self {
        self.agent = name.into();
        self
    }

    /// The group of the agent, for reports; same characters. None by default.
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.group = name.into();
        self
    }

    /// How long a call may take over all of its tries; above zero. Default 10 minutes. Watching
    /// events has no deadline.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = time;
        self
    }

    /// When a failed call is tried again. Default five tries.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Encrypts. Default is plaintext, which is for loopback only.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Allows plaintext to other machines, where the network protects prompts and keys.
    pub fn plaintext_beyond_loopback(mut self) -> Self {
        self.plaintext_beyond_loopback = true;
        self
    }

    /// Makes the client. It connects at its first call and connects anew by itself; its calls need a
    /// tokio runtime with time and input enabled, and all belong to the runtime of the first.
    ///
    /// # Errors
    ///
    /// One sentence, if a setting is not as described above or a TLS file cannot be read.
    pub fn connect(self) -> Result<Admiral, SettingsError> {
        self.dialled(|endpoint| endpoint.connect_lazy(), fastrand::f64)
    }

    /// Makes a client that connects by `dial` and draws its waits by `jitter`, evenly from 0 to 1.
    pub(crate) fn dialled(
        self,
        dial: impl Fn(&Endpoint) -> Channel + Send + Sync + 'static,
        jitter: fn() -> f64,
    ) -> Result<Admiral, SettingsError> {
        let address = Address::parse(&self.address)?;
        let view = self.view()?;
        let endpoint = self.endpoint(&address)?;
        let dial = Box::new(move || dial(&endpoint));
        Ok(Admiral::new(address.to_string(), dial, jitter, view))
    }

    fn view(&self) -> Result<View, SettingsError> {
        let key = self.key.as_ref().map(|key| key.0.as_str());
        if key.is_some_and(|key| key.is_empty() || !key.bytes().all(|c| c.is_ascii_graphic())) {
            return Err(SettingsError::new(
                "The key is empty or holds spaces or other than visible ASCII characters: check how it was read.",
            ));
        }
        View::new(key, &self.agent, &self.group, self.deadline, self.retry)
    }

    fn endpoint(&self, address: &Address) -> Result<Endpoint, SettingsError> {
        let refused = |e: tonic::transport::Error| {
            SettingsError::new(format!("A connection cannot be set up: {}.", deepest(&e)))
        };
        let scheme = if self.encrypts() { "https" } else { "http" };
        let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))
            .and_then(|endpoint| {
                endpoint.user_agent(concat!(
                    "admiral-optimizer-rust/",
                    env!("CARGO_PKG_VERSION")
                ))
            })
            .map_err(refused)?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return endpoint.tls_config(tls.read()?).map_err(refused);
        }
        if !self.plaintext_beyond_loopback && !address.is_loopback() {
            return Err(SettingsError::new(format!(
                "Prompts and keys would travel unencrypted to {address}: use tls(...), or \
                 plaintext_beyond_loopback() if the network protects them."
            )));
        }
        Ok(endpoint)
    }

    fn encrypts(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        return false;
    }
}

/// Makes the connection, within the runtime that is to drive it.
pub(crate) type Dial = Box<dyn Fn() -> Channel + Send + Sync>;

pub(crate) fn name(what: &str, name: &str) -> Result<(), SettingsError> {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._:/@-".contains(&c);
    if name.len() <= LONGEST_NAME && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(SettingsError::new(format!(
        "The {what} {name:?} is no name: use at most {LONGEST_NAME} letters, digits and \"._:/@-\"."
    )))
}

fn deepest(error: &(dyn error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |cause| cause.source()).last();
    last.unwrap_or(error).to_string()
}

#[derive(Clone)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A setting that this client refuses before any call. Its text says which, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl SettingsError {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for SettingsError {}
