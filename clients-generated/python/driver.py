"""The driver of the conformance cases: commands on standard input, what happened on standard output.

``../conformance/README.md`` says what it must do. It makes calls through the blocking client, or with the argument
``async`` through the one for asyncio, and judges nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

import admiral.optimizer.v1 as contract
from admiral import Admiral, AdmiralError, AsyncAdmiral, RetryPolicy, Tls

_SERVICES = {
    "OptimizerService": "optimizer",
    "FleetService": "fleet",
    "LedgerService": "ledger",
    "CacheService": "cache",
    "CallService": "calls",
    "SettingsService": "settings",
    "EventService": "events",
}

Command = dict[str, Any]
_lock = threading.Lock()


def tell(**reply: Any) -> None:
    """Writes one reply."""
    line = json.dumps(reply, ensure_ascii=False)
    with _lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def settings(command: Command) -> dict[str, Any]:
    """Returns what a client is to be made with."""
    retry: dict[str, Any] = {
        "max_tries": command.get("maxTries"),
        "max_rate_limit_wait": seconds(command.get("rateLimitWaitMillis")),
    }
    tls = command.get("tls")
    files = {"server_name" if name == "serverName" else name: value for name, value in (tls or {}).items()}
    told = {
        "key": command.get("key"),
        "agent": command.get("agent"),
        "group": command.get("group"),
        "deadline": seconds(command.get("deadlineMillis")),
        "plaintext_beyond_loopback": command.get("plaintextBeyondLoopback"),
        "tls": None if tls is None else Tls(**files),
        "retry": RetryPolicy(**{name: value for name, value in retry.items() if value is not None}),
    }
    return {name: value for name, value in told.items() if value is not None}


def seconds(millis: int | None) -> float | None:
    return None if millis is None else millis / 1000


def request(command: Command) -> Message:
    """Reads the request, of whatever type the method takes."""
    service, method = command["method"].rsplit("/", 1)
    described = contract.optimizer_service_pb2.DESCRIPTOR.pool.FindServiceByName(service)
    kind: type[Message] = getattr(contract, described.methods_by_name[method].input_type.name)
    return kind.FromString(base64.b64decode(command["request"]))


def stub_method(client: Admiral | AsyncAdmiral, command: Command) -> Any:
    service, method = command["method"].rsplit("/", 1)
    return getattr(getattr(client, _SERVICES[service.rsplit(".", 1)[1]]), method)


def encoded(message: Message) -> str:
    return base64.b64encode(message.SerializeToString()).decode()


def failed(command: Command, failure: BaseException) -> None:
    """Tells of a failure."""
    if isinstance(failure, AdmiralError):
        error: dict[str, Any] = {"code": failure.code.name, "reason": failure.reason, "message": failure.message}
        if failure.retry_after is not None:
            error["retryAfterMillis"] = round(failure.retry_after * 1000)
        error["metadata"] = dict(failure.metadata)
        if failure.fields:
            error["fields"] = [field.subject for field in failure.fields]
        if failure.quota:
            error["quota"] = [limit.subject for limit in failure.quota]
    elif isinstance(failure, asyncio.CancelledError):
        # asyncio's own way to end what its caller cancelled.
        error = {"code": "CANCELLED", "reason": "CALL_CANCELLED", "message": "The call was cancelled.", "metadata": {}}
    elif isinstance(failure, (ValueError, TypeError)):
        error = {"code": "CLIENT", "reason": "", "message": str(failure), "metadata": {}}
    else:
        raise failure
    tell(id=command["id"], error=error)


class Blocking:
    """Runs commands by the blocking client, each on a thread of its own."""

    def __init__(self) -> None:
        self._clients: dict[str, Admiral] = {}
        self._cancels: dict[int, Callable[[], object]] = {}

    def run(self) -> None:
        threads = []
        for line in sys.stdin:
            command: Command = json.loads(line)
            if command["op"] in ("open", "close", "cancel"):
                self._do(command)
                continue
            client = self._clients[command["client"]]
            thread = threading.Thread(target=self._call, args=(command, client, self._begin(command, client)))
            thread.start()
            threads.append(thread)
        for client in self._clients.values():
            client.close()
        for thread in threads:
            thread.join()

    def _do(self, command: Command) -> None:
        if command["op"] == "open":
            try:
                self._clients[command["client"]] = Admiral(command["address"], **settings(command))
            except (ValueError, TypeError) as refusal:
                return failed(command, refusal)
        elif command["op"] == "close":
            self._clients[command["client"]].close()
        elif cancel := self._cancels.get(command["target"]):
            cancel()
        return tell(id=command["id"])

    def _begin(self, command: Command, client: Admiral) -> Any:
        """Begins what may be cancelled by a later command, before that is read."""
        timeout = seconds(command.get("deadlineMillis"))
        try:
            if command["op"] == "unary":
                begun = stub_method(client, command).future(request(command), timeout=timeout)
            elif command["op"] == "stream":
                begun = stub_method(client, command)(request(command), timeout=timeout)
            else:
                return None
        except AdmiralError as failure:
            return failure
        self._cancels[command["id"]] = begun.cancel
        return begun

    def _call(self, command: Command, client: Admiral, begun: Any) -> None:
        try:
            if isinstance(begun, AdmiralError):
                raise begun
            if command["op"] == "unary":
                tell(id=command["id"], response=encoded(begun.result()))
            elif command["op"] == "stream":
                for read, message in enumerate(begun, start=1):
                    tell(id=command["id"], event=encoded(message))
                    if read == command.get("cancelAfter"):
                        begun.cancel()
                tell(id=command["id"], end=True)
            elif command.get("stream"):
                pieces = []
                for piece in client.ask_stream(command["model"], command["text"]):
                    tell(id=command["id"], piece=piece)
                    pieces.append(piece)
                tell(id=command["id"], text="".join(pieces))
            else:
                tell(id=command["id"], text=client.ask(command["model"], command["text"]))
        except (AdmiralError, ValueError) as failure:
            failed(command, failure)
        finally:
            self._cancels.pop(command["id"], None)


class Asynchronous:
    """Runs commands by the client for asyncio, each as a task of its own."""

    def __init__(self) -> None:
        self._clients: dict[str, AsyncAdmiral] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            command: Command = json.loads(line)
            if command["op"] in ("open", "close", "cancel"):
                await self._do(command)
            else:
                self._tasks[command["id"]] = asyncio.create_task(self._call(command))
        for client in self._clients.values():
            await client.close()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _do(self, command: Command) -> None:
        if command["op"] == "open":
            try:
                self._clients[command["client"]] = AsyncAdmiral(command["address"], **settings(command))
            except (ValueError, TypeError) as refusal:
                return failed(command, refusal)
        elif command["op"] == "close":
            await self._clients[command["client"]].close()
        elif task := self._tasks.get(command["target"]):
            task.cancel()
        return tell(id=command["id"])

    async def _call(self, command: Command) -> None:
        client = self._clients[command["client"]]
        timeout = seconds(command.get("deadlineMillis"))
        try:
            if command["op"] == "unary":
                answer = await stub_method(client, command)(request(command), timeout=timeout)
                tell(id=command["id"], response=encoded(answer))
            elif command["op"] == "stream":
                read = 0
                async with stub_method(client, command)(request(command), timeout=timeout) as events:
                    async for message in events:
                        tell(id=command["id"], event=encoded(message))
                        read += 1
                        if read == command.get("cancelAfter"):
                            events.cancel()
                tell(id=command["id"], end=True)
            elif command.get("stream"):
                pieces = []
                async for piece in client.ask_stream(command["model"], command["text"]):
                    tell(id=command["id"], piece=piece)
                    pieces.append(piece)
                tell(id=command["id"], text="".join(pieces))
            else:
                tell(id=command["id"], text=await client.ask(command["model"], command["text"]))
        except (AdmiralError, ValueError, asyncio.CancelledError) as failure:
            failed(command, failure)
        finally:
            self._tasks.pop(command["id"], None)


if __name__ == "__main__":
    if sys.argv[1:] == ["async"]:
        asyncio.run(Asynchronous().run())
    else:
        Blocking().run()
