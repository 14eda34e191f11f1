use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use futures_core::Stream;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{DuplexStream, duplex},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::Instant,
};
use tonic::{
    Request, Response, Status,
    body::Body,
    metadata::MetadataMap,
    server::{Grpc, NamedService},
    transport::Server,
};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

use crate::{
    Admiral, Builder,
    v1::{
        CompleteRequest, CompleteResponse, Completion, Message, Role, StreamRequest, StreamResponse,
    },
};

const PIPE_BYTES: usize = 1 << 16;

/// What the server does with the next call.
pub(super) enum Step {
    Answer(&'static str),
    Fail(Status),
    /// Events, and then the end, which may be a failure.
    Events(Vec<Result<StreamResponse, Status>>),
    /// Nothing, until the caller leaves.
    Hang,
}

/// A call as it arrived.
pub(super) struct Seen {
    pub(super) request_id: String,
    pub(super) group: String,
    pub(super) metadata: MetadataMap,
    pub(super) at: Instant,
}

/// A server that does as it is told and notes what it was asked.
#[derive(Clone)]
pub(super) struct Fake {
    script: Arc<dyn Fn(usize) -> Step + Send + Sync>,
    pub(super) seen: Arc<Mutex<Vec<Seen>>>,
    /// Calls whose callers left before they were answered.
    pub(super) left: Arc<Mutex<usize>>,
}

impl Fake {
    /// A server that does this with its first, second and further calls.
    pub(super) fn doing(script: impl Fn(usize) -> Step + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            seen: Arc::default(),
            left: Arc::default(),
        }
    }

    /// A client of this server, whose waits are the whole of their spans.
    pub(super) fn client(&self, builder: Builder) -> Admiral {
        let (give, take) = unbounded_channel();
        tokio::spawn(
            Server::builder()
                .add_service(self.clone())
                .serve_with_incoming(Pipes(take)),
        );
        let connect = move |_| {
            let (ours, theirs) = duplex(PIPE_BYTES);
            let given = give.send(theirs);
            async move {
                given.map_err(|_| std::io::Error::other("the server is gone"))?;
                Ok::<_, std::io::Error>(TokioIo::new(ours))
            }
        };
        builder
            .dialled(
                move |endpoint| endpoint.connect_with_connector_lazy(service_fn(connect.clone())),
                || 1.0,
            )
            .expect("settings of a test")
    }

    fn next(
        &self,
        request_id: String,
        options: Option<crate::v1::CallOptions>,
        metadata: &MetadataMap,
    ) -> Step {
        let mut seen = self.seen.lock().expect("no test panicked here");
        seen.push(Seen {
            request_id,
            group: options.unwrap_or_default().agent_group,
            metadata: metadata.clone(),
            at: Instant::now(),
        });
        (self.script)(seen.len() - 1)
    }

    async fn complete(
        self,
        request: Request<CompleteRequest>,
    ) -> Result<Response<CompleteResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        match self.next(message.request_id, message.options, &metadata) {
            Step::Answer(text) => Ok(Response::new(answer(text))),
            Step::Fail(status) => Err(status),
            Step::Events(_) => Err(Status::internal("not a stream")),
            Step::Hang => {
                let _leaving = Leaving(Arc::clone(&self.left));
                std::future::pending().await
            }
        }
    }

    async fn stream(self, request: Request<StreamRequest>) -> Result<Response<Events>, Status> {
        let (metadata, _, message) = request.into_parts();
        match self.next(message.request_id, message.options, &metadata) {
            Step::Events(events) => Ok(Response::new(Events(events.into_iter()))),
            Step::Fail(status) => Err(status),
            Step::Answer(_) | Step::Hang => Err(Status::internal("not unary")),
        }
    }
}

fn answer(text: &str) -> CompleteResponse {
    CompleteResponse {
        completion: Some(Completion {
            message: Some(Message::of(Role::Assistant, text)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Counts a caller who left.
struct Leaving(Arc<Mutex<usize>>);

impl Drop for Leaving {
    fn drop(&mut self) {
        *self.0.lock().expect("no test panicked here") += 1;
    }
}

impl NamedService for Fake {
    const NAME: &'static str = "admiral.optimizer.v1.OptimizerService";
}

impl Service<http::Request<Body>> for Fake {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let fake = self.clone();
        Box::pin(async move {
            Ok(match request.uri().path().rsplit('/').next() {
                Some("Complete") => {
                    let codec = ProstCodec::<CompleteResponse, CompleteRequest>::default();
                    let method = service_fn(move |request| fake.clone().complete(request));
                    Grpc::new(codec).unary(method, request).await
                }
                Some("Stream") => {
                    let codec = ProstCodec::<StreamResponse, StreamRequest>::default();
                    let method = service_fn(move |request| fake.clone().stream(request));
                    Grpc::new(codec).server_streaming(method, request).await
                }
                _ => Status::unimplemented("").into_http(),
            })
        })
    }
}

pub(super) struct Events(std::vec::IntoIter<Result<StreamResponse, Status>>);

impl Stream for Events {
    type Item = Result<StreamResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// The server's ends of the pipes that clients open.
struct Pipes(UnboundedReceiver<DuplexStream>);

impl Stream for Pipes {
    type Item = Result<DuplexStream, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|pipe| pipe.map(Ok))
    }
}
