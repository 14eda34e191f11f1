"""What a client adds to the messages of its calls: its group, and a request_id where a repeat could be paid twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message

from admiral.optimizer.v1 import (
    CachePolicy,
    CallOptions,
    CompleteBatchRequest,
    CompleteRequest,
    CountTokensRequest,
    EmbedRequest,
    StreamRequest,
)

from ._settings import Settings

_M = TypeVar("_M", bound=Message)


def prepared(request: Any, settings: Settings, request_id: Callable[[], str]) -> Any:
    """Returns the request as it is sent; the caller's own is never changed."""
    if isinstance(request, CompleteBatchRequest):
        each = [prepared(one, settings, request_id) for one in request.requests]
        return CompleteBatchRequest(requests=each)
    if not isinstance(request, (CompleteRequest, StreamRequest, EmbedRequest, CountTokensRequest)):
        return request
    grouped = _lacks_group(request.options, settings)
    identified = isinstance(request, (CompleteRequest, StreamRequest)) and _needs_id(request, settings)
    if not grouped and not identified:
        return request
    copy = _copy(request)
    if grouped:
        copy.options.agent_group = settings.group
    if identified and isinstance(copy, (CompleteRequest, StreamRequest)):
        copy.request_id = request_id()
    return copy


def _copy(message: _M) -> _M:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def _lacks_group(options: CallOptions, settings: Settings) -> bool:
    """Whether the client's group is this call's; the agent's name travels in the metadata."""
    another = options.agent_id not in ("", settings.agent)
    return bool(settings.group) and not another and not options.agent_group


def _needs_id(request: CompleteRequest | StreamRequest, settings: Settings) -> bool:
    """Whether a repeat of the call could be paid a second time for want of a cached answer."""
    if settings.retry.max_tries == 1 or request.request_id:
        return False
    cache, sampling = request.options.cache_policy, request.prompt.sampling
    if cache.mode in (CachePolicy.MODE_BYPASS, CachePolicy.MODE_REFRESH):
        return True
    sampled = sampling.temperature > 0 or sampling.candidate_count > 1
    return sampled and cache.mode != CachePolicy.MODE_ONLY and not cache.include_sampled
