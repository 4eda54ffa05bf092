"""A watch: the objects that exist, then every change, each heard a little later than it happened (API-4, TIME-30)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

import simpy

from simk8s.api.objects import Object
from simk8s.sim import Run, Simulation

DELIVERY_SECONDS = (0.010, 0.050)  # TIME-30

EventType = Literal["ADDED", "MODIFIED", "DELETED"]


class WatchEvent(NamedTuple):
    """What a watcher hears. `seq` is the history record of the write: `actor.hear(event.seq)` keeps the cause."""

    type: EventType
    object: Object
    seq: int


class Watch:
    """One watcher's ordered stream of events. Made by `Store.watch`; `close` it when its reader is gone.

    `matches` is the server's side of the filter (a node's kubelet only hears of its own Pods): an object that begins
    to match is ADDED to this watch, one that ceases to match is DELETED from it.
    """

    __slots__ = ("_arrived", "_closed", "_delay", "_due", "_forget", "_label", "_queue", "_sim", "matches")

    def __init__(
        self,
        sim: Simulation,
        label: str,
        matches: Callable[[Object], bool] | None,
        delay_seconds: tuple[float, float],
        forget: Callable[[Watch], None],
    ) -> None:
        self._sim = sim
        self._label = label
        self.matches = matches
        self._delay = delay_seconds
        self._forget = forget
        self._queue: deque[tuple[float, WatchEvent]] = deque()
        self._due = 0.0
        self._arrived: simpy.Event | None = None
        self._closed = False

    def next(self) -> Run[WatchEvent]:
        """Wait until the next event has arrived. After `close` nothing arrives any more."""
        queue = self._queue
        while not queue:
            self._arrived = self._sim.event()
            yield self._arrived
        wait = queue[0][0] - self._sim.now
        if wait > 0:
            yield self._sim.sleep(wait)
        return queue.popleft()[1]

    def close(self) -> None:
        """Stop listening: the watch connection is gone."""
        self._closed = True
        self._queue.clear()
        self._forget(self)

    def list(self, object: Object, seq: int) -> None:
        """Called by the store for what exists when the watch begins: that is heard at once."""
        if self.matches is None or self.matches(object):
            self._queue.append((self._sim.now, WatchEvent("ADDED", object, seq)))

    def tell(self, type: EventType, old: Object | None, object: Object, seq: int) -> None:
        """Called by the store for each write. The order of events is kept, whatever their delays."""
        if self.matches is not None:
            before = old is not None and self.matches(old)
            after = type != "DELETED" and self.matches(object)
            if not before and not after:
                return
            type = "MODIFIED" if before and after else "ADDED" if after else "DELETED"
        due = self._sim.now + self._sim.uniform(*self._delay, self._label)
        self._due = due = max(due, self._due)
        self._queue.append((due, WatchEvent(type, object, seq)))
        arrived = self._arrived
        if arrived is not None:
            self._arrived = None
            arrived.succeed()
