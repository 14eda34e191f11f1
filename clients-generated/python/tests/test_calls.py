"""What both clients do alike: metadata, what is added to requests, tries, deadlines and failures."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from conftest import Open, VirtualTime
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, QuotaFailure, RetryInfo
from servers import (
    COMPLETE,
    STREAM,
    Context,
    ScriptedServer,
    abort,
    answer,
    bare_failure,
    by_hand,
    empty_answer,
    events,
    failure,
    finished,
    half_closed,
    piece,
    started,
    without_trailers,
)

import admiral.optimizer.v1 as v1
from admiral import AdmiralError, RetryPolicy, prompt

FAILED_PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
HELLO = prompt("fast", "Hello")
WAIT_2S = RetryInfo(retry_delay=Duration(seconds=2))


def test_ask_givesTheTextOfTheAnswer(connect: Open) -> None:
    server = ScriptedServer(answer("Titan. Größe 🚀"))
    with server.serving() as address:
        assert connect(address).ask("fast", "The largest moon of Saturn?") == "Titan. Größe 🚀"
    (seen,) = server.seen
    assert seen.method == COMPLETE
    assert seen.request.prompt == prompt("fast", "The largest moon of Saturn?")


def test_askStream_givesThePiecesOfTheFirstCandidate(connect: Open) -> None:
    other = v1.StreamResponse(delta=v1.ContentDelta(candidate_index=1, text=v1.TextDelta(text="no")))
    with ScriptedServer(events(started(), piece("Ti"), other, piece("tan."), finished())).serving() as address:
        assert connect(address).ask_stream("fast", "Hello") == ["Ti", "tan."]


@pytest.mark.parametrize(
    ("service", "method", "request_"),
    [
        ("optimizer", "Health", v1.HealthRequest()),
        ("fleet", "ListAgents", v1.ListAgentsRequest()),
        ("ledger", "GetReport", v1.GetReportRequest()),
        ("cache", "GetMetrics", v1.GetMetricsRequest()),
        ("calls", "ListCalls", v1.ListCallsRequest()),
        ("events", "ListEvents", v1.ListEventsRequest()),
    ],
)
def test_everyService_getsKeyAgentAndDeadline(connect: Open, service: str, method: str, request_: Message) -> None:
    server = ScriptedServer(answer())
    with server.serving() as address:
        connect(address, key="secret-1", agent="triage-1", deadline=60.0).call(service, method, request_)
    (seen,) = server.seen
    assert seen.metadata["authorization"] == "Bearer secret-1"
    assert seen.metadata["admiral-agent"] == "triage-1"
    assert str(seen.metadata["user-agent"]).startswith("admiral-client-python")
    assert seen.seconds_left is not None and 10 < seen.seconds_left < 70


def test_deadlineOfACall_overridesTheClients(connect: Open) -> None:
    server = ScriptedServer(answer())
    with server.serving() as address:
        connect(address).call("optimizer", "Health", v1.HealthRequest(), timeout=5000.0)
        connect(address).call("optimizer", "Health", v1.HealthRequest())
    own, usual = [seen.seconds_left or 0 for seen in server.seen]
    assert 4000 < own < 5100
    assert 500 < usual < 610


def test_watchedEvents_haveMetadataAndNoDeadline(connect: Open) -> None:
    one = v1.WatchEventsResponse(event=v1.FleetEvent(sequence=1))
    server = ScriptedServer(events(one))
    with server.serving() as address:
        assert connect(address, agent="watcher", deadline=5.0).read(v1.WatchEventsRequest()) == [one]
    (seen,) = server.seen
    assert seen.metadata["admiral-agent"] == "watcher"
    assert seen.seconds_left is None or seen.seconds_left > 1e6


# --- what is added to requests ---------------------------------------------------------------


def sent(connect: Open, request: Any, **settings: Any) -> Any:
    """Returns the request as it reached the server; the caller's own must not have changed."""
    before = type(request).FromString(request.SerializeToString())
    server = ScriptedServer(
        lambda request, context: [finished()] if isinstance(request, v1.StreamRequest) else answer()(request, context)
    )
    with server.serving() as address:
        client = connect(address, **settings)
        if isinstance(request, v1.StreamRequest):
            client.read(request)
        else:
            client.call("optimizer", type(request).__name__.removesuffix("Request"), request)
    assert request == before
    return server.seen[0].request


@pytest.mark.parametrize("kind", [v1.CompleteRequest, v1.StreamRequest, v1.CountTokensRequest])
def test_group_isAddedToCallsThatHaveNoneAndNameNoOtherAgent(connect: Open, kind: Any) -> None:
    def group(**options: Any) -> str:
        request = kind(prompt=HELLO, options=v1.CallOptions(**options))
        return str(sent(connect, request, agent="a", group="night").options.agent_group)

    assert group() == "night"
    assert group(agent_id="a") == "night"
    assert group(agent_group="day") == "day"
    assert group(agent_id="b") == ""


def test_group_isAddedToEmbedAndWithinABatch(connect: Open) -> None:
    embed = v1.EmbedRequest(model="m", texts=["t"])
    assert sent(connect, embed, group="night").options.agent_group == "night"
    batch = v1.CompleteBatchRequest(requests=[v1.CompleteRequest(prompt=HELLO)] * 2)
    assert [one.options.agent_group for one in sent(connect, batch, group="night").requests] == ["night"] * 2


def cache(mode: int = 0, *, include_sampled: bool = False) -> v1.CallOptions:
    return v1.CallOptions(cache_policy=v1.CachePolicy(mode=mode, include_sampled=include_sampled))  # type: ignore[arg-type]


WARM = v1.Sampling(temperature=0.7)
MANY = v1.Sampling(candidate_count=2)
COLD = v1.Sampling(temperature=0.0, candidate_count=1)


@pytest.mark.parametrize("kind", [v1.CompleteRequest, v1.StreamRequest])
@pytest.mark.parametrize(
    ("sampling", "options", "added"),
    [
        (None, None, False),
        (COLD, None, False),
        (WARM, None, True),
        (MANY, None, True),
        (WARM, cache(include_sampled=True), False),
        (None, cache(v1.CachePolicy.MODE_BYPASS), True),
        (None, cache(v1.CachePolicy.MODE_REFRESH), True),
        (WARM, cache(v1.CachePolicy.MODE_ONLY), False),
        (WARM, cache(v1.CachePolicy.MODE_USE), True),
    ],
)
def test_requestId_isAddedWhereTheCacheDoesNotCoverTheCall(
    connect: Open, time: VirtualTime, kind: Any, sampling: Any, options: Any, added: bool
) -> None:
    asked = v1.Prompt(model="fast", messages=HELLO.messages, sampling=sampling)
    request = kind(prompt=asked, options=options)
    assert sent(connect, request, _chance=time.chance).request_id == ("id-1" if added else "")


def test_requestId_ofTheCallerIsKept_andNoneIsAddedWithoutTries(connect: Open) -> None:
    request = v1.CompleteRequest(prompt=v1.Prompt(sampling=WARM), request_id="mine")
    assert sent(connect, request).request_id == "mine"
    request = v1.CompleteRequest(prompt=v1.Prompt(sampling=WARM))
    assert sent(connect, request, retry=RetryPolicy(max_tries=1)).request_id == ""


def test_requestId_isAddedWithinABatch_eachItsOwn(connect: Open) -> None:
    warm = v1.CompleteRequest(prompt=v1.Prompt(sampling=WARM))
    batch = v1.CompleteBatchRequest(requests=[warm, warm, v1.CompleteRequest(prompt=HELLO)])
    first, second, third = [one.request_id for one in sent(connect, batch).requests]
    assert len(first) == len(second) == 36 and first != second
    assert third == ""


# --- tries -----------------------------------------------------------------------------------


def test_unavailable_isTriedAgainWithDoublingWaits_untilItPasses(connect: Open, time: VirtualTime) -> None:
    down = failure(UNAVAILABLE, "SERVER_DRAINING")
    server = ScriptedServer(down, down, down, down, answer())
    with server.serving() as address:
        assert connect(address, _chance=time.chance).ask("fast", "Hello") == "Titan."
    assert time.waits == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert len(server.seen) == 5


def test_unavailable_fiveTimes_isTheCallersFailure(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "NO_PROVIDER_AVAILABLE", message="All are down."))
    with server.serving() as address, pytest.raises(AdmiralError, match=r"All are down\.") as caught:
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert (caught.value.code, caught.value.reason) == (UNAVAILABLE, "NO_PROVIDER_AVAILABLE")
    assert len(server.seen) == 5


def test_triesOfOneCall_shareItsRequestId(connect: Open) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "PROVIDER_FAILED"), answer())
    with server.serving() as address:
        connect(address, retry=RetryPolicy(first_delay=0.001, max_delay=0.001)).call(
            "optimizer", "Complete", v1.CompleteRequest(prompt=v1.Prompt(sampling=WARM))
        )
    first, second = [seen.request.request_id for seen in server.seen]
    assert first == second != ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FAILED_PRECONDITION, "PROVIDER_QUOTA_EXHAUSTED"),
        (FAILED_PRECONDITION, "PROVIDER_KEY_INVALID"),
        (FAILED_PRECONDITION, "PROVIDER_NOT_PERMITTED"),
        (UNAVAILABLE, "STORE_UNAVAILABLE"),
        (UNAVAILABLE, "STREAM_BROKEN"),
    ],
)
def test_whatWaitingDoesNotMend_isTriedOnce(
    connect: Open, time: VirtualTime, code: grpc.StatusCode, reason: str
) -> None:
    server = ScriptedServer(failure(code, reason), answer())
    with server.serving() as address, pytest.raises(AdmiralError):
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert len(server.seen) == 1


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.name not in ("OK", "UNAVAILABLE")])
def test_everyOtherCode_isTriedOnce(connect: Open, time: VirtualTime, code: grpc.StatusCode) -> None:
    server = ScriptedServer(bare_failure(code, "No."), answer())
    with server.serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert caught.value.code is code
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("service", "method", "request_"),
    [
        ("optimizer", "Embed", v1.EmbedRequest()),
        ("fleet", "CreateKey", v1.CreateKeyRequest()),
        ("fleet", "CreateBudget", v1.CreateBudgetRequest()),
        ("settings", "RollBackChange", v1.RollBackChangeRequest()),
    ],
)
def test_whatMustNotHappenTwice_isTriedOnce(
    connect: Open, time: VirtualTime, service: str, method: str, request_: Message
) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "SERVER_DRAINING"), answer())
    with server.serving() as address, pytest.raises(AdmiralError):
        connect(address, _chance=time.chance).call(service, method, request_)
    assert len(server.seen) == 1


def test_waitTheServerAsksFor_isKeptIfLonger(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "NO_PROVIDER_AVAILABLE", WAIT_2S), answer())
    with server.serving() as address:
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert time.waits == [2.0]


def test_refusal_isTriedAgainOnlyWithinTheWaitThatIsAllowed(connect: Open, time: VirtualTime) -> None:
    limited = failure(EXHAUSTED, "RATE_LIMITED", WAIT_2S)

    def tries(allowed: float) -> int:
        server = ScriptedServer(limited, answer())
        with server.serving() as address:
            client = connect(address, retry=RetryPolicy(max_rate_limit_wait=allowed), _chance=time.chance)
            try:
                client.ask("fast", "Hello")
            except AdmiralError as refused:
                assert refused.retry_after == 2.0
        return len(server.seen)

    assert [tries(0.0), tries(1.9), tries(2.0)] == [1, 1, 2]
    assert time.waits == [2.0]


def test_refusalWithoutAKnownWait_isTheCallers(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(EXHAUSTED, "BUDGET_EXHAUSTED"), answer())
    with server.serving() as address, pytest.raises(AdmiralError):
        connect(address, retry=RetryPolicy(max_rate_limit_wait=60.0), _chance=time.chance).ask("fast", "Hello")
    assert len(server.seen) == 1


def test_deadline_isOverAllTries_andBoundsWaits(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "SERVER_DRAINING", RetryInfo(retry_delay=Duration(seconds=20))))
    with server.serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address, deadline=50.0, _chance=time.chance).ask("fast", "Hello")
    assert caught.value.reason == "SERVER_DRAINING"
    assert time.waits == [20.0, 20.0]
    assert [round(seen.seconds_left or 0, -1) for seen in server.seen] == [50, 30, 10]


def test_deadlineThatPasses_isToldWithTheAddress(connect: Open) -> None:
    server = ScriptedServer(lambda request, context: server.left.wait())
    with server.serving() as address:
        with pytest.raises(AdmiralError) as caught:
            connect(address, deadline=0.05).ask("fast", "Hello")
        assert server.left.wait(10)
    assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED")
    assert str(caught.value) == f"The deadline passed before Admiral at {address} answered."


# --- streams ---------------------------------------------------------------------------------


def test_stream_failedBeforeItsFirstMessage_isTriedAgain(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "PROVIDER_OVERLOADED"), events(started(), piece("x"), finished()))
    with server.serving() as address:
        read = connect(address, _chance=time.chance).read(v1.StreamRequest(prompt=HELLO))
    assert read == [started(), piece("x"), finished()]
    assert [seen.method for seen in server.seen] == [STREAM] * 2


def test_stream_failedAfterItsFirstMessage_isNot(connect: Open, time: VirtualTime) -> None:
    def breaking(request: Any, context: Context) -> Iterator[Message]:
        yield started()
        failure(UNAVAILABLE, "PROVIDER_FAILED")(request, context)

    server = ScriptedServer(breaking)
    with server.serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address, _chance=time.chance).read(v1.StreamRequest(prompt=HELLO))
    assert caught.value.reason == "PROVIDER_FAILED"
    assert len(server.seen) == 1


@pytest.mark.parametrize("messages", [[], [started(), piece("x")]])
def test_stream_thatEndsWellWithoutFinished_hasFailed(connect: Open, messages: list[Message]) -> None:
    server = ScriptedServer(events(*messages))
    with server.serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address).read(v1.StreamRequest(prompt=HELLO))
    assert (caught.value.code, caught.value.reason) == (UNAVAILABLE, "STREAM_BROKEN")
    assert str(caught.value) == "The stream ended before the answer was complete."
    assert len(server.seen) == 1


@pytest.mark.parametrize("step", [bare_failure(UNAVAILABLE), events(started())])
def test_stream_thatFails_isToldWithoutWhatGrpcRaised(connect: Open, step: Any) -> None:
    with ScriptedServer(step).serving() as address, pytest.raises(AdmiralError) as told:
        connect(address, retry=RetryPolicy(max_tries=1)).read(v1.StreamRequest(prompt=HELLO))
    assert told.value.__context__ is None or told.value.__suppress_context__


def test_stream_ofANewerContract_passesUnknownEventsOn_andTextOverThem(connect: Open) -> None:
    # Field 15 of StreamResponse, field 14 of ContentDelta: kinds that this client does not know.
    newer = v1.StreamResponse.FromString(b"\x7a\x02\x08\x01")
    newer_piece = v1.StreamResponse.FromString(b"\x12\x04\x72\x02\x08\x01")
    step = events(started(), newer, newer_piece, piece("Titan."), finished())
    with ScriptedServer(step).serving() as address:
        client = connect(address)
        assert client.read(v1.StreamRequest(prompt=HELLO))[1:3] == [newer, newer_piece]
        assert client.ask_stream("fast", "Hello") == ["Titan."]


# --- failures --------------------------------------------------------------------------------


def test_failure_isReadWithAllItsDetails(connect: Open, time: VirtualTime) -> None:
    quota = QuotaFailure(violations=[QuotaFailure.Violation(subject="agent:a", description="requests per minute")])
    bad = BadRequest(field_violations=[BadRequest.FieldViolation(field="prompt.model", description="is empty")])
    wait = RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000))
    step = failure(EXHAUSTED, "RATE_LIMITED", wait, quota, bad, message="Slow down.", limit="requests")
    with ScriptedServer(step).serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address).ask("fast", "Hello")
    error = caught.value
    assert (error.code, error.reason, str(error)) == (EXHAUSTED, "RATE_LIMITED", "Slow down.")
    assert (error.message, error.retry_after, error.metadata) == ("Slow down.", 1.5, {"limit": "requests"})
    assert [(limit.subject, limit.description) for limit in error.quota] == [("agent:a", "requests per minute")]
    assert [(field.subject, field.description) for field in error.fields] == [("prompt.model", "is empty")]


def test_reasonOfANewerContract_isToldAsItWasSent_andTriedAsItsCodeSays(connect: Open, time: VirtualTime) -> None:
    server = ScriptedServer(failure(UNAVAILABLE, "MOON_IN_THE_WAY"), failure(EXHAUSTED, "STARS_TOO_MANY"))
    with server.serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert caught.value.reason == "STARS_TOO_MANY"
    assert len(server.seen) == 2


def test_errorInfoOfAnotherDomain_isNotAdmirals(connect: Open) -> None:
    info = ErrorInfo(reason="RATE_LIMITED", domain="mesh.example", metadata={"a": "b"})
    step = lambda request, context: abort(context, grpc.StatusCode.ABORTED, "Not now", info)  # noqa: E731
    with ScriptedServer(step).serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address).ask("fast", "Hello")
    assert (caught.value.reason, str(caught.value), caught.value.metadata) == ("", "Not now.", {})


def test_garbledDetails_leaveCodeAndMessage(connect: Open) -> None:
    def step(request: Any, context: Context) -> None:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff"),))
        context.abort(grpc.StatusCode.INTERNAL, "Broken")

    with ScriptedServer(step).serving() as address, pytest.raises(AdmiralError, match=r"^Broken\.$"):
        connect(address).ask("fast", "Hello")


def test_methodOfANewerContract_isToldToBeUnknown(connect: Open) -> None:
    step = bare_failure(grpc.StatusCode.UNIMPLEMENTED, "Method not found: X/Y")
    with ScriptedServer(step).serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address).ask("fast", "Hello")
    assert caught.value.reason == "NOT_IMPLEMENTED"
    assert str(caught.value) == (
        f"Admiral at {address} does not know this method: Method not found: X/Y. It may be older than this client."
    )


@pytest.mark.parametrize(
    ("code", "detail", "advice"),
    [
        (grpc.StatusCode.UNIMPLEMENTED, "Received http2 header with status: 404", "gRPC has a port of its own, 50051"),
        (grpc.StatusCode.UNAVAILABLE, "Socket closed", "if it speaks TLS only, make the client with tls"),
        (grpc.StatusCode.UNAVAILABLE, "Unwrap failed (TSI_DATA_CORRUPTED)", "give chain and key in Tls"),
    ],
)
def test_wrongPortOrSettings_areToldWithWhatToDo(
    connect: Open, code: grpc.StatusCode, detail: str, advice: str
) -> None:
    with ScriptedServer(bare_failure(code, detail)).serving() as address, pytest.raises(AdmiralError) as caught:
        connect(address, retry=RetryPolicy(max_tries=1)).ask("fast", "Hello")
    assert str(caught.value).startswith(f"Admiral at {address} cannot be reached: ")
    assert advice in str(caught.value)


def test_nobodyThere_isToldInOneSentence_afterAllTries(connect: Open, time: VirtualTime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(AdmiralError) as caught:
        connect(address, _chance=time.chance).ask("fast", "Hello")
    assert (caught.value.code, caught.value.reason) == (UNAVAILABLE, "")
    assert str(caught.value) == (
        f"Admiral at {address} cannot be reached: Connection refused; start it, or check the address."
    )
    assert len(time.waits) == 4


def test_replyWithoutTrailers_isToldAsAProxys(connect: Open) -> None:
    with by_hand(without_trailers, without_trailers) as address:
        client = connect(address)
        with pytest.raises(AdmiralError) as caught:
            client.ask("fast", "Hello")
    assert str(caught.value) == (
        f"The answer of Admiral at {address} came without its end: something between this client and Admiral, such"
        " as a proxy, does not pass on HTTP/2 trailers."
    )


def test_halfClosedConnection_isLeftAndTheCallTriedOnAnother(connect: Open) -> None:
    with by_hand(half_closed, empty_answer) as address:
        assert connect(address).ask("fast", "Hello") == ""


def test_serverThatIsBack_isFoundByTheNextCall(connect: Open) -> None:
    server = ScriptedServer(answer())
    with server.serving() as address:
        client = connect(address)
        client.ask("fast", "Hello")
    with server.serving(port=int(address.rsplit(":", 1)[1])):
        assert client.ask("fast", "Hello") == "Titan."


def test_answerOf5MiB_isTaken(connect: Open) -> None:
    text = "é" * (5 << 19)
    with ScriptedServer(answer(text)).serving() as address:
        assert connect(address).ask("fast", "Hello") == text
