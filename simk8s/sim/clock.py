"""Virtual time: SimPy's event queue, and a short way past it for whoever is next anyway."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush

import simpy
from simpy.events import NORMAL


class Clock(simpy.Environment):
    """SimPy's environment, in which a wait that nothing could come between costs next to nothing.

    Events happen in SimPy's order: time, priority, number. If the code that wants to wait is the only one to hear of
    the event that is happening now, and nothing else is due up to the end of its wait, then its own timeout would be
    the very next event: time can just as well move on at once. So what happens, and when, is the same on both ways.
    """

    def __init__(self) -> None:
        super().__init__(0.0)
        self._is_alone = False
        self.is_hurried = True
        """Off, every wait is an event of its own: for who counts events one by one."""

    def step(self) -> None:
        """Let the next event happen; in a hurry, all up to the next one that has more than one listener."""
        queue = self._queue
        while self.is_hurried and queue:
            event = queue[0][3]
            callbacks = event.callbacks
            if len(callbacks) > 1 or not event._ok:
                break
            self._now = heappop(queue)[0]
            event.callbacks = None  # type: ignore[assignment]
            if callbacks:  # else it was a limit that was not reached
                self._is_alone = True
                callbacks[0](event)
        self._is_alone = False
        super().step()

    def passed(self, seconds: float) -> bool:
        """Let that time pass at once if nobody could tell; else False, and the caller has to wait for a timeout."""
        queue = self._queue
        end = self._now + seconds
        if self._is_alone and (not queue or queue[0][0] > end):
            self._now = end
            next(self._eid)  # the timeout that this would have been
            return True
        return False

    def happen(self, event: simpy.Event, value: object = None) -> None:
        """`succeed` for who has nothing else to do at this moment: the event happens at once if it is the next one."""
        queue = self._queue
        if not self._is_alone or (queue and queue[0][0] <= self._now):
            event.succeed(value)
            return
        next(self._eid)
        event._ok, event._value = True, value
        callbacks = event.callbacks
        event.callbacks = None  # type: ignore[assignment]  # SimPy's sign that it has happened
        self._is_alone = len(callbacks) == 1
        for callback in callbacks:
            callback(event)

    def wake(self, events: Iterable[simpy.Event]) -> None:
        """`succeed` for several that nobody has let happen yet."""
        for event in events:
            event._ok, event._value = True, None
            heappush(self._queue, (self._now, NORMAL, next(self._eid), event))

    def took(self, event: simpy.Event) -> bool:
        """Let `event`, the next in the queue, happen at once if it is only the caller's; else it must be awaited."""
        if self._is_alone and not event.callbacks:
            self._now = heappop(self._queue)[0]
            event.callbacks = None  # type: ignore[assignment]  # SimPy's sign that it has happened
            return True
        return False


class Wait(simpy.Event):
    """Happens after so many seconds. SimPy's Timeout without its value: most events are such, and many are made."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"nobody can wait for {seconds} seconds")
        self.env = clock
        self.callbacks = []
        self._ok, self._value = True, None
        heappush(clock._queue, (clock._now + seconds, NORMAL, next(clock._eid), self))
