"""Asks a model and streams a second answer; says what each cost and where it came from.

Run it beside a server: python examples/hello.py [host:port]
"""

from __future__ import annotations

import sys

from admiral import Admiral, AdmiralError, amount_of, prompt, text_of
from admiral.optimizer.v1 import Cost, Served, Source


def dollars(cost: Cost) -> str:
    if cost.state == Cost.STATE_UNKNOWN:
        return "no known price"
    return f"${amount_of(cost.charged_amount):f}" + (" (estimated)" if cost.state == Cost.STATE_ESTIMATED else "")


def told(cost: Cost, served: Served) -> str:
    return f"  [{dollars(cost)}, from {Source.Name(served.source).removeprefix('SOURCE_').lower()}]"


def main(address: str = "127.0.0.1:50051") -> None:
    question = prompt("fast", "Name the largest moon of Saturn.", system="Answer in one sentence.")
    with Admiral(address, agent="hello") as admiral:
        for _ in range(2):  # The second answer comes from the cache, and costs nothing.
            answer = admiral.complete(question)
            print(text_of(answer))
            print(told(answer.cost, answer.served))

        with admiral.stream(prompt("fast", "Tell a story of three sentences.")) as story:
            for piece in story.text():
                print(piece, end="", flush=True)
            print()
            if story.finished:
                print(told(story.finished.cost, story.finished.served))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except AdmiralError as failure:
        sys.exit(f"{failure.reason or failure.code.name}: {failure}")
