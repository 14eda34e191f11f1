"""Model calls through Admiral, for agents.

``Admiral`` blocks, ``AsyncAdmiral`` is for asyncio; both make the same calls with the same rules. What is said and
answered are the messages of the contract, in ``admiral.optimizer.v1``.
"""

from ._aio import AsyncAdmiral
from ._aio_link import AsyncCompletionStream
from ._client import Admiral
from ._errors import AdmiralError, Violation
from ._link import CompletionStream
from ._money import amount_of, dollars
from ._prompts import prompt, text_of
from ._retry import RetryPolicy
from ._settings import Tls

__all__ = [
    "Admiral",
    "AdmiralError",
    "AsyncAdmiral",
    "AsyncCompletionStream",
    "CompletionStream",
    "RetryPolicy",
    "Tls",
    "Violation",
    "amount_of",
    "dollars",
    "prompt",
    "text_of",
]
