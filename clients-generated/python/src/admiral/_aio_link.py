"""Calls for asyncio, each over all of its tries: as ``_link`` says, with tasks in place of threads.

A call is a task of its own, as gRPC's asyncio calls are, so that awaiting it may be given up like any await: whoever
cancels the awaiting task cancels the call. That client-side cancelling is asyncio.CancelledError, as everywhere in
asyncio; a client that is closed, or a stream that is left, under a reader is AdmiralError, since no task was cancelled.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import grpc
import grpc.aio

from admiral.optimizer.v1 import StreamFinished, StreamResponse

from ._errors import AdmiralError, cancelled, closed, from_rpc, unfinished
from ._prepare import prepared
from ._prompts import text_piece
from ._retry import Chance, Tries
from ._settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._link import Metadata

_R = TypeVar("_R")


class AsyncLink:
    """One connection, and what calls on it share; for one event loop, in which the first call is made."""

    def __init__(self, settings: Settings, chance: Chance) -> None:
        self.settings = settings
        self.chance = chance
        self.closed = False
        self._opened: grpc.aio.Channel | None = None
        self._pausing: set[asyncio.Event] = set()
        #: gRPC looks for a channel's calls among the frames of tasks when it is closed, and misses some.
        self._running: weakref.WeakSet[Any] = weakref.WeakSet()

    async def close(self) -> None:
        """Ends the connection and all calls on it."""
        self.closed = True
        for call in list(self._pausing):  # No connection would tell them.
            call.set()
        for running in list(self._running):
            running.cancel()
        if self._opened is not None:
            await self._opened.close()

    def unary_unary(self, method: str, **form: Any) -> AsyncUnary:
        """Returns what makes calls of a method; the generated stubs ask for it."""
        return AsyncUnary(self, method, _once(lambda: self._channel().unary_unary(method, **form)))

    def unary_stream(self, method: str, **form: Any) -> AsyncStreaming:
        """Returns what makes calls of a streaming method; the generated stubs ask for it."""
        return AsyncStreaming(self, method, _once(lambda: self._channel().unary_stream(method, **form)))

    def tries(self, method: str, timeout: float | None) -> Tries:
        """Begins to count the tries of one call."""
        return Tries(method, self.settings.retry, self.settings.deadline, timeout, self.chance)

    def sent(self, request: Any, metadata: Metadata | None) -> tuple[Any, Metadata]:
        """Returns the request and the metadata as they travel."""
        own = self.settings.metadata + tuple(metadata or ())
        return prepared(request, self.settings, self.chance.request_id), own

    def begun(self, begin: Callable[[], Any]) -> Any:
        """Begins a try; a closed client begins none."""
        if self.closed:
            raise closed()
        call = begin()
        self._running.add(call)
        return call

    def told(self, failure: grpc.RpcError) -> AdmiralError:
        """Reads what a try failed of."""
        return closed() if self.closed else from_rpc(failure, self.settings.address)

    async def pause(self, seconds: float, left: asyncio.Event) -> None:
        """Waits before the next try; raises AdmiralError as soon as the caller leaves or the client is closed."""
        self._pausing.add(left)
        try:
            await self.chance.sleep(seconds, left)
        finally:
            self._pausing.discard(left)
        if self.closed:
            raise closed()
        if left.is_set():
            raise cancelled()

    def _channel(self) -> grpc.aio.Channel:
        if self._opened is None:
            at = self.settings
            self._opened = (
                grpc.aio.insecure_channel(at.address, at.options)
                if at.credentials is None
                else grpc.aio.secure_channel(at.address, at.credentials, at.options)
            )
        return self._opened


class AsyncUnary:
    """Makes calls of one method."""

    def __init__(self, link: AsyncLink, method: str, calls: Callable[[], Any]) -> None:
        self._link = link
        self._method = method
        self._calls = calls

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> asyncio.Task[Any]:
        """Begins a call; awaiting it gives the answer or raises AdmiralError, cancelling it cancels the call."""
        message, metadata = self._link.sent(request, metadata)
        tries = self._link.tries(self._method, timeout)
        return asyncio.ensure_future(
            self._answer(tries, lambda left: self._calls()(message, timeout=left, metadata=metadata, **options))
        )

    async def _answer(self, tries: Tries, begin: Callable[[float | None], Any]) -> Any:
        while True:
            try:
                return await self._link.begun(lambda: begin(tries.timeout()))
            except grpc.RpcError as failure:
                error = self._link.told(failure)
            except asyncio.CancelledError:
                if self._link.closed and not _is_cancelled():
                    raise closed() from None
                raise
            wait = tries.wait(error)
            if wait is None:
                raise error
            await self._link.pause(wait, asyncio.Event())


class AsyncStreaming:
    """Begins streams of one method."""

    def __init__(self, link: AsyncLink, method: str, calls: Callable[[], Any]) -> None:
        self._link = link
        self._method = method
        self._calls = calls

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **options: Any
    ) -> AsyncEventStream[Any]:
        """Begins a stream; what fails is raised as it is read."""
        message, metadata = self._link.sent(request, metadata)
        stream = AsyncCompletionStream if self._method.endswith("OptimizerService/Stream") else AsyncEventStream
        return stream(
            self._link,
            self._link.tries(self._method, timeout),
            lambda left: self._calls()(message, timeout=left, metadata=metadata, **options),
        )


class AsyncEventStream(Generic[_R]):
    """What a server streams, as an asynchronous iterator. Close it, or use it in ``async with``, to leave early.

    A reader that is slow slows the sender. One task reads; any may leave.
    """

    def __init__(self, link: AsyncLink, tries: Tries, begin: Callable[[float | None], Any]) -> None:
        self._link = link
        self._tries = tries
        self._begin = begin
        self._left = asyncio.Event()
        self._heard = False
        self._over = False
        self._start()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _R:
        """Waits for the next message; raises AdmiralError if the stream failed."""
        while not self._over:
            try:
                message: _R = await self._messages.__anext__()
            except StopAsyncIteration:
                self._over = True
                self._ended()
                break
            except grpc.RpcError as failure:
                error = cancelled() if self._left.is_set() else self._link.told(failure)
            except asyncio.CancelledError:
                self._over = True
                if _is_cancelled() or not (self._left.is_set() or self._link.closed):
                    self.cancel()
                    raise
                raise (closed() if self._link.closed else cancelled()) from None
            else:
                self._heard = True
                self._note(message)
                return message
            await self._failed(error)
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.cancel()

    def cancel(self) -> None:
        """Leaves: the call is cancelled if it still runs, and who waits for its next message gets AdmiralError."""
        self._left.set()
        self._try.cancel()

    async def close(self) -> None:
        """Leaves, as ``cancel``."""
        self.cancel()

    def _start(self) -> None:
        self._try = self._link.begun(lambda: self._begin(self._tries.timeout()))
        self._messages: AsyncIterator[_R] = self._try.__aiter__()

    async def _failed(self, error: AdmiralError) -> None:
        """Begins the next try, or raises."""
        wait = None if self._heard else self._tries.wait(error)
        if wait is None:
            self._over = True
            raise error
        try:
            await self._link.pause(wait, self._left)
            self._start()
        except BaseException:  # Left, closed or cancelled: it is over in every case.
            self._over = True
            raise

    def _note(self, message: _R) -> None:
        """Sees each message before the reader does."""

    def _ended(self) -> None:
        """Raises if the stream must not end here."""


class AsyncCompletionStream(AsyncEventStream[StreamResponse]):
    """A streamed answer as it arrives, as ``CompletionStream``, for asyncio. One task reads; any may leave."""

    #: How the answer ended, with usage and cost; None until it was read to its end.
    finished: StreamFinished | None = None

    async def text(self) -> AsyncIterator[str]:
        """Yields what is left of the text of the first candidate, piece by piece; other events are passed over."""
        async for event in self:
            if piece := text_piece(event):
                yield piece

    def _note(self, message: StreamResponse) -> None:
        if message.HasField("finished"):
            self.finished = message.finished
            self._over = True  # What comes after is gRPC's own end.

    def _ended(self) -> None:
        raise unfinished() from None


def _once(make: Callable[[], Any]) -> Callable[[], Any]:
    """Returns what makes a thing when it is first asked for it, and gives the same after."""
    made: list[Any] = []

    def given() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return given


def _is_cancelled() -> bool:
    """Whether the running task was cancelled, as far as this Python can tell (3.11 and newer)."""
    task = asyncio.current_task()
    return task is not None and getattr(task, "cancelling", int)() > 0
