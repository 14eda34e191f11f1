"""Short forms for the most common content; everything else is the generated messages' business."""

from __future__ import annotations

from admiral.optimizer.v1 import (
    ROLE_SYSTEM,
    ROLE_USER,
    ChatMessage,
    CompleteResponse,
    Completion,
    ContentPart,
    Prompt,
    Role,
    StreamResponse,
    TextPart,
)


def prompt(model: str, text: str, *, system: str | None = None) -> Prompt:
    """Returns a prompt of one user message, and of instructions before it if ``system`` is given."""
    messages = [] if system is None else [_message(ROLE_SYSTEM, system)]
    return Prompt(model=model, messages=[*messages, _message(ROLE_USER, text)])


def text_of(answer: CompleteResponse | Completion) -> str:
    """Returns the text of an answer, all of its text parts joined; empty if it has none."""
    completion = answer.completion if isinstance(answer, CompleteResponse) else answer
    return "".join(part.text.text for part in completion.message.parts if part.HasField("text"))


def text_piece(event: StreamResponse) -> str:
    """Returns the text that an event adds to the first candidate; empty if it is of another kind."""
    return event.delta.text.text if event.delta.candidate_index == 0 else ""


def _message(role: Role.ValueType, text: str) -> ChatMessage:
    return ChatMessage(role=role, parts=[ContentPart(text=TextPart(text=text))])
