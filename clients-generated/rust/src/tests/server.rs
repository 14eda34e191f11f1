//! A server in the same process, spoken to over a pipe in HTTP/2 as over a network, which says whatever
//! the test wants. Since nothing leaves the process, paused time moves only when everybody waits.

use std::{io, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use h2::{
    Reason,
    server::{SendResponse, handshake},
};
use http::{HeaderMap, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use prost::Message;
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, duplex},
    sync::mpsc,
};
use tonic::{Status, transport::Endpoint};
use tower::service_fn;

use crate::{Admiral, Builder};

const PIPE_BYTES: usize = 1 << 16;

/// The end of a client's new connection that the server holds.
pub(crate) type Connection = DuplexStream;

/// A client of which each new connection is handed to the test.
pub(crate) fn connected(builder: Builder) -> (Admiral, mpsc::UnboundedReceiver<Connection>) {
    let (accepted, connections) = mpsc::unbounded_channel();
    let dial = move |endpoint: &Endpoint| {
        let accepted = accepted.clone();
        endpoint.connect_with_connector_lazy(service_fn(move |_: Uri| {
            let (ours, theirs) = duplex(PIPE_BYTES);
            let accepted = accepted.send(theirs);
            async move {
                accepted.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
                io::Result::Ok(TokioIo::new(ours))
            }
        }))
    };
    // The whole of each span, so that waits are known.
    (
        builder.dialled(dial, || 1.0).expect("settings of a test"),
        connections,
    )
}

/// A client and the calls it makes, on one connection or on several.
pub(crate) fn served(builder: Builder) -> (Admiral, Calls) {
    let (admiral, mut connections) = connected(builder);
    let (told, calls) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(connection) = connections.recv().await {
            tokio::spawn(serve(connection, told.clone()));
        }
    });
    (admiral, Calls(calls))
}

/// Reads calls from one connection until it ends.
pub(crate) async fn serve(
    connection: impl AsyncRead + AsyncWrite + Unpin,
    told: mpsc::UnboundedSender<Call>,
) {
    let mut connection = handshake(connection).await.expect("a client's preface");
    while let Some(Ok((request, response))) = connection.accept().await {
        let told = told.clone();
        tokio::spawn(async move {
            if let Some(call) = Call::read(request, response).await {
                // A test that is over reads no more calls.
                let _ = told.send(call);
            }
        });
    }
}

/// The calls that arrive.
pub(crate) struct Calls(mpsc::UnboundedReceiver<Call>);

impl Calls {
    pub(crate) fn of(calls: mpsc::UnboundedReceiver<Call>) -> Self {
        Self(calls)
    }

    pub(crate) async fn next(&mut self) -> Call {
        self.0.recv().await.expect("a call")
    }

    /// Whether none has arrived that was not read.
    pub(crate) fn is_empty(&mut self) -> bool {
        self.0.try_recv().is_err()
    }
}

/// One call, to be answered.
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    body: Bytes,
    response: SendResponse<Bytes>,
}

impl Call {
    async fn read(request: Request<h2::RecvStream>, response: SendResponse<Bytes>) -> Option<Self> {
        let (head, mut stream) = request.into_parts();
        let mut body = BytesMut::new();
        while let Some(chunk) = stream.data().await {
            let chunk = chunk.ok()?;
            stream.flow_control().release_capacity(chunk.len()).ok()?;
            body.put(chunk);
        }
        Some(Self {
            path: head.uri.path().to_string(),
            headers: head.headers,
            body: body.split_off(5).freeze(),
            response,
        })
    }

    pub(crate) fn request<M: Message + Default>(&self) -> M {
        M::decode(self.body.clone()).expect("a request of the method")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"))
    }

    /// Answers with one message.
    pub(crate) fn answer(self, message: &impl Message) {
        let mut reply = self.begin();
        reply.message(message);
        reply.end();
    }

    /// Answers with no message and this status.
    pub(crate) fn fail(mut self, status: Status) {
        self.response
            .send_response(status.into_http::<()>(), true)
            .expect("the caller is there");
    }

    /// Answers with these headers alone, which may be those of no gRPC server.
    pub(crate) fn answer_http(mut self, head: Response<()>) {
        self.response
            .send_response(head, true)
            .expect("the caller is there");
    }

    /// Ends the call without an answer.
    pub(crate) fn reset(mut self, reason: Reason) {
        self.response.send_reset(reason);
    }

    /// Waits until the caller leaves.
    pub(crate) async fn left(mut self) -> Reason {
        std::future::poll_fn(|cx| self.response.poll_reset(cx))
            .await
            .expect("a reset")
    }

    pub(crate) fn begin(mut self) -> Reply {
        let head = Response::builder()
            .header("content-type", "application/grpc")
            .body(());
        let stream = self.response.send_response(head.expect("a head"), false);
        Reply(stream.expect("the caller is there"))
    }
}

/// A reply on its way.
pub(crate) struct Reply(h2::SendStream<Bytes>);

impl Reply {
    pub(crate) fn message(&mut self, message: &impl Message) {
        self.bytes(&message.encode_to_vec());
    }

    pub(crate) fn bytes(&mut self, message: &[u8]) {
        self.frame_of(message.len().try_into().expect("a message of a test"));
        self.0
            .send_data(Bytes::copy_from_slice(message), false)
            .expect("the caller is there");
    }

    /// The head alone of a message of so many bytes.
    pub(crate) fn frame_of(&mut self, size: u32) {
        let mut frame = BytesMut::new();
        frame.put_u8(0);
        frame.put_u32(size);
        self.0
            .send_data(frame.freeze(), false)
            .expect("the caller is there");
    }

    pub(crate) fn end(self) {
        self.end_with(Status::ok(""));
    }

    pub(crate) fn end_with(mut self, status: Status) {
        let trailers = status.into_http::<()>().into_parts().0.headers;
        self.0.send_trailers(trailers).expect("the caller is there");
    }

    /// Ends as a proxy does that drops trailers.
    pub(crate) fn end_without_trailers(mut self) {
        self.0
            .send_data(Bytes::new(), true)
            .expect("the caller is there");
    }

    /// Waits until the caller leaves.
    pub(crate) async fn left(mut self) -> Reason {
        std::future::poll_fn(|cx| self.0.poll_reset(cx))
            .await
            .expect("a reset")
    }
}

/// The virtual time that passes while a future runs, to the tenth of a second.
pub(crate) async fn tenths<T>(future: impl Future<Output = T>) -> (T, u128) {
    let begin = tokio::time::Instant::now();
    let outcome = future.await;
    (
        outcome,
        (begin.elapsed() + Duration::from_millis(1)).as_millis() / 100,
    )
}
