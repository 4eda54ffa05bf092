"""The critical path: which record really waited for which, back to the beginning."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Sequence
from dataclasses import dataclass

from simk8s.api.world import WRITES
from simk8s.sim import Record


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the path. `seconds` is the time since the record before it, so that all of them add up.

    `is_retry` tells that an earlier attempt had failed: then what was waited for is what made this one succeed.
    `other` is a cause that had been there already, and was needed as well; -1 for none.
    """

    record: Record
    seconds: float
    is_retry: bool = False
    other: int = -1


MEETINGS = frozenset({"net.connect", "net.resolve"})
"""Verbs that need two: whoever asks, and whoever must be there to answer."""


_REACTIONS = WRITES | {"container.exit", "probe"}
BUSY_SECONDS = 0.05
"""A controller that hears a message while it is at something else for so short a time was not waiting for that."""


class Attempts:
    """What was tried, and what in vain: connections that were refused, names that had no address."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._tried: dict[tuple[str, str], list[int]] = {}
        self._failed: set[int] = set()
        for record in records:
            if record.verb in MEETINGS or record.verb == "net.refused":
                self._tried.setdefault((record.actor, record.object), []).append(record.seq)
                if record.verb == "net.refused" or (record.verb == "net.resolve" and not record.detail.get("answers")):
                    self._failed.add(record.seq)

    def waited_for(self, record: Record, moment: int) -> bool:
        """Whether the attempt just before this one, by the same actor, failed because `moment` was still to come."""
        tried = self._tried.get((record.actor, record.object), [])
        before = bisect_left(tried, record.seq) - 1
        return before >= 0 and tried[before] in self._failed and tried[before] < moment


def critical_path(
    records: Sequence[Record], goal: int, *, attempts: Attempts | None = None, known: Container[int] = ()
) -> list[Step]:
    """From a first record to `goal`: at each record the cause that came last, since that is what it waited for.

    A repeated attempt waited for what made it succeed, and not for its own earlier attempts. The path begins where a
    record has no cause, or just after one that is `known`, which then counts as its beginning.
    """
    attempts = attempts or Attempts(records)
    steps: list[Step] = []
    here = records[goal]
    while True:
        cause, other, is_retry = _choose(here, records, attempts)
        if cause < 0:
            steps.append(Step(here, 0.0))
            break
        steps.append(Step(here, here.time - records[cause].time, is_retry, other))
        if cause in known:
            break
        here = records[cause]
    return steps[::-1]


def _choose(record: Record, records: Sequence[Record], attempts: Attempts) -> tuple[int, int, bool]:
    causes = record.causes
    if not causes:
        return -1, -1, False
    latest, message = max(causes), causes[0]
    if record.verb in _REACTIONS and records[latest].time - records[message].time < BUSY_SECONDS:
        return message, -1, False
    if len(causes) == 1 or record.verb not in MEETINGS:
        return latest, -1, False
    if message == latest:
        return latest, -1, False
    if attempts.waited_for(record, message):
        return message, -1, True
    return latest, message, False
