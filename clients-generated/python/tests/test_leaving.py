"""Callers that leave, clients that are closed, and many callers at once."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from conftest import VirtualTime
from google.protobuf.message import Message
from servers import Context, ScriptedServer, answer, events, failure, finished, piece, started

import admiral.optimizer.v1 as v1
from admiral import Admiral, AdmiralError, AsyncAdmiral, Violation, prompt, text_of
from admiral._retry import Chance

CANCELLED = grpc.StatusCode.CANCELLED
DOWN = failure(grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
REQUEST = v1.CompleteRequest(prompt=prompt("fast", "Hello"))
#: Only bounds a test that would hang.
SOON = 20.0


class Stalled(ScriptedServer):
    """A server whose calls give one event, if they stream, and then nothing until their caller has left."""

    def __init__(self) -> None:
        super().__init__(self._stall)
        self.reached = threading.Event()

    def _stall(self, request: Any, context: Context) -> Any:
        mine = threading.Event()
        context.add_callback(mine.set)
        if isinstance(request, v1.StreamRequest):
            return self._stream(mine)
        self.reached.set()
        mine.wait(SOON)
        return v1.CompleteResponse()

    def _stream(self, left: threading.Event) -> Iterator[Message]:
        yield started()
        self.reached.set()
        left.wait(SOON)


def is_cancelled(error: BaseException | None, sentence: str = "The call was cancelled.") -> bool:
    return (
        isinstance(error, AdmiralError)
        and (error.code, error.reason) == (CANCELLED, "CALL_CANCELLED")
        and str(error) == sentence
    )


# --- blocking --------------------------------------------------------------------------------


def test_futureThatIsCancelled_reachesTheServer() -> None:
    server = Stalled()
    with server.serving() as address, Admiral(address) as admiral:
        future = admiral.optimizer.Complete.future(REQUEST)
        assert server.reached.wait(SOON)
        assert future.cancel()
        assert is_cancelled(future.exception(SOON))
        assert server.left.wait(SOON)
        assert not future.cancel()


def test_futureThatIsCancelledBetweenTries_endsThere(time: VirtualTime) -> None:
    waiting, left = threading.Event(), threading.Event()

    def meanwhile() -> None:
        waiting.set()
        left.wait(SOON)

    time.meanwhile = meanwhile
    server = ScriptedServer(DOWN)
    with server.serving() as address, Admiral(address, _chance=time.chance) as admiral:
        future = admiral.optimizer.Complete.future(REQUEST)
        assert waiting.wait(SOON)
        future.cancel()
        left.set()
        assert is_cancelled(future.exception(SOON))
    assert len(server.seen) == 1


def test_futureThatIsLeftAlone_hasItsAnswer_afterAllItsTries(time: VirtualTime) -> None:
    with ScriptedServer(DOWN, answer()).serving() as address, Admiral(address, _chance=time.chance) as admiral:
        future = admiral.optimizer.Complete.future(REQUEST)
        assert text_of(future.result(SOON)) == "Titan."


def test_streamThatIsClosed_reachesTheServer_andEndsItsReader() -> None:
    server = Stalled()
    with server.serving() as address, Admiral(address) as admiral:
        with admiral.stream(REQUEST.prompt) as stream:
            assert next(stream) == started()
        assert server.left.wait(SOON)
        with pytest.raises(AdmiralError) as caught:
            next(stream)
        assert is_cancelled(caught.value)
        with pytest.raises(StopIteration):
            next(stream)
    assert stream.finished is None


def test_streamThatIsClosedByAnotherThread_endsItsReader() -> None:
    server = Stalled()
    with server.serving() as address, Admiral(address) as admiral, ThreadPoolExecutor() as threads:
        stream = admiral.stream(REQUEST.prompt)
        reading = threads.submit(list, stream)
        assert server.reached.wait(SOON)
        stream.close()
        assert is_cancelled(reading.exception(SOON))
        assert server.left.wait(SOON)


def test_streamThatIsClosedBetweenTries_endsThere(time: VirtualTime) -> None:
    with ScriptedServer(DOWN).serving() as address, Admiral(address, _chance=time.chance) as admiral:
        stream = admiral.stream(REQUEST.prompt)
        time.meanwhile = stream.close
        with pytest.raises(AdmiralError) as caught:
            list(stream)
    assert is_cancelled(caught.value)


def test_askStreamThatIsLeft_reachesTheServer() -> None:
    def stall(request: Any, context: Context) -> Iterator[Message]:
        yield started()
        yield piece("Ti")
        server.left.wait(SOON)

    server = ScriptedServer(stall)
    with server.serving() as address, Admiral(address) as admiral:
        pieces = admiral.ask_stream("fast", "Hello")
        assert next(pieces) == "Ti"
        pieces.close()  # type: ignore[attr-defined]
        assert server.left.wait(SOON)


def test_streamReadToItsEnd_tellsHowItEnded() -> None:
    with ScriptedServer(events(started(), piece("x"), finished())).serving() as address, Admiral(address) as admiral:
        with admiral.stream(REQUEST.prompt) as stream:
            assert list(stream.text()) == ["x"]
        assert stream.finished is not None
        assert stream.finished.cost.charged_amount.pico == 7
        assert list(stream) == []


def test_clientThatIsClosed_endsTheCallsThatRun_andThoseMadeAfter() -> None:
    server = Stalled()
    with server.serving() as address, ThreadPoolExecutor() as threads:
        admiral = Admiral(address)
        calls: list[Future[Any]] = [
            threads.submit(admiral.complete, REQUEST),
            threads.submit(list, admiral.stream(REQUEST.prompt)),
        ]
        assert server.reached.wait(SOON)
        admiral.close()
        assert [is_cancelled(call.exception(SOON), "The client was closed.") for call in calls] == [True] * 2
        with pytest.raises(AdmiralError, match=r"^The client was closed\.$"):
            admiral.health()
        with pytest.raises(AdmiralError, match=r"^The client was closed\.$"):
            admiral.stream(REQUEST.prompt)


def test_clientThatIsClosedBetweenTries_endsTheWait() -> None:
    waiting = threading.Event()

    def pause(seconds: float, left: threading.Event) -> None:
        waiting.set()
        assert left.wait(SOON)

    with ScriptedServer(DOWN).serving() as address, ThreadPoolExecutor() as threads:
        admiral = Admiral(address, _chance=Chance(pause=pause))
        call = threads.submit(admiral.complete, REQUEST)
        assert waiting.wait(SOON)
        admiral.close()
        assert is_cancelled(call.exception(SOON), "The client was closed.")


def test_oneClient_servesManyThreads() -> None:
    def echo(request: Any, context: Context) -> Any:
        return answer(request.prompt.messages[0].parts[0].text.text)(request, context)

    server = ScriptedServer(echo)
    with server.serving() as address, Admiral(address) as admiral, ThreadPoolExecutor(16) as threads:
        asked = [f"question {number}" for number in range(400)]
        assert list(threads.map(lambda text: admiral.ask("fast", text), asked)) == asked
    assert len(server.seen) == 400


# --- asyncio ---------------------------------------------------------------------------------


def run(address: str, body: Callable[[AsyncAdmiral], Awaitable[None]], **settings: Any) -> None:
    async def whole() -> None:
        async with AsyncAdmiral(address, **settings) as admiral:
            await body(admiral)

    asyncio.run(whole())


async def happened(event: threading.Event) -> bool:
    return await asyncio.get_running_loop().run_in_executor(None, event.wait, SOON)


def test_asyncio_taskThatIsCancelled_reachesTheServer() -> None:
    server = Stalled()

    async def body(admiral: AsyncAdmiral) -> None:
        task = asyncio.ensure_future(admiral.complete(REQUEST))
        assert await happened(server.reached)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await happened(server.left)

    with server.serving() as address:
        run(address, body)


def test_asyncio_readerThatIsCancelled_reachesTheServer() -> None:
    server = Stalled()

    async def body(admiral: AsyncAdmiral) -> None:
        async def read() -> None:
            async for _ in admiral.ask_stream("fast", "Hello"):
                pass

        task = asyncio.ensure_future(read())
        assert await happened(server.reached)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await happened(server.left)

    with server.serving() as address:
        run(address, body)


def test_asyncio_taskThatIsCancelledBetweenTries_endsThere(time: VirtualTime) -> None:
    async def body(admiral: AsyncAdmiral) -> None:
        task = asyncio.ensure_future(admiral.complete(REQUEST))
        time.meanwhile = task.cancel
        with pytest.raises(asyncio.CancelledError):
            await task

    server = ScriptedServer(DOWN)
    with server.serving() as address:
        run(address, body, _chance=time.chance)
    assert len(server.seen) == 1


def test_asyncio_streamThatIsLeftByAnotherTask_endsItsReader() -> None:
    server = Stalled()

    async def body(admiral: AsyncAdmiral) -> None:
        stream = admiral.stream(REQUEST.prompt)

        async def read() -> None:
            async for _ in stream:
                pass

        reading = asyncio.ensure_future(read())
        assert await happened(server.reached)
        stream.cancel()
        with pytest.raises(AdmiralError) as caught:
            await reading
        assert is_cancelled(caught.value)
        assert await happened(server.left)

    with server.serving() as address:
        run(address, body)


def test_asyncio_streamThatIsLeftBetweenTries_endsThere(time: VirtualTime) -> None:
    async def body(admiral: AsyncAdmiral) -> None:
        async with admiral.stream(REQUEST.prompt) as stream:
            time.meanwhile = stream.cancel
            with pytest.raises(AdmiralError) as caught:
                await stream.__anext__()
            assert is_cancelled(caught.value)

    with ScriptedServer(DOWN).serving() as address:
        run(address, body, _chance=time.chance)


def test_asyncio_clientThatIsClosed_endsTheCallsThatRun_andThoseMadeAfter() -> None:
    server = Stalled()

    async def body(admiral: AsyncAdmiral) -> None:
        async def read() -> None:
            async for _ in admiral.stream(REQUEST.prompt):
                pass

        calls = [asyncio.ensure_future(admiral.complete(REQUEST)), asyncio.ensure_future(read())]
        assert await happened(server.reached)
        await admiral.close()
        ends = await asyncio.gather(*calls, return_exceptions=True)
        assert [is_cancelled(end, "The client was closed.") for end in ends] == [True] * 2  # type: ignore[arg-type]
        with pytest.raises(AdmiralError, match=r"^The client was closed\.$"):
            await admiral.health()

    with server.serving() as address:
        run(address, body)


def test_asyncio_clientThatIsClosedBetweenTries_endsTheWait() -> None:
    waiting = asyncio.Event()

    async def sleep(seconds: float, left: asyncio.Event) -> None:
        waiting.set()
        await left.wait()

    async def body(admiral: AsyncAdmiral) -> None:
        call = asyncio.ensure_future(admiral.complete(REQUEST))
        await waiting.wait()
        await admiral.close()
        with pytest.raises(AdmiralError, match=r"^The client was closed\.$"):
            await call

    with ScriptedServer(DOWN).serving() as address:
        run(address, body, _chance=Chance(sleep=sleep))


def test_asyncio_streamReadToItsEnd_tellsHowItEnded() -> None:
    async def body(admiral: AsyncAdmiral) -> None:
        async with admiral.stream(REQUEST.prompt) as stream:
            assert [text async for text in stream.text()] == ["x"]
        assert stream.finished is not None
        assert stream.finished.cost.charged_amount.pico == 7

    with ScriptedServer(events(started(), piece("x"), finished())).serving() as address:
        run(address, body)


def test_asyncio_manyTasks_useOneClient() -> None:
    async def body(admiral: AsyncAdmiral) -> None:
        assert await asyncio.gather(*(admiral.ask("fast", str(number)) for number in range(200))) == ["Titan."] * 200

    with ScriptedServer(answer()).serving() as address:
        run(address, body)


# --- the short forms -------------------------------------------------------------------------


def test_shortForms_askForWhatTheySay() -> None:
    server = ScriptedServer(answer())
    with server.serving() as address, Admiral(address) as admiral:
        admiral.count_tokens(REQUEST.prompt)
        admiral.embed("m", ["a", "b"])
        admiral.complete_batch([REQUEST.prompt, REQUEST])
        admiral.list_models()
        admiral.report_outcome("call-1", good=False, score=0.25)
        admiral.health()
        admiral.stats("triage-1")
        admiral.learning()
        admiral.complete(REQUEST.prompt, options=v1.CallOptions(task_type="triage"))
    assert [seen.request for seen in server.seen] == [
        v1.CountTokensRequest(prompt=REQUEST.prompt),
        v1.EmbedRequest(model="m", texts=["a", "b"]),
        v1.CompleteBatchRequest(requests=[REQUEST, REQUEST]),
        v1.ListModelsRequest(),
        v1.ReportOutcomeRequest(call_id="call-1", verdict=v1.VERDICT_BAD, score=0.25),
        v1.HealthRequest(),
        v1.StatsRequest(agent_id="triage-1"),
        v1.LearningQueryRequest(failures=v1.FailureQuery()),
        v1.CompleteRequest(prompt=REQUEST.prompt, options=v1.CallOptions(task_type="triage")),
    ]


def test_shortForms_ofAsyncio_askTheSame() -> None:
    async def body(admiral: AsyncAdmiral) -> None:
        await admiral.count_tokens(REQUEST.prompt)
        await admiral.embed("m", ["a", "b"])
        await admiral.complete_batch([REQUEST.prompt])
        await admiral.list_models()
        await admiral.report_outcome("call-1", good=True)
        await admiral.health()
        await admiral.stats()
        await admiral.learning()

    server = ScriptedServer(answer())
    with server.serving() as address:
        run(address, body)
    assert server.seen[4].request == v1.ReportOutcomeRequest(call_id="call-1", verdict=v1.VERDICT_GOOD)
    assert len(server.seen) == 8


def test_whatCannotBeMeant_isRefused() -> None:
    with Admiral() as admiral:
        with pytest.raises(TypeError, match="set them in the request"):
            admiral.complete(REQUEST, options=v1.CallOptions(task_type="triage"))
        with pytest.raises(TypeError, match=r"write \[text\] for one"):
            admiral.embed("m", "text")


def test_failure_isPickled_asPoolsOfProcessesDo() -> None:
    error = AdmiralError(
        CANCELLED, "R", "It failed.", retry_after=1.5, metadata={"a": "b"}, fields=[Violation("f", "d")]
    )
    again = pickle.loads(pickle.dumps(error))
    assert vars(again) == vars(error)
    assert str(again) == "It failed."
