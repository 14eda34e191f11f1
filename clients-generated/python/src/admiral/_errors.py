"""Failures as callers see them, read from what gRPC tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, QuotaFailure, RetryInfo
from google.rpc.status_pb2 import Status

_DOMAIN = "optimizer.admiral.dev"
_STATUS_KEY = "grpc-status-details-bin"

_IMPLIED_REASONS = {
    grpc.StatusCode.DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
    grpc.StatusCode.CANCELLED: "CALL_CANCELLED",
    grpc.StatusCode.UNIMPLEMENTED: "NOT_IMPLEMENTED",
}

#: A disk fills no emptier while a call waits, and a broken stream was paid for: its repeat is the caller's.
_LASTING_REASONS = frozenset({"STORE_UNAVAILABLE", "STREAM_BROKEN"})

_M = TypeVar("_M", bound=Message)


class Violation(NamedTuple):
    """One field at fault, or one limit that refused."""

    #: The field, such as ``prompt.model``, or whose limit it is, such as ``agent:triage``.
    subject: str
    #: What is wrong with it.
    description: str


class AdmiralError(Exception):
    """A call that failed: why, and what may be done about it.

    Its text says what was wrong and what to do, in English; it holds nothing of prompts, answers or keys.
    """

    #: The gRPC status code.
    code: grpc.StatusCode
    #: Why, a name of ``ErrorReason`` without its prefix, such as ``RATE_LIMITED``; one of a newer server may be
    #: unknown here. Empty if the server did not classify the failure, as when the connection was lost.
    reason: str
    #: What was wrong and what to do.
    message: str
    #: Seconds to wait before a repeat; None if that is not known.
    retry_after: float | None
    #: Every variable of the message by name, such as ``model`` and ``nearest``.
    metadata: Mapping[str, str]
    #: The fields at fault, of a malformed call.
    fields: tuple[Violation, ...]
    #: Which limits refused, and whose they are.
    quota: tuple[Violation, ...]

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        retry_after: float | None = None,
        metadata: Mapping[str, str] | None = None,
        fields: Iterable[Violation] = (),
        quota: Iterable[Violation] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.metadata = MappingProxyType(dict(metadata or {}))
        self.fields = tuple(fields)
        self.quota = tuple(quota)

    def __reduce__(self) -> tuple[Any, ...]:
        more = (self.retry_after, dict(self.metadata), self.fields, self.quota)
        return _restored, (self.code, self.reason, self.message, *more)


def _restored(
    code: grpc.StatusCode,
    reason: str,
    message: str,
    retry_after: float | None,
    metadata: Mapping[str, str],
    fields: tuple[Violation, ...],
    quota: tuple[Violation, ...],
) -> AdmiralError:
    """Makes a pickled error again, as pools of processes do with what a task raised."""
    return AdmiralError(code, reason, message, retry_after=retry_after, metadata=metadata, fields=fields, quota=quota)


def may_pass(error: AdmiralError) -> bool:
    """Whether an equal call may succeed later, for no cause but the time that went by."""
    return error.code is grpc.StatusCode.UNAVAILABLE and error.reason not in _LASTING_REASONS


def cancelled() -> AdmiralError:
    """The caller left."""
    return AdmiralError(grpc.StatusCode.CANCELLED, "CALL_CANCELLED", "The call was cancelled.")


def closed() -> AdmiralError:
    """The client was closed under the call, or before it."""
    return AdmiralError(grpc.StatusCode.CANCELLED, "CALL_CANCELLED", "The client was closed.")


def unfinished() -> AdmiralError:
    """A stream that ended well without its last event has failed all the same."""
    return AdmiralError(
        grpc.StatusCode.UNAVAILABLE, "STREAM_BROKEN", "The stream ended before the answer was complete."
    )


def from_rpc(failure: grpc.RpcError, address: str) -> AdmiralError:
    """Reads the failure of a call, blocking or asyncio, to the server at ``address``."""
    call: Any = failure
    return from_status(call.code(), call.details() or "", call.trailing_metadata() or (), address)


def from_status(
    code: grpc.StatusCode, details: str, trailers: Iterable[tuple[str, str | bytes]], address: str
) -> AdmiralError:
    """Reads a status and its trailers."""
    status = _rich_status(trailers)
    info = next((info for info in _all(status, ErrorInfo) if info.domain == _DOMAIN), None)
    return AdmiralError(
        code,
        info.reason if info else _IMPLIED_REASONS.get(code, ""),
        details if info else _describe(code, details, address),
        retry_after=next((_seconds(retry) for retry in _all(status, RetryInfo)), None),
        metadata=info.metadata if info else None,
        fields=[Violation(v.field, v.description) for bad in _all(status, BadRequest) for v in bad.field_violations],
        quota=[Violation(v.subject, v.description) for quota in _all(status, QuotaFailure) for v in quota.violations],
    )


def _rich_status(trailers: Iterable[tuple[str, str | bytes]]) -> Status:
    for key, value in trailers:
        if key == _STATUS_KEY and isinstance(value, bytes):
            try:
                return Status.FromString(value)
            except DecodeError:
                break  # The code and the message still stand.
    return Status()


def _all(status: Status, kind: type[_M]) -> list[_M]:
    found = []
    for detail in status.details:
        message = kind()
        try:
            if detail.Unpack(message):
                found.append(message)
        except DecodeError:
            continue  # The code and the message still stand.
    return found


def _seconds(retry: RetryInfo) -> float:
    return retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9


def _describe(code: grpc.StatusCode, details: str, address: str) -> str:
    """Says what happened where no server spoke: the words of gRPC's own transport are for engineers."""
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"The deadline passed before Admiral at {address} answered."
    if code is grpc.StatusCode.CANCELLED:
        return "The call was cancelled."
    detail = details.rsplit("last error: ", 1)[-1]
    detail = re.sub(r"^[A-Z_]+: (ipv4|ipv6|unix):\S+: ", "", detail).rstrip(".") or code.name
    if detail.startswith("Received http2 header with status"):
        return (
            f"Admiral at {address} cannot be reached: what answers there does not speak gRPC; is it Admiral's HTTP"
            " port, or a proxy? gRPC has a port of its own, 50051 unless configured."
        )
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return f"Admiral at {address} does not know this method: {detail}. It may be older than this client."
    if code is grpc.StatusCode.UNAVAILABLE:
        return f"Admiral at {address} cannot be reached: {_connection(detail)}."
    if code is grpc.StatusCode.UNKNOWN and detail.startswith(("Stream removed", "No status received")):
        return (
            f"The answer of Admiral at {address} came without its end: something between this client and Admiral,"
            " such as a proxy, does not pass on HTTP/2 trailers."
        )
    return detail + "."


def _connection(detail: str) -> str:
    """Says in words of the caller's why there is no connection; gRPC's differ between its versions."""
    if "Hostname Verification Check failed" in detail or "is not in peer certificate" in detail:
        return (
            "its certificate is for another name; call it by a name that the certificate bears, or give that name"
            " as server_name in Tls"
        )
    if "CERTIFICATE_VERIFY_FAILED" in detail:
        return (
            "its certificate is not from an authority that this client trusts, or has expired; give the"
            " authority's certificate as roots in Tls"
        )
    if "WRONG_VERSION_NUMBER" in detail:
        return "it does not speak TLS there; check the port, or make the client without tls"
    if "TSI_DATA_CORRUPTED" in detail or "CERTIFICATE_REQUIRED" in detail:
        return "it broke the TLS connection off; if it asks clients for a certificate, give chain and key in Tls"
    if detail == "Socket closed":
        return "the connection was closed before an answer came; if it speaks TLS only, make the client with tls"
    detail = detail.removeprefix("Failed to connect to remote host: ").removeprefix("connect: ")
    detail = re.sub(r" \(\d+\)$", "", detail)
    return f"{detail}; start it, or check the address" if detail == "Connection refused" else detail
