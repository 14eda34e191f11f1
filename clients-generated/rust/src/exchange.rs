//! One call over all of its tries.
//!
//! A try is a gRPC call. When it fails before its first message and the policy allows, another takes
//! its place; after the first message the exchange and its last try are one. Unary methods are read
//! as streams of one message, so that both kinds have one way to begin, to retry and to end, and so
//! that a reply which lost its trailers on the way is never taken for a whole one.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout_at};
use tonic::{Request, Status, Streaming, client::Grpc, codegen::http::uri::PathAndQuery};
use tonic_prost::ProstCodec;

use crate::{Admiral, Error, Retry, method::Method};

pub(crate) const MAX_MESSAGE_BYTES: usize = 64 << 20;
/// gRPC has eight digits for a time; a longer one is kept by this client alone.
const LONGEST_TOLD: Duration = Duration::from_secs(99_999_999);
const STATUS: &str = "grpc-status";

/// Methods whose repeat is neither answered from the cache nor known by a `request_id`.
const ONCE: [&str; 4] = [
    "/admiral.optimizer.v1.OptimizerService/Embed",
    "/admiral.optimizer.v1.FleetService/CreateKey",
    "/admiral.optimizer.v1.FleetService/CreateBudget",
    "/admiral.optimizer.v1.SettingsService/RollBackChange",
];

/// What is left of a reply whose first message has arrived.
pub(crate) struct Reply<R> {
    messages: Streaming<R>,
    ended_in_headers: bool,
    deadline: Option<Pin<Box<Sleep>>>,
    server: String,
}

/// The first message, and what follows it; none is a reply that ended well without any.
pub(crate) type Begun<R> = (Option<R>, Reply<R>);

/// Waits for the first message, over all tries. The time that the call may take is counted from here.
pub(crate) async fn begin<Q: Method>(
    client: Admiral,
    request: Q,
    time: Option<Duration>,
) -> Result<Begun<Q::Response>, Error> {
    // A time too long to be told is as good as none.
    let Some(end) = time.and_then(|time| Instant::now().checked_add(time)) else {
        return tries(&client, request, None).await;
    };
    let (first, reply) = timeout_at(end, tries(&client, request, Some(end)))
        .await
        .unwrap_or_else(|_| Err(Error::deadline_passed(client.server())))?;
    Ok((
        first,
        Reply {
            deadline: Some(Box::pin(sleep_until(end))),
            ..reply
        },
    ))
}

async fn tries<Q: Method>(
    client: &Admiral,
    request: Q,
    deadline: Option<Instant>,
) -> Result<Begun<Q::Response>, Error> {
    let retry = if ONCE.contains(&Q::PATH) {
        Retry::NONE
    } else {
        client.retry()
    };
    let mut tries = 1;
    loop {
        let failure = match attempt(client, request.clone(), deadline).await {
            Ok(begun) => return Ok(begun),
            Err(failure) => failure,
        };
        let delay = retry
            .delay(tries, &failure, client.jitter())
            .filter(|delay| fits(*delay, deadline));
        let Some(delay) = delay else {
            return Err(failure);
        };
        sleep(delay).await;
        tries += 1;
    }
}

fn fits(delay: Duration, deadline: Option<Instant>) -> bool {
    deadline.is_none_or(|end| end.duration_since(Instant::now()) > delay)
}

async fn attempt<Q: Method>(
    client: &Admiral,
    message: Q,
    deadline: Option<Instant>,
) -> Result<Begun<Q::Response>, Error> {
    let failed = |status: Status| Error::of(&status, client.server());
    let mut request = Request::new(message);
    *request.metadata_mut() = client.metadata().clone();
    if let Some(end) = deadline {
        request.set_timeout(end.duration_since(Instant::now()).min(LONGEST_TOLD));
    }
    let mut grpc = Grpc::new(client.channel()).max_decoding_message_size(MAX_MESSAGE_BYTES);
    grpc.ready()
        .await
        .map_err(|e| failed(Status::from_error(e.into())))?;
    let codec = ProstCodec::<Q, Q::Response>::default();
    let response = grpc
        .server_streaming(request, PathAndQuery::from_static(Q::PATH), codec)
        .await
        .map_err(failed)?;
    let mut reply = Reply {
        ended_in_headers: response.metadata().contains_key(STATUS),
        messages: response.into_inner(),
        deadline: None,
        server: client.server().to_string(),
    };
    let first = reply.message().await?;
    Ok((first, reply))
}

impl<R> Reply<R> {
    /// The next message, or none after the last.
    pub(crate) async fn message(&mut self) -> Result<Option<R>, Error> {
        poll_fn(|cx| self.poll_message(cx)).await
    }

    pub(crate) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<R>, Error>> {
        let Poll::Ready(next) = Pin::new(&mut self.messages).poll_next(cx) else {
            let Some(deadline) = &mut self.deadline else {
                return Poll::Pending;
            };
            ready!(deadline.as_mut().poll(cx));
            return Poll::Ready(Err(Error::deadline_passed(&self.server)));
        };
        Poll::Ready(match next {
            Some(Ok(message)) => Ok(Some(message)),
            Some(Err(status)) => Err(Error::of(&status, &self.server)),
            None if self.ended_in_headers || ready!(self.poll_status(cx)) => Ok(None),
            None => Err(Error::trailers_lost(&self.server)),
        })
    }

    /// Whether the reply that has ended did so with a status. It is there already, or never.
    fn poll_status(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let trailers = ready!(pin!(self.messages.trailers()).poll(cx));
        Poll::Ready(
            trailers.is_ok_and(|trailers| trailers.is_some_and(|all| all.contains_key(STATUS))),
        )
    }
}
