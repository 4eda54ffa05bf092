"""Pods that wait for a node: ready to be tried, backing off, or waiting for something to change (SCHED-9)."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

from simk8s.api.objects import Key
from simk8s.sim import Actor

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 10.0
FLUSH_SECONDS = 300.0


@dataclass(slots=True)
class Waiting:
    """One Pod's place in the queue. Times are virtual seconds."""

    key: Key
    priority: int
    since: float
    seq: int
    """The history record that makes it worth a try."""
    actor: Actor
    attempts: int = 0
    failed_at: float = 0.0
    filters: tuple[str, ...] = ()
    is_backing_off: bool = False

    @property
    def backoff_ends(self) -> float:
        if not self.attempts:
            return self.since
        return self.failed_at + min(FIRST_BACKOFF_SECONDS * 2.0 ** (self.attempts - 1), LONGEST_BACKOFF_SECONDS)


class PodQueue:
    """Highest priority first, then who has waited longest (SCHED-2)."""

    def __init__(self) -> None:
        self._active: dict[Key, tuple[int, int]] = {}
        """The places of those that are ready to be tried."""
        self._order: list[tuple[int, int, Waiting]] = []
        """A heap of places; those that `_active` does not know any more are left behind."""
        self._unschedulable: dict[Key, Waiting] = {}
        self._added = 0

    def add(self, waiting: Waiting) -> None:
        self._unschedulable.pop(waiting.key, None)
        self._added += 1
        place = self._active[waiting.key] = -waiting.priority, self._added
        heappush(self._order, (*place, waiting))

    def park(self, waiting: Waiting) -> None:
        """It could not be placed: it waits until something changes."""
        self._unschedulable[waiting.key] = waiting

    def forget(self, where: Key) -> None:
        self._active.pop(where, None)
        self._unschedulable.pop(where, None)

    def __contains__(self, where: Key) -> bool:
        return where in self._active or where in self._unschedulable

    def parked(self) -> list[Waiting]:
        return list(self._unschedulable.values())

    def unpark(self, waiting: Waiting) -> bool:
        """Take it out of the unschedulable ones. False where it is not among them any more."""
        return self._unschedulable.get(waiting.key) is waiting and self._unschedulable.pop(waiting.key) is waiting

    def take(self) -> Waiting | None:
        """The next Pod to try."""
        while self._order:
            priority, number, waiting = heappop(self._order)
            if self._active.get(waiting.key) == (priority, number):
                del self._active[waiting.key]
                return waiting
        return None
