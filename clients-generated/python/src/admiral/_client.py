"""The blocking client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

import grpc

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
from ._link import CompletionStream, Link
from ._prompts import prompt, text_of
from ._retry import Chance, RetryPolicy
from ._settings import Tls, checked_deadline, settings

if TYPE_CHECKING:
    from typing_extensions import Self


class Admiral:
    """A connection to Admiral, through which an agent makes its model calls.

    Make one and keep it: it is safe to use by many threads at once, connects at its first call and connects anew by
    itself. Make it after a fork: a connection does not survive one. Calls fail with AdmiralError and nothing else; each
    has ``deadline`` seconds over all of its tries, the client's unless the call names its own.

        with Admiral(agent="triage-1") as admiral:
            print(admiral.ask("fast", "What is the capital of France?"))

    Whole services are here as their generated stubs, which take the messages of the contract: ``optimizer``, ``fleet``,
    ``ledger``, ``cache``, ``calls``, ``settings`` and ``events``. Their calls follow the same rules; a ``timeout`` in
    seconds is the deadline of one call, and ``future`` begins a call that can be cancelled, on a thread of its own.
    """

    #: Model calls, health, statistics and what was learned.
    optimizer: OptimizerServiceStub
    #: Agents, keys, budgets and limits.
    fleet: FleetServiceStub
    #: What was paid and what was saved.
    ledger: LedgerServiceStub
    #: The response cache.
    cache: CacheServiceStub
    #: Settings that were changed while the server runs.
    settings: SettingsServiceStub
    #: What became of the latest calls.
    calls: CallServiceStub
    #: What happens in the fleet. Watching has no deadline unless it is given one.
    events: EventServiceStub

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
        """Checks the settings; nothing is connected yet.

        :param address: the server, ``host:port``; the port is 50051 if not given
        :param key: shown with every call; not printed anywhere
        :param agent: name of the agent that calls, where a call does not say; the server's default is "anonymous"
        :param group: group of that agent, where a call does not say
        :param deadline: seconds a call has, over all of its tries; above zero
        :param retry: when calls are tried again
        :param tls: encrypts the connection; None is plaintext, which is taken to loopback only
        :param plaintext_beyond_loopback: allows plaintext to other machines, for networks that protect what they carry
        :raises ValueError: if a setting is not one, in a sentence that says what to do
        """
        self._link = Link(
            settings(address, key, agent, group, deadline, retry, tls, plaintext_beyond_loopback), _chance
        )
        channel = cast(grpc.Channel, self._link)  # As far as the stubs ask one.
        self.optimizer = OptimizerServiceStub(channel)
        self.fleet = FleetServiceStub(channel)
        self.ledger = LedgerServiceStub(channel)
        self.cache = CacheServiceStub(channel)
        self.settings = SettingsServiceStub(channel)
        self.calls = CallServiceStub(channel)
        self.events = EventServiceStub(channel)

    def ask(self, model: str, text: str, *, system: str | None = None, deadline: float | None = None) -> str:
        """Asks a model one question and returns the text of its answer.

        :param model: a model or alias, as ``Prompt.model``
        """
        return text_of(self.complete(prompt(model, text, system=system), deadline=deadline))

    def ask_stream(
        self, model: str, text: str, *, system: str | None = None, deadline: float | None = None
    ) -> Iterator[str]:
        """Asks a model one question and yields the text of its answer piece by piece; begins with the first piece."""
        with self.stream(prompt(model, text, system=system), deadline=deadline) as answer:
            yield from answer.text()

    def complete(
        self, asked: Prompt | CompleteRequest, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> CompleteResponse:
        """Answers a prompt in one message."""
        return self.optimizer.Complete(requests.complete(asked, options), timeout=_given(deadline))

    def stream(
        self, asked: Prompt | StreamRequest, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> CompletionStream:
        """Begins a streamed answer; what fails is raised as it is read."""
        events = self.optimizer.Stream(requests.stream(asked, options), timeout=_given(deadline))
        return cast(CompletionStream, events)

    def complete_batch(
        self,
        asked: Iterable[Prompt | CompleteRequest],
        *,
        options: CallOptions | None = None,
        deadline: float | None = None,
    ) -> CompleteBatchResponse:
        """Answers several prompts; each result succeeds or fails by itself."""
        return self.optimizer.CompleteBatch(requests.batch(asked, options), timeout=_given(deadline))

    def embed(
        self,
        model: str,
        texts: Iterable[str],
        *,
        options: CallOptions | None = None,
        deadline: float | None = None,
    ) -> EmbedResponse:
        """Turns texts into vectors. Tried once whatever the policy, since a repeat could be paid again."""
        return self.optimizer.Embed(requests.embed(model, texts, options), timeout=_given(deadline))

    def count_tokens(
        self, asked: Prompt, *, options: CallOptions | None = None, deadline: float | None = None
    ) -> CountTokensResponse:
        """Counts the tokens of a prompt without asking for an answer."""
        return self.optimizer.CountTokens(requests.count_tokens(asked, options), timeout=_given(deadline))

    def list_models(
        self, request: ListModelsRequest | None = None, *, deadline: float | None = None
    ) -> ListModelsResponse:
        """Lists models, one page of them, and with the first page all aliases; the answer names the next page."""
        return self.optimizer.ListModels(request or ListModelsRequest(), timeout=_given(deadline))

    def report_outcome(
        self, call_id: str, good: bool, score: float | None = None, *, deadline: float | None = None
    ) -> ReportOutcomeResponse:
        """Tells how good an answer was; a bad one leaves the cache.

        :param call_id: the call, as its answer or its ``started`` event says
        :param good: whether the answer served
        :param score: quality from 0 (worst) to 1 (best), if known
        """
        return self.optimizer.ReportOutcome(requests.report(call_id, good, score), timeout=_given(deadline))

    def health(self, *, deadline: float | None = None) -> HealthResponse:
        """Tells how each part of the server is, and why."""
        return self.optimizer.Health(HealthRequest(), timeout=_given(deadline))

    def stats(self, agent: str = "", *, deadline: float | None = None) -> StatsResponse:
        """Tells what was served, how fast and what was saved since the server started; of one agent or of all."""
        return self.optimizer.Stats(StatsRequest(agent_id=agent), timeout=_given(deadline))

    def learning(
        self, request: LearningQueryRequest | None = None, *, deadline: float | None = None
    ) -> LearningQueryResponse:
        """Tells what the server has learned, as the request asks; without one, the failures that calls met.

        One page; the answer names the next page.
        """
        asked = request or LearningQueryRequest(failures=FailureQuery())
        return self.optimizer.LearningQuery(asked, timeout=_given(deadline))

    def close(self) -> None:
        """Ends the connection at once; calls that run fail with CALL_CANCELLED, and so does every call made after."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Admiral({self._link.settings.address})"


def _given(deadline: float | None) -> float | None:
    return None if deadline is None else checked_deadline(deadline)
