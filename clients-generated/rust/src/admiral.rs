use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tonic::{
    metadata::{MetadataMap, MetadataValue},
    transport::Channel,
};

use crate::{
    Builder, Error, Pieces, Replies, Retry, SettingsError,
    builder::{Dial, name},
    exchange::begin,
    method::Unary,
    v1::{
        CallOptions, CompleteBatchRequest, CompleteRequest, CountTokensRequest, EmbedRequest,
        Prompt, StreamRequest, StreamResponse, WatchEventsRequest, WatchEventsResponse,
        cache_policy::Mode, stream_response::Event,
    },
};

/// A client of Admiral. Cloning is cheap, and all clones share one connection; any number of tasks may
/// use one at once.
#[derive(Clone)]
pub struct Admiral {
    link: Arc<Link>,
    view: Arc<View>,
}

/// What all views of one client share.
struct Link {
    server: String,
    dial: Dial,
    channel: OnceLock<Channel>,
    /// Draws evenly from 0 to 1.
    jitter: fn() -> f64,
}

/// What a call takes from its client.
#[derive(Clone)]
pub(crate) struct View {
    metadata: MetadataMap,
    agent: String,
    group: String,
    deadline: Duration,
    retry: Retry,
}

impl View {
    pub(crate) fn new(
        key: Option<&str>,
        agent: &str,
        group: &str,
        deadline: Duration,
        retry: Retry,
    ) -> Result<Self, SettingsError> {
        let mut metadata = MetadataMap::new();
        if let Some(key) = key {
            let mut value = MetadataValue::try_from(format!("Bearer {key}")).map_err(|_| {
                SettingsError::new("The key cannot be sent: use visible ASCII characters.")
            })?;
            value.set_sensitive(true);
            metadata.insert("authorization", value);
        }
        let view = Self {
            metadata,
            agent: String::new(),
            group: String::new(),
            deadline,
            retry,
        };
        view.with_deadline(deadline)?.with_agent(agent, group)
    }

    fn with_agent(mut self, agent: &str, group: &str) -> Result<Self, SettingsError> {
        name("agent", agent)?;
        name("agent group", group)?;
        self.metadata.remove("admiral-agent");
        if !agent.is_empty() {
            let value = MetadataValue::try_from(agent)
                .map_err(|_| SettingsError::new("The agent's name cannot be sent."))?;
            self.metadata.insert("admiral-agent", value);
        }
        Ok(Self {
            agent: agent.to_string(),
            group: group.to_string(),
            ..self
        })
    }

    fn with_deadline(self, deadline: Duration) -> Result<Self, SettingsError> {
        if deadline.is_zero() {
            return Err(SettingsError::new("The deadline is zero: use more."));
        }
        Ok(Self { deadline, ..self })
    }
}

impl Admiral {
    /// A client of the server at `host:port` with every setting at its default.
    ///
    /// # Errors
    ///
    /// If the address is not `host:port`, or beyond loopback: see [`Builder`].
    pub fn connect(address: impl Into<String>) -> Result<Self, SettingsError> {
        Self::builder().address(address).connect()
    }

    /// Settings of a new client.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(server: String, dial: Dial, jitter: fn() -> f64, view: View) -> Self {
        let link = Link {
            server,
            dial,
            channel: OnceLock::new(),
            jitter,
        };
        Self {
            link: Arc::new(link),
            view: Arc::new(view),
        }
    }

    /// This client in the name of another agent and group, either of which may be empty.
    ///
    /// # Errors
    ///
    /// If one is not at most 128 letters, digits and `._:/@-`.
    pub fn for_agent(&self, agent: &str, group: &str) -> Result<Self, SettingsError> {
        Ok(self.with(self.view().with_agent(agent, group)?))
    }

    /// This client with another bound on the time of a call, all of its tries included.
    ///
    /// # Errors
    ///
    /// If it is zero.
    pub fn with_deadline(&self, time: Duration) -> Result<Self, SettingsError> {
        Ok(self.with(self.view().with_deadline(time)?))
    }

    /// This client with other rules for trying again.
    pub fn with_retry(&self, retry: Retry) -> Self {
        self.with(View {
            retry,
            ..self.view()
        })
    }

    /// Asks a model and returns the text of its answer.
    ///
    /// # Errors
    ///
    /// If the call failed.
    pub async fn ask(
        &self,
        model: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<String, Error> {
        let prompt = Some(Prompt::of(model, text));
        let answer = self
            .complete(CompleteRequest {
                prompt,
                ..Default::default()
            })
            .await?;
        Ok(answer.completion.unwrap_or_default().text())
    }

    /// Asks a model and returns the text of its answer as it arrives.
    pub fn ask_stream(&self, model: impl Into<String>, text: impl Into<String>) -> Pieces {
        let prompt = Some(Prompt::of(model, text));
        Pieces(self.stream(StreamRequest {
            prompt,
            ..Default::default()
        }))
    }

    /// Answers a prompt piece by piece: one `StreamStarted`, any number of `ContentDelta`, one
    /// `StreamFinished`. An event that this client is too old to know has nothing in it.
    pub fn stream(&self, request: StreamRequest) -> Replies<StreamResponse> {
        let finished = |message: &StreamResponse| matches!(message.event, Some(Event::Finished(_)));
        let request = self.prepared(request);
        Replies::new(
            self.clone(),
            request,
            Some(self.view.deadline),
            Some(finished),
        )
    }

    /// Sends events as they happen until it is dropped or fails; no deadline bounds it. A watcher too
    /// slow to keep up is told by an `EventsDropped` how many it missed.
    pub fn watch_events(&self, request: WatchEventsRequest) -> Replies<WatchEventsResponse> {
        Replies::new(self.clone(), request, None, None)
    }

    /// Calls the unary method that the request belongs to: what all methods named after those of the
    /// contract do.
    ///
    /// # Errors
    ///
    /// If the call failed.
    pub async fn call<Q: Unary>(&self, request: Q) -> Result<Q::Response, Error> {
        let request = self.prepared(request);
        let (answer, mut rest) = begin(self.clone(), request, Some(self.view.deadline)).await?;
        match answer {
            Some(answer) if rest.message().await?.is_none() => Ok(answer),
            _ => Err(Error::not_one_answer(self.server())),
        }
    }

    pub(crate) fn server(&self) -> &str {
        &self.link.server
    }

    pub(crate) fn channel(&self) -> Channel {
        self.link.channel.get_or_init(&self.link.dial).clone()
    }

    pub(crate) fn metadata(&self) -> &MetadataMap {
        &self.view.metadata
    }

    pub(crate) fn retry(&self) -> Retry {
        self.view.retry
    }

    pub(crate) fn jitter(&self) -> f64 {
        (self.link.jitter)()
    }

    fn view(&self) -> View {
        View::clone(&self.view)
    }

    fn with(&self, view: View) -> Self {
        Self {
            link: Arc::clone(&self.link),
            view: Arc::new(view),
        }
    }

    /// The request with what this client adds to those that bear options.
    fn prepared<Q: Any>(&self, mut request: Q) -> Q {
        let any: &mut dyn Any = &mut request;
        if let Some(complete) = any.downcast_mut::<CompleteRequest>() {
            self.prepare(complete);
        } else if let Some(batch) = any.downcast_mut::<CompleteBatchRequest>() {
            batch.requests.iter_mut().for_each(|one| self.prepare(one));
        } else if let Some(stream) = any.downcast_mut::<StreamRequest>() {
            self.identify(
                &mut stream.request_id,
                stream.prompt.as_ref(),
                stream.options.as_ref(),
            );
            self.name_group(&mut stream.options);
        } else if let Some(embed) = any.downcast_mut::<EmbedRequest>() {
            self.name_group(&mut embed.options);
        } else if let Some(count) = any.downcast_mut::<CountTokensRequest>() {
            self.name_group(&mut count.options);
        }
        request
    }

    fn prepare(&self, request: &mut CompleteRequest) {
        self.identify(
            &mut request.request_id,
            request.prompt.as_ref(),
            request.options.as_ref(),
        );
        self.name_group(&mut request.options);
    }

    /// Adds the group, unless the call names one, or another agent.
    fn name_group(&self, options: &mut Option<CallOptions>) {
        let other = options.as_ref().is_some_and(|options| {
            !options.agent_group.is_empty()
                || !options.agent_id.is_empty() && options.agent_id != self.view.agent
        });
        if !self.view.group.is_empty() && !other {
            options.get_or_insert_default().agent_group = self.view.group.clone();
        }
    }

    /// Adds an id by which a repeat is known, where the cache would not know it.
    fn identify(
        &self,
        request_id: &mut String,
        prompt: Option<&Prompt>,
        options: Option<&CallOptions>,
    ) {
        let sampling = prompt.and_then(|prompt| prompt.sampling.as_ref());
        let sampled = sampling
            .is_some_and(|sampling| sampling.temperature() > 0.0 || sampling.candidate_count() > 1);
        let cache = options
            .and_then(|options| options.cache_policy)
            .unwrap_or_default();
        let needed = match cache.mode() {
            Mode::Bypass | Mode::Refresh => true,
            Mode::Only => false,
            Mode::Unspecified | Mode::Use => sampled && !cache.include_sampled,
        };
        if needed && request_id.is_empty() && self.view.retry.is_on() {
            *request_id = format!("{:032x}", fastrand::u128(..));
        }
    }
}

impl fmt::Debug for Admiral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admiral").field(&self.link.server).finish()
    }
}
