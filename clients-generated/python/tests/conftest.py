"""Both clients behind one small face, so that each case is told once and held against both."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from google.protobuf.message import Message

from admiral import Admiral, AsyncAdmiral
from admiral._retry import Chance
from admiral.optimizer.v1 import StreamRequest


class VirtualTime:
    """A clock that moves only as calls wait, and waits that end at once. Draws the longest of each wait."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        #: Runs in a wait; what is given may let the caller leave in it.
        self.meanwhile: Callable[[], object] = lambda: None
        self.chance = Chance(
            clock=lambda: self.now,
            jitter=lambda: 1.0,
            request_id=lambda: "id-1",
            pause=self._pause,
            sleep=self._sleep,
        )

    def _pause(self, seconds: float, left: threading.Event | asyncio.Event) -> None:
        self.waits.append(seconds)
        self.now += seconds
        self.meanwhile()

    async def _sleep(self, seconds: float, left: asyncio.Event) -> None:
        self._pause(seconds, left)


class Caller(Protocol):
    """One client of either kind."""

    def call(self, service: str, method: str, request: Message, timeout: float | None = None) -> Any: ...

    def read(self, request: Message, timeout: float | None = None) -> list[Any]: ...

    def ask(self, model: str, text: str) -> str: ...

    def ask_stream(self, model: str, text: str) -> list[str]: ...

    def close(self) -> None: ...


class Blocking:
    def __init__(self, *args: Any, **settings: Any) -> None:
        self.client = Admiral(*args, **settings)

    def call(self, service: str, method: str, request: Message, timeout: float | None = None) -> Any:
        return getattr(getattr(self.client, service), method)(request, timeout=timeout)

    def read(self, request: Message, timeout: float | None = None) -> list[Any]:
        stream = isinstance(request, StreamRequest)
        method: Any = self.client.optimizer.Stream if stream else self.client.events.WatchEvents
        return list(method(request, timeout=timeout))

    def ask(self, model: str, text: str) -> str:
        return self.client.ask(model, text)

    def ask_stream(self, model: str, text: str) -> list[str]:
        return list(self.client.ask_stream(model, text))

    def close(self) -> None:
        self.client.close()


class Asyncio:
    def __init__(self, *args: Any, **settings: Any) -> None:
        self.loop = asyncio.new_event_loop()
        try:
            self.client = AsyncAdmiral(*args, **settings)
        except BaseException:
            self.loop.close()
            raise

    def call(self, service: str, method: str, request: Message, timeout: float | None = None) -> Any:
        async def run() -> Any:
            return await getattr(getattr(self.client, service), method)(request, timeout=timeout)

        return self.loop.run_until_complete(run())

    def read(self, request: Message, timeout: float | None = None) -> list[Any]:
        async def run() -> list[Any]:
            stream = isinstance(request, StreamRequest)
            method: Any = self.client.optimizer.Stream if stream else self.client.events.WatchEvents
            return [event async for event in method(request, timeout=timeout)]

        return self.loop.run_until_complete(run())

    def ask(self, model: str, text: str) -> str:
        return self.loop.run_until_complete(self.client.ask(model, text))

    def ask_stream(self, model: str, text: str) -> list[str]:
        async def run() -> list[str]:
            return [piece async for piece in self.client.ask_stream(model, text)]

        return self.loop.run_until_complete(run())

    def close(self) -> None:
        self.loop.run_until_complete(self.client.close())
        self.loop.close()


Open = Callable[..., Caller]


@pytest.fixture(params=[Blocking, Asyncio], ids=["blocking", "asyncio"])
def connect(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Makes clients, which are closed after the test."""
    made: list[Caller] = []

    def make(*args: Any, **settings: Any) -> Caller:
        client: Caller = request.param(*args, **settings)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()
