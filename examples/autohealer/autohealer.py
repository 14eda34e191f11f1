"""Asks every ten minutes what to do about each incident that is open, as several of its kind do at once.

An alarm that stands says the same in every round: the first to ask pays, those who ask meanwhile join that call,
and all later rounds are answered from the cache. See ../README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from admiral import Admiral, AdmiralError, prompt, text_of
from admiral.optimizer.v1 import CallOptions, CompleteResponse, Prompt, Source
from google.protobuf.duration_pb2 import Duration

DAY = 86_400.0
ADVICE_HOLDS = 6 * 3_600.0
ORDERS = "You run a cluster. Choose the one action that helps most and does least harm, and say why in a sentence."
ACTIONS = ["restart", "scale_up", "roll_back", "fail_over", "clean_up", "page_a_human"]
SCHEMA = {
    "type": "object",
    "properties": {"action": {"enum": ACTIONS}, "reason": {"type": "string"}},
    "required": ["action", "reason"],
    "additionalProperties": False,
}


class Incident(NamedTuple):
    begins: float
    ends: float
    text: str


def seconds(text: str) -> float:
    """Reads 30s, 10m or 12h."""
    found = re.fullmatch(r"(\d+)([smh])", text)
    if not found or int(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 30s, 10m or 12h")
    return float(int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]])


def clock(text: str) -> float:
    hours, minutes = text.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


def read(log: Path) -> list[Incident]:
    rows = [line.split("\t") for line in log.read_text("utf-8").splitlines() if line and line[0] != "#"]
    return [Incident(clock(begins), clock(ends), text) for begins, ends, text in rows]


def question(incident: Incident) -> Prompt:
    asked = prompt("fast", incident.text, system=ORDERS)
    asked.response_format.json_schema.schema_json = json.dumps(SCHEMA)
    return asked


def advice(admiral: Admiral, incident: Incident, holds: float, stop: threading.Event) -> CompleteResponse:
    """Asks, and asks again as often as the server names a wait, until told to stop."""
    options = CallOptions(task_type="incident")
    options.cache_policy.time_to_live.CopyFrom(Duration(nanos=int(holds % 1 * 1e9), seconds=int(holds)))
    while True:
        try:
            return admiral.complete(question(incident), options=options, deadline=60)
        except AdmiralError as failure:
            if failure.retry_after is None or stop.wait(failure.retry_after):
                raise


def round_of(admiral: Admiral, incidents: list[Incident], now: float, holds: float, stop: threading.Event) -> str:
    """Does what a round does and tells it in a line."""
    done, paid = [], Decimal(0)
    for incident in incidents:
        if not incident.begins <= now < incident.ends or stop.is_set():
            continue
        service = incident.text.partition(":")[0]
        try:
            answer = advice(admiral, incident, holds, stop)
            charged = answer.cost.charged_amount
            paid += charged.units + Decimal(charged.pico).scaleb(-12)
            source = Source.Name(answer.served.source).removeprefix("SOURCE_").lower()
            done.append(f"{service}: {json.loads(text_of(answer))['action']} ({source})")
        except AdmiralError as failure:
            done.append(f"{service}: no advice: {failure}")
    return f"{'; '.join(done) or 'all is well'}; ${paid:f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--address", default=os.environ.get("ADMIRAL_ADDRESS", "127.0.0.1:50051"))
    options.add_argument("--agent", default="autohealer-1")
    options.add_argument("--incidents", type=Path, default=Path(__file__).with_name("incidents.tsv"))
    options.add_argument("--every", type=seconds, default="10m", help="a time such as 30s, 10m or 12h")
    options.add_argument("--once", action="store_true", help="one round, then end")
    options.add_argument("--day", type=float, metavar="SECONDS", help="play a whole day in so many seconds, then end")
    chosen = options.parse_args()

    key_file = os.environ.get("ADMIRAL_KEY_FILE")
    key = Path(key_file).read_text("utf-8").strip() if key_file else os.environ.get("ADMIRAL_KEY")
    speed = DAY / chosen.day if chosen.day else 1.0
    rounds = 1 if chosen.once else int(DAY // chosen.every) if chosen.day else sys.maxsize
    incidents = read(chosen.incidents)
    stop = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stop.set())

    with Admiral(chosen.address, key=key, agent=chosen.agent, group="autohealer") as admiral:
        period = chosen.every / speed
        mark = time.time() // period * period
        for _ in range(rounds):
            # On the marks of the clock, as cron does it: all of a kind look at the same moment. A day that is played
            # leaves none out, however long a round took.
            mark = mark + period if chosen.day else (time.time() // period + 1) * period
            if stop.wait(0 if chosen.once else max(0.0, mark - time.time())):
                break
            now = mark * speed % DAY
            told = round_of(admiral, incidents, now, ADVICE_HOLDS / speed, stop)
            print(f"{chosen.agent} {int(now // 3600):02}:{int(now % 3600 // 60):02} {told}", flush=True)


if __name__ == "__main__":
    main()
