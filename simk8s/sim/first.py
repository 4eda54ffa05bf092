"""The first of several events."""

from __future__ import annotations

import simpy
from simpy.events import PENDING

from simk8s.sim.clock import Clock


class First(simpy.Event):
    """Happens with the first of `events`, as SimPy's AnyOf does, but has no value: who waits looks for itself.

    The others hear no more of it then, so that nothing piles up at one that never happens.
    """

    def __init__(self, env: Clock, events: tuple[simpy.Event, ...]) -> None:
        super().__init__(env)
        self._clock = env
        self._events = events
        if None in [event.callbacks for event in events]:
            self.succeed()
            return
        for event in events:
            event.callbacks.append(self._happen)

    def _happen(self, first: simpy.Event) -> None:
        if self._value is not PENDING:
            return
        for event in self._events:
            if event is not first and event.callbacks:
                event.callbacks.remove(self._happen)
        self._events = ()
        self._clock.happen(self)
