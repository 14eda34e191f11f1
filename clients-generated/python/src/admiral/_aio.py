"""The client for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, cast

import grpc.aio

from admiral.optimizer.v1 import (
    CacheServiceStub,
    CallOptions,
    CallServiceStub,
    CompleteBatchResponse,
    CompleteRequest,
    CompleteResponse,
    CountTokensResponse,
    EmbedResponse,
    EventServiceStub,
    FailureQuery,
    FleetServiceStub,
    HealthRequest,
    HealthResponse,
    LearningQueryRequest,
    LearningQueryResponse,
    LedgerServiceStub,
    ListModelsRequest,
    ListModelsResponse,
    OptimizerServiceStub,
    Prompt,
    ReportOutcomeResponse,
    SettingsServiceStub,
    StatsRequest,
    StatsResponse,
    StreamRequest,
)

from . import _requests as requests
from ._aio_link import AsyncCompletionStream, AsyncLink
from ._prompts import prompt, text_of
from ._retry import Chance, RetryPolicy
from ._settings import Tls, checked_deadline, settings

if TYPE_CHECKING:
    from typing_extensions import Self

    from admiral.optimizer.v1.cache_service_pb2_grpc import CacheServiceAsyncStub
    from admiral.optimizer.v1.call_service_pb2_grpc import CallServiceAsyncStub
    from admiral.optimizer.v1.event_service_pb2_grpc import EventServiceAsyncStub
    from admiral.optimizer.v1.fleet_service_pb2_grpc import FleetServiceAsyncStub
    from admiral.optimizer.v1.ledger_service_pb2_grpc import LedgerServiceAsyncStub
    from admiral.optimizer.v1.optimizer_service_pb2_grpc import OptimizerServiceAsyncStub
    from admiral.optimizer.v1.settings_service_pb2_grpc import SettingsServiceAsyncStub


class AsyncAdmiral:
    """A connection to Admiral for asyncio: the calls of ``Admiral``, by the same rules, to be awaited.

    Make one for an event loop and keep it: many tasks may use it at once. Cancelling a task that waits for a call
    cancels the call. Everything else is as ``Admiral`` says, the settings too.

        async with AsyncAdmiral(agent="triage-1") as admiral:
            print(await admiral.ask("fast", "What is the capital of France?"))
    """

    #: Model calls, health, statistics and what was learned.
    optimizer: OptimizerServiceAsyncStub
    #: Agents, keys, budgets and limits.
    fleet: FleetServiceAsyncStub
    #: What was paid and what was saved.
    ledger: LedgerServiceAsyncStub
    #: The response cache.
    cache: CacheServiceAsyncStub
    #: Settings that were changed while the server runs.
    settings: SettingsServiceAsyncStub
    #: What became of the latest calls.
    calls: CallServiceAsyncStub
    #: What happens in the fleet. Watching has no deadline unless it is given one.
    events: EventServiceAsyncStub

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        *,
        key: str | None = None,
        agent: str | None = None,
        group: str | None = None,
        deadline: float = 600.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 immutable
        tls: Tls | None = None,
        plaintext_beyond_loopback: bool = False,
        _chance: Chance = Chance(),  # noqa: B008 immutable
    ) -> None:
        """Checks the settings, which are those of ``Admiral``; nothing is connected yet.

        :raises ValueError: if a setting is not one, in a sentence that says what to do
        """
        self._link = AsyncLink(
            settings(address, key, agent, group, deadline, retry, tls, plaintext_beyond_loopback), _chance
        )
        channel = cast(grpc.aio.Channel, self._link)  # As far as the stubs ask one.
        self.optimizer = OptimizerServiceStub(channel)
        self.fleet = FleetServiceStub(channel)
        self.ledger = LedgerServiceStub(channel)
        self.cache = CacheServiceStub(channel)
        self.settings = SettingsServiceStub(channel)
        self.calls = CallServiceStub(channel)
        self.events = EventServiceStub(channel)

    async def ask(self, model: str, text: str, *, system: str | None = None, deadline: float | None = None) -> str:
        """Asks a model one question and returns the text of its answer.

        :param model: a model or alias, as ``Prompt.model``
        """
        return text_of(await self.complete(prompt(model, text, system=system), deadline=deadline))

    async def ask_stream(
        self, model: str, text: str, *, system: str | None = None, deadline: float | None = None
    ) -> AsyncIterator[str]:
        """Asks a model one question and yields the text of its answer piece by piece; begins with the first piece."""
        async with self.stream(prompt(model, text, system=system), deadline=deadline) as answer:
            async for piece in answer.text():
                yield piece

    async def complete(
        self, asked: Prompt | CompleteRequest, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> CompleteResponse:
        """Answers a prompt in one message."""
        return await self.optimizer.Complete(requests.complete(asked, options), timeout=_given(deadline))

    def stream(
        self, asked: Prompt | StreamRequest, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> AsyncCompletionStream:
        """Begins a streamed answer; what fails is raised as it is read."""
        events = self.optimizer.Stream(requests.stream(asked, options), timeout=_given(deadline))
        return cast(AsyncCompletionStream, events)

    async def complete_batch(
        self,
        asked: Iterable[Prompt | CompleteRequest],
        *,
        options: CallOptions | None = None,
        deadline: float | None = None,
    ) -> CompleteBatchResponse:
        """Answers several prompts; each result succeeds or fails by itself."""
        return await self.optimizer.CompleteBatch(requests.batch(asked, options), timeout=_given(deadline))

    async def embed(
        self,
        model: str,
        texts: Iterable[str],
        *,
        options: CallOptions | None = None,
        deadline: float | None = None,
    ) -> EmbedResponse:
        """Turns texts into vectors. Tried once whatever the policy, since a repeat could be paid again."""
        return await self.optimizer.Embed(requests.embed(model, texts, options), timeout=_given(deadline))

    async def count_tokens(
        self, asked: Prompt, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> CountTokensResponse:
        """Counts the tokens of a prompt without asking for an answer."""
        return await self.optimizer.CountTokens(requests.count_tokens(asked, options), timeout=_given(deadline))

    async def list_models(
        self, request: ListModelsRequest | None = None, *, deadline: float | None = None
    ) -> ListModelsResponse:
        """Lists models, one page of them, and with the first page all aliases; the answer names the next page."""
        return await self.optimizer.ListModels(request or ListModelsRequest(), timeout=_given(deadline))

    async def report_outcome(
        self, call_id: str, good: bool, score: float | None = None, *, deadline: float | None = None
    ) -> ReportOutcomeResponse:
        """Tells how good an answer was; a bad one leaves the cache.

        :param call_id: the call, as its answer or its ``started`` event says
        :param good: whether the answer served
        :param score: quality from 0 (worst) to 1 (best), if known
        """
        return await self.optimizer.ReportOutcome(requests.report(call_id, good, score), timeout=_given(deadline))

    async def health(self, *, deadline: float | None = None) -> HealthResponse:
        """Tells how each part of the server is, and why."""
        return await self.optimizer.Health(HealthRequest(), timeout=_given(deadline))

    async def stats(self, agent: str = "", *, deadline: float | None = None) -> StatsResponse:
        """Tells what was served, how fast and what was saved since the server started; of one agent or of all."""
        return await self.optimizer.Stats(StatsRequest(agent_id=agent), timeout=_given(deadline))

    async def learning(
        self, request: LearningQueryRequest | None = None, *, deadline: float | None = None
    ) -> LearningQueryResponse:
        """Tells what the server has learned, as the request asks; without one, the failures that calls met.

        One page; the answer names the next page.
        """
        asked = request or LearningQueryRequest(failures=FailureQuery())
        return await self.optimizer.LearningQuery(asked, timeout=_given(deadline))

    async def close(self) -> None:
        """Ends the connection at once; calls that run fail with CALL_CANCELLED, and so does every call made after."""
        await self._link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncAdmiral({self._link.settings.address})"


def _given(deadline: float | None) -> float | None:
    return None if deadline is None else checked_deadline(deadline)
