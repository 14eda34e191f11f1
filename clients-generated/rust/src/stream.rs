use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;

use crate::{
    Admiral, Error,
    exchange::{Begun, Reply, begin},
    method::Streamed,
    v1::{StreamResponse, content_delta::Piece, stream_response::Event},
};

/// A streamed reply as it arrives. The call begins when this is first polled; a reader that is slow
/// slows the sender; dropping it cancels the call. After a failure, as after the end, nothing comes.
#[must_use = "a stream does nothing until it is read"]
pub struct Replies<R> {
    state: State<R>,
    /// Without a message of which this is true, the reply is not whole.
    last: Option<fn(&R) -> bool>,
}

enum State<R> {
    Beginning(Pin<Box<dyn Future<Output = Result<Begun<R>, Error>> + Send>>),
    Reading(Box<Reply<R>>),
    Over,
}

impl<R: Send + 'static> Replies<R> {
    pub(crate) fn new<Q: Streamed<Response = R>>(
        client: Admiral,
        request: Q,
        time: Option<Duration>,
        last: Option<fn(&R) -> bool>,
    ) -> Self {
        Self {
            state: State::Beginning(Box::pin(begin(client, request, time))),
            last,
        }
    }

    /// The next message; none at the end.
    ///
    /// # Errors
    ///
    /// If the call failed; what was read until then is incomplete.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<R>, Error>> {
        match &mut self.state {
            State::Beginning(begun) => {
                let (first, reply) = ready!(begun.as_mut().poll(cx))?;
                self.state = State::Reading(Box::new(reply));
                Poll::Ready(Ok(first))
            }
            State::Reading(reply) => reply.poll_message(cx),
            State::Over => Poll::Ready(Ok(None)),
        }
    }
}

impl<R: Send + 'static> Stream for Replies<R> {
    type Item = Result<R, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if matches!(self.state, State::Over) {
            return Poll::Ready(None);
        }
        let next = match ready!(self.poll_message(cx)) {
            Ok(None) if self.last.is_some() => Err(Error::unfinished()),
            next => next,
        };
        match &next {
            Ok(Some(message)) if self.last.is_some_and(|last| last(message)) => self.last = None,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => self.state = State::Over,
        }
        Poll::Ready(next.transpose())
    }
}

impl<R> fmt::Debug for Replies<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").finish_non_exhaustive()
    }
}

/// The text of a streamed answer, piece by piece; as [`Replies`] in all else. Other events, and
/// candidates after the first, are passed over.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct Pieces(pub(crate) Replies<StreamResponse>);

impl Pieces {
    /// The next piece; none at the end.
    ///
    /// # Errors
    ///
    /// If the call failed; what was read until then is incomplete.
    pub async fn try_next(&mut self) -> Result<Option<String>, Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
            .await
            .transpose()
    }
}

impl Stream for Pieces {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let event = match ready!(Pin::new(&mut self.0).poll_next(cx)) {
                Some(Ok(event)) => event.event,
                Some(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                None => return Poll::Ready(None),
            };
            if let Some(Event::Delta(delta)) = event
                && delta.candidate_index == 0
                && let Some(Piece::Text(piece)) = delta.piece
            {
                return Poll::Ready(Some(Ok(piece.text)));
            }
        }
    }
}
