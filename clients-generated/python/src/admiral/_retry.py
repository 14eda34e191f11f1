"""When a failed call is tried again: decisions only, no clock of their own and no waiting."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import grpc

from ._errors import AdmiralError, may_pass

_SERVICES = "/admiral.optimizer.v1."

#: What must not happen or be paid twice, and has no request_id to keep it from that.
_ONCE = frozenset(
    _SERVICES + method
    for method in (
        "OptimizerService/Embed",
        "FleetService/CreateKey",
        "FleetService/CreateBudget",
        "SettingsService/RollBackChange",
    )
)

#: What has no end has no deadline either, unless the caller sets one.
_ENDLESS = frozenset({_SERVICES + "EventService/WatchEvents"})

#: Beyond 2^20 times the first delay every sensible longest one is passed.
_MOST_DOUBLINGS = 20


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed call is tried again.

    Only calls of which no message has arrived are, and only within their deadline. Tried again is what UNAVAILABLE
    says will pass: a lost connection, a server that restarts, providers that are down. Each wait is drawn between
    half and the whole of a span that doubles with every try; a longer wait that the server asks for is kept.

    A cached call is safe to repeat: the second try meets the first one's answer, or joins it. To calls that the
    cache does not cover the client adds a random ``request_id``, so that those are not paid twice either. ``Embed``,
    ``CreateKey``, ``CreateBudget`` and ``RollBackChange`` are tried once under every policy.
    """

    #: Most tries of one call, the first included: 1 to 100, and 1 never tries again.
    max_tries: int = 5
    #: Span of the first wait, seconds; above zero.
    first_delay: float = 0.1
    #: Longest span, seconds; at least ``first_delay``.
    max_delay: float = 2.0
    #: Also try again what a limit refused (RESOURCE_EXHAUSTED) if the server asks for a wait of at most this, seconds.
    #: Zero leaves refusals to the caller: repeating what was shed adds to the load.
    max_rate_limit_wait: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_tries <= 100:
            raise ValueError(f"max_tries is {self.max_tries}: use 1 to 100.")
        if not (math.isfinite(self.first_delay) and self.first_delay > 0):
            raise ValueError(f"first_delay is {self.first_delay}: use more than zero seconds.")
        if not (math.isfinite(self.max_delay) and self.max_delay >= self.first_delay):
            raise ValueError(f"max_delay is {self.max_delay}: use at least first_delay, which is {self.first_delay}.")
        if not self.max_rate_limit_wait >= 0:
            raise ValueError(f"max_rate_limit_wait is {self.max_rate_limit_wait}: use zero seconds or more.")


@dataclass(frozen=True)
class Chance:
    """Time and randomness, so that tests may choose them."""

    #: Seconds since any instant, never going back.
    clock: Callable[[], float] = time.monotonic
    #: Draws evenly from 0 to 1.
    jitter: Callable[[], float] = random.random
    #: Makes a fresh request_id.
    request_id: Callable[[], str] = lambda: str(uuid.uuid4())
    #: Waits the seconds before a try, or until the event is set: the blocking client's wait.
    pause: Callable[[float, threading.Event], object] = lambda seconds, left: left.wait(seconds)
    #: The same for asyncio.
    sleep: Callable[[float, asyncio.Event], Awaitable[object]] = lambda seconds, left: _sleep(seconds, left)


async def _sleep(seconds: float, left: asyncio.Event) -> None:
    with contextlib.suppress(asyncio.TimeoutError):  # Then it is time.
        await asyncio.wait_for(left.wait(), seconds)


class Tries:
    """Keeps the count and the deadline of one call over all of its tries. Not thread-safe."""

    def __init__(self, method: str, policy: RetryPolicy, deadline: float, asked: float | None, chance: Chance) -> None:
        """Begins a call of a client whose calls have ``deadline`` seconds; this one may have ``asked`` for others."""
        self._policy = policy
        self._most = 1 if method in _ONCE else policy.max_tries
        self._chance = chance
        seconds = asked if asked is not None else None if method in _ENDLESS else deadline
        self._end = None if seconds is None else chance.clock() + seconds
        self._count = 1

    def timeout(self) -> float | None:
        """Returns how long the next try has, seconds; None without a deadline."""
        return None if self._end is None else max(0.0, self._end - self._chance.clock())

    def wait(self, error: AdmiralError) -> float | None:
        """Returns how long to wait before the next try, seconds; None if there is none, and the error stands."""
        delay = delay_after(self._count, self._most, self._policy, error, self._chance.jitter())
        left = self.timeout()
        if delay is None or (left is not None and delay >= left):
            return None
        self._count += 1
        return delay


def delay_after(count: int, most: int, policy: RetryPolicy, error: AdmiralError, jitter: float) -> float | None:
    """Returns how long to wait after ``count`` of at most ``most`` tries, seconds; None if there is no other."""
    limited = (
        error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        and policy.max_rate_limit_wait > 0
        and error.retry_after is not None
        and error.retry_after <= policy.max_rate_limit_wait
    )
    if count >= most or not (limited or may_pass(error)):
        return None
    span = min(policy.first_delay * (1 << min(count - 1, _MOST_DOUBLINGS)), policy.max_delay)
    return max(span * (0.5 + jitter / 2), error.retry_after or 0.0)
