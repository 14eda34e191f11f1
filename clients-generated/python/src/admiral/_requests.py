"""Requests from the short forms of both clients."""

from __future__ import annotations

from collections.abc import Iterable

from admiral.optimizer.v1 import (
    VERDICT_BAD,
    VERDICT_GOOD,
    CallOptions,
    CompleteBatchRequest,
    CompleteRequest,
    CountTokensRequest,
    EmbedRequest,
    Prompt,
    ReportOutcomeRequest,
    StreamRequest,
)


def complete(asked: Prompt | CompleteRequest, options: CallOptions | None) -> CompleteRequest:
    """Returns the request for an answer."""
    if isinstance(asked, CompleteRequest):
        _refuse_both(options)
        return asked
    return CompleteRequest(prompt=asked, options=options)


def stream(asked: Prompt | StreamRequest, options: CallOptions | None) -> StreamRequest:
    """Returns the request for a streamed answer."""
    if isinstance(asked, StreamRequest):
        _refuse_both(options)
        return asked
    return StreamRequest(prompt=asked, options=options)


def batch(asked: Iterable[Prompt | CompleteRequest], options: CallOptions | None) -> CompleteBatchRequest:
    """Returns the request for several answers."""
    return CompleteBatchRequest(requests=[complete(one, options) for one in asked])


def embed(model: str, texts: Iterable[str], options: CallOptions | None) -> EmbedRequest:
    """Returns the request for vectors."""
    if isinstance(texts, str):
        raise TypeError("embed takes a list of texts: write [text] for one.")
    return EmbedRequest(model=model, texts=texts, options=options)


def count_tokens(asked: Prompt, options: CallOptions | None) -> CountTokensRequest:
    """Returns the request for a count of tokens."""
    return CountTokensRequest(prompt=asked, options=options)


def report(call_id: str, good: bool, score: float | None) -> ReportOutcomeRequest:
    """Returns the report of how good an answer was."""
    return ReportOutcomeRequest(call_id=call_id, verdict=VERDICT_GOOD if good else VERDICT_BAD, score=score)


def _refuse_both(options: CallOptions | None) -> None:
    if options is not None:
        raise TypeError("options were given beside a request that has its own: set them in the request.")
