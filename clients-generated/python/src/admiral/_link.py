"""Blocking calls, each over all of its tries.

The generated stubs are made on a ``Link`` in place of a gRPC channel. What it hands them makes the same calls and
adds what every caller needs: metadata, the client's group and request_id, one deadline over all tries, tries before
the first message, and failures as AdmiralError.

A call that another thread may cancel keeps its try of the moment under a lock, and between two tries waits for the
event that cancelling sets: so it is reached wherever it is. A try that begins as the call is cancelled sees so under
the same lock, and who began it cancels it.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import grpc

from admiral.optimizer.v1 import StreamFinished, StreamResponse

from ._errors import AdmiralError, cancelled, closed, from_rpc, unfinished
from ._prepare import prepared
from ._prompts import text_piece
from ._retry import Chance, Tries
from ._settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self

_R = TypeVar("_R")

Metadata = tuple[tuple[str, "str | bytes"], ...]


class Link:
    """One connection, and what calls on it share. Thread-safe."""

    def __init__(self, settings: Settings, chance: Chance) -> None:
        self.settings = settings
        self.chance = chance
        self._closed = False
        self._lock = threading.Lock()
        self._pausing: set[threading.Event] = set()
        if settings.credentials is None:
            self._channel = grpc.insecure_channel(settings.address, settings.options)
        else:
            self._channel = grpc.secure_channel(settings.address, settings.credentials, settings.options)

    def close(self) -> None:
        """Ends the connection and all calls on it."""
        with self._lock:
            self._closed = True
            pausing = list(self._pausing)
        self._channel.close()
        for call in pausing:  # No connection would tell them.
            call.set()

    def unary_unary(self, method: str, **form: Any) -> Unary:
        """Returns what makes calls of a method; the generated stubs ask for it."""
        return Unary(self, method, self._channel.unary_unary(method, **form))

    def unary_stream(self, method: str, **form: Any) -> Streaming:
        """Returns what makes calls of a streaming method; the generated stubs ask for it."""
        return Streaming(self, method, self._channel.unary_stream(method, **form))

    def tries(self, method: str, timeout: float | None) -> Tries:
        """Begins to count the tries of one call."""
        return Tries(method, self.settings.retry, self.settings.deadline, timeout, self.chance)

    def sent(self, request: Any, metadata: Metadata | None) -> tuple[Any, Metadata]:
        """Returns the request and the metadata as they travel."""
        own = self.settings.metadata + tuple(metadata or ())
        return prepared(request, self.settings, self.chance.request_id), own

    def begun(self, begin: Callable[[], _R]) -> _R:
        """Begins a try; a closed client begins none."""
        if self._closed:
            raise closed()
        try:
            return begin()
        except ValueError:
            if self._closed:
                raise closed() from None
            raise

    def told(self, failure: grpc.RpcError) -> AdmiralError:
        """Reads what a try failed of."""
        return closed() if self._closed else from_rpc(failure, self.settings.address)

    def pause(self, seconds: float, left: threading.Event) -> None:
        """Waits before the next try; raises AdmiralError as soon as the caller leaves or the client is closed."""
        with self._lock:
            self._pausing.add(left)
        try:
            if not self._closed:
                self.chance.pause(seconds, left)
        finally:
            with self._lock:
                self._pausing.discard(left)
        if self._closed:
            raise closed()
        if left.is_set():
            raise cancelled()


class Unary:
    """Makes calls of one method: blocking, or as a future. Thread-safe."""

    def __init__(self, link: Link, method: str, calls: Any) -> None:
        self._link = link
        self._method = method
        self._calls = calls

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> Any:
        """Returns the answer, or raises AdmiralError."""
        return self.with_call(request, timeout, metadata, **options)[0]

    def with_call(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> tuple[Any, grpc.Call]:
        """Returns the answer and the try that gave it, or raises AdmiralError."""
        message, metadata = self._link.sent(request, metadata)
        return self._answer(
            timeout,
            lambda left: self._calls.with_call(message, timeout=left, metadata=metadata, **options),
            threading.Event(),
        )

    def future(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> Pending:
        """Begins a call on a thread of its own and returns its answer to come, which can be cancelled."""
        message, metadata = self._link.sent(request, metadata)
        pending = Pending()
        threading.Thread(
            target=pending.run,
            args=(
                lambda: self._answer(
                    timeout,
                    lambda left: pending.follow(
                        self._calls.future(message, timeout=left, metadata=metadata, **options)
                    ),
                    pending.left,
                )[0],
            ),
            name="admiral-call",
            daemon=True,
        ).start()
        return pending

    def _answer(
        self, timeout: float | None, once: Callable[[float | None], tuple[Any, grpc.Call]], left: threading.Event
    ) -> tuple[Any, grpc.Call]:
        tries = self._link.tries(self._method, timeout)
        while True:
            try:
                return self._link.begun(lambda: once(tries.timeout()))
            except grpc.RpcError as failure:
                error = cancelled() if left.is_set() else self._link.told(failure)
            wait = tries.wait(error)
            if wait is None:
                raise error
            self._link.pause(wait, left)


class Pending(concurrent.futures.Future[Any]):
    """An answer to come. Cancelling it ends the call, wherever it is, and ``result`` raises AdmiralError CANCELLED."""

    def __init__(self) -> None:
        super().__init__()
        self.left = threading.Event()
        self._lock = threading.Lock()
        self._try: Any = None

    def run(self, answer: Callable[[], Any]) -> None:
        """Makes the call on this thread."""
        self.set_running_or_notify_cancel()
        try:
            self.set_result(answer())
        except BaseException as failure:  # Whatever it is, the one who waits is told.
            self.set_exception(failure)

    def follow(self, attempt: Any) -> tuple[Any, grpc.Call]:
        """Waits for a try that has begun; raises grpc.RpcError."""
        with self._lock:
            self._try = attempt
            left = self.left.is_set()
        if left:
            attempt.cancel()
        try:
            return attempt.result(), attempt
        except grpc.FutureCancelledError:
            raise attempt from None  # Of a call, gRPC's future is its failure too.

    def cancel(self) -> bool:
        with self._lock:
            self.left.set()
            attempt = self._try
        if attempt is not None:
            attempt.cancel()
        return not self.done()


class Streaming:
    """Begins streams of one method. Thread-safe."""

    def __init__(self, link: Link, method: str, calls: Any) -> None:
        self._link = link
        self._method = method
        self._calls = calls

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> EventStream[Any]:
        """Begins a stream; what fails is raised as it is read."""
        message, metadata = self._link.sent(request, metadata)
        stream = CompletionStream if self._method.endswith("OptimizerService/Stream") else EventStream
        return stream(
            self._link,
            self._link.tries(self._method, timeout),
            lambda left: self._calls(message, timeout=left, metadata=metadata, **options),
        )


class EventStream(Generic[_R]):
    """What a server streams, as an iterator. Close it, or use it in ``with``, to leave early.

    A reader that is slow slows the sender. One thread reads; any may close.
    """

    def __init__(self, link: Link, tries: Tries, begin: Callable[[float | None], Any]) -> None:
        self._link = link
        self._tries = tries
        self._begin = begin
        self._lock = threading.Lock()
        self._left = threading.Event()
        self._heard = False
        self._over = False
        self._try: Any = None
        self._start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _R:
        """Waits for the next message; raises AdmiralError if the stream failed."""
        while not self._over:
            try:
                message: _R = next(self._try)
            except StopIteration:
                self._over = True
                self._ended()
                break
            except grpc.RpcError as failure:
                error = cancelled() if self._left.is_set() else self._link.told(failure)
            else:
                self._heard = True
                self._note(message)
                return message
            self._failed(error)
        raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Leaves: the call is cancelled if it still runs, and who waits for its next message gets AdmiralError."""
        with self._lock:
            self._left.set()
            attempt = self._try
        attempt.cancel()

    cancel = close

    def _start(self) -> None:
        attempt = self._link.begun(lambda: self._begin(self._tries.timeout()))
        with self._lock:
            self._try = attempt
            left = self._left.is_set()
        if left:
            attempt.cancel()

    def _failed(self, error: AdmiralError) -> None:
        """Begins the next try, or raises."""
        wait = None if self._heard else self._tries.wait(error)
        if wait is None:
            self._over = True
            raise error
        try:
            self._link.pause(wait, self._left)
            self._start()
        except AdmiralError:
            self._over = True
            raise

    def _note(self, message: _R) -> None:
        """Sees each message before the reader does."""

    def _ended(self) -> None:
        """Raises if the stream must not end here."""


class CompletionStream(EventStream[StreamResponse]):
    """A streamed answer as it arrives: one ``started``, any number of ``delta``, one ``finished``.

    Read it as events, by iterating, or as pieces of text. A stream that breaks raises AdmiralError where it broke; what
    was read until then is incomplete. Close it, or use it in ``with``, to leave early: the server and the provider see
    the caller leave. One thread reads; any may close.
    """

    #: How the answer ended, with usage and cost; None until it was read to its end.
    finished: StreamFinished | None = None

    def text(self) -> Iterator[str]:
        """Yields what is left of the text of the first candidate, piece by piece; other events are passed over."""
        for event in self:
            if piece := text_piece(event):
                yield piece

    def _note(self, message: StreamResponse) -> None:
        if message.HasField("finished"):
            self.finished = message.finished
            self._over = True  # What comes after is gRPC's own end.

    def _ended(self) -> None:
        raise unfinished() from None
