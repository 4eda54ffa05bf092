"""Vector clocks: for each event, how many events of every host led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from simk8s.sim import Record

Clock = dict[str, int]


def clocks(records: Iterable[Record], is_event: Callable[[Record], bool]) -> Iterator[tuple[Record, Clock]]:
    """The events among the records, each with its clock.

    A host is an actor, and its events are in the order of history. Records that are no events pass on what led to
    them. One event happens before another exactly when its own count is in the other's clock.
    """
    known: dict[int, Clock] = {}
    latest: dict[str, Clock] = {}
    for record in records:
        is_one = is_event(record)
        parts = [known[cause] for cause in record.causes if cause in known]
        if is_one and record.actor in latest:
            parts.append(latest[record.actor])
        clock = _joined(parts)
        if is_one:
            clock = {**clock, record.actor: clock.get(record.actor, 0) + 1}
            latest[record.actor] = clock
            yield record, clock
        known[record.seq] = clock


def _joined(parts: list[Clock]) -> Clock:
    if len(parts) == 1:
        return parts[0]
    result: Clock = {}
    for part in parts:
        for host, count in part.items():
            if count > result.get(host, 0):
                result[host] = count
    return result
