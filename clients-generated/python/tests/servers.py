"""Servers for the tests: a scripted one that speaks gRPC, and one whose HTTP/2 a test writes by hand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
import h2.config
import h2.connection
import h2.events
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

import admiral.optimizer.v1 as contract

PREFIX = "/admiral.optimizer.v1."
COMPLETE = PREFIX + "OptimizerService/Complete"
STREAM = PREFIX + "OptimizerService/Stream"
_STREAMS = {STREAM, PREFIX + "EventService/WatchEvents"}

Context = grpc.ServicerContext
#: What a server does with a call: gives its answer, or the messages of its stream, or aborts.
Step = Callable[[Any, Context], Any]


@dataclass(frozen=True)
class Seen:
    """A call as it reached the server."""

    method: str
    request: Any
    metadata: dict[str, str | bytes]
    seconds_left: float | None


class ScriptedServer(grpc.GenericRpcHandler):
    """Plays one step for each call that arrives, in order; the last one again and again."""

    def __init__(self, *steps: Step) -> None:
        self.seen: list[Seen] = []
        self.left = threading.Event()
        self._steps = list(steps)
        self._lock = threading.Lock()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        service, name = details.method.removeprefix("/").split("/")
        found = contract.optimizer_service_pb2.DESCRIPTOR.pool.FindServiceByName(service).methods_by_name[name]
        kind: type[Message] = getattr(contract, found.input_type.name)
        form: dict[str, Any] = {
            "request_deserializer": kind.FromString,
            "response_serializer": lambda answer: answer.SerializeToString(),
        }

        def play(request: Any, context: Context) -> Any:
            metadata = {str(key): value for key, value in context.invocation_metadata()}
            with self._lock:
                self.seen.append(Seen(details.method, request, metadata, context.time_remaining()))
                step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
            context.add_callback(self.left.set)
            return step(request, context)

        if details.method in _STREAMS:
            return grpc.unary_stream_rpc_method_handler(lambda request, context: iter(play(request, context)), **form)
        return grpc.unary_unary_rpc_method_handler(play, **form)

    @contextlib.contextmanager
    def serving(self, port: int = 0, credentials: grpc.ServerCredentials | None = None) -> Iterator[str]:
        """Serves while in the block; gives the address."""
        server = grpc.server(ThreadPoolExecutor(8), handlers=[self], options=[("grpc.so_reuseport", 0)])
        at = f"127.0.0.1:{port}"
        bound = server.add_insecure_port(at) if credentials is None else server.add_secure_port(at, credentials)
        server.start()
        try:
            yield f"127.0.0.1:{bound}"
        finally:
            server.stop(None).wait()


def answer(text: str = "Titan.") -> Step:
    """Answers any unary method: completions with a text, others with an empty message."""

    def step(request: Any, context: Context) -> Message:
        if isinstance(request, contract.CompleteRequest):
            part = contract.ContentPart(text=contract.TextPart(text=text))
            return contract.CompleteResponse(
                call_id="call-1", completion=contract.Completion(message=contract.ChatMessage(parts=[part]))
            )
        kind: type[Message] = getattr(contract, type(request).__name__.removesuffix("Request") + "Response")
        return kind()

    return step


def events(*messages: Message) -> Step:
    """Streams these."""
    return lambda request, context: list(messages)


def started() -> contract.StreamResponse:
    return contract.StreamResponse(started=contract.StreamStarted(call_id="call-1"))


def piece(text: str) -> contract.StreamResponse:
    return contract.StreamResponse(delta=contract.ContentDelta(text=contract.TextDelta(text=text)))


def finished() -> contract.StreamResponse:
    cost = contract.Cost(charged_amount=contract.Money(pico=7))
    return contract.StreamResponse(finished=contract.StreamFinished(cost=cost))


def abort(context: Context, code: grpc.StatusCode, message: str, *details: Message) -> NoReturn:
    """Ends a call as Admiral does: with a status that carries details."""
    packed = []
    for detail in details:
        packed.append(AnyMessage())
        packed[-1].Pack(detail)
    if packed:
        status = Status(code=code.value[0], message=message, details=packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, message)


def failure(
    code: grpc.StatusCode, reason: str, *details: Message, message: str = "It failed.", **metadata: str
) -> Step:
    """Fails with a reason of Admiral's."""
    info = ErrorInfo(reason=reason, domain="optimizer.admiral.dev", metadata=metadata)
    return lambda request, context: abort(context, code, message, info, *details)


def bare_failure(code: grpc.StatusCode, message: str = "") -> Step:
    """Fails as gRPC itself does, with no details."""
    return lambda request, context: abort(context, code, message)


#: What a server by hand does once a request has arrived, to the connection's bytes and frames.
Reply = Callable[[socket.socket, h2.connection.H2Connection, int], None]


@contextlib.contextmanager
def by_hand(*replies: Reply) -> Iterator[str]:
    """Serves HTTP/2, one reply for each connection's first request, in order; gives the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_ones: list[socket.socket] = []

    def serve() -> None:
        for reply in replies:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            open_ones.append(connection)
            frames = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            frames.initiate_connection()
            with contextlib.suppress(OSError):
                connection.sendall(frames.data_to_send())
                stream = None
                while stream is None:
                    read = connection.recv(65_536)
                    if not read:
                        break
                    for event in frames.receive_data(read):
                        if isinstance(event, h2.events.StreamEnded):
                            stream = event.stream_id
                    connection.sendall(frames.data_to_send())
                if stream is not None:
                    reply(connection, frames, stream)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        for connection in open_ones:
            connection.close()


def without_trailers(connection: socket.socket, frames: h2.connection.H2Connection, stream: int) -> None:
    """Answers as through a proxy that does not pass trailers on."""
    frames.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
    frames.send_data(stream, b"\0\0\0\0\0", end_stream=True)
    connection.sendall(frames.data_to_send())


def half_closed(connection: socket.socket, frames: h2.connection.H2Connection, stream: int) -> None:
    """Ends its half of the connection in mid-call and keeps the other."""
    connection.shutdown(socket.SHUT_WR)


def empty_answer(connection: socket.socket, frames: h2.connection.H2Connection, stream: int) -> None:
    """Answers with an empty message."""
    frames.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
    frames.send_data(stream, b"\0\0\0\0\0")
    frames.send_headers(stream, [("grpc-status", "0")], end_stream=True)
    connection.sendall(frames.data_to_send())
