"""A task drives a generator through virtual time. Like a SimPy process, but it can be killed between two steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from types import FrameType
from typing import Any

import simpy
from simpy.events import PENDING

from simk8s.sim.clock import Clock, Wait


class Task(simpy.Event):
    """Runs `generator`; as an event it succeeds with the generator's return value once that has ended.

    `kill()` stops the generator where it stands. Nothing of it runs afterwards but Python-level clean-up, so a
    simulated SIGKILL leaves behind exactly what was done before. A killed task never triggers.
    An exception that leaves the generator is a defect and surfaces from `Simulation.run`.
    """

    def __init__(self, env: Clock, generator: Generator[simpy.Event, Any, Any]) -> None:
        super().__init__(env)
        self._clock = env
        self._generator = generator
        self._running = False
        self.turns = 0
        """How often it has gone on. While it waits, its frames are what they were after the last turn."""
        self._killed = False
        self._held: simpy.Event | None = None
        self._target: simpy.Event | None = Wait(env, 0.0)
        self._target.callbacks.append(self._resume)

    @property
    def is_alive(self) -> bool:
        return not self._killed and self._value is PENDING

    @property
    def is_running(self) -> bool:
        """Whether this is its turn: its frames change meanwhile."""
        return self._running

    def frames(self) -> Iterator[FrameType]:
        """Where it stands: the frame of its generator, of the one that this waits in, and so on inwards."""
        generator: Any = self._generator if self.is_alive else None
        while generator is not None:
            frame = getattr(generator, "gi_frame", None)
            if frame is not None:
                yield frame
            generator = getattr(generator, "gi_yieldfrom", None)

    def kill(self) -> None:
        """Stop between two steps. A task may kill itself: it then stops at its next yield."""
        if not self.is_alive:
            return
        self._killed = True
        if self._running:
            return
        target = self._target
        if target is not None and target.callbacks is not None and self._resume in target.callbacks:
            target.callbacks.remove(self._resume)
        self._generator.close()

    def pause(self) -> None:
        """Do not go on when what it waits for has happened, until `resume`. One that is running does not stop."""
        target = self._target
        if target is not None and target.callbacks is not None and self._resume in target.callbacks:
            target.callbacks[target.callbacks.index(self._resume)] = self._hold

    def resume(self) -> None:
        """Go on where it was paused: at once if what it waits for has happened meanwhile."""
        target, held = self._target, self._held
        if held is not None:
            self._held = None
            wake = simpy.Event(self._clock)
            wake.callbacks.append(lambda _: self._resume(held))
            self._target = wake.succeed()
        elif target is not None and target.callbacks is not None and self._hold in target.callbacks:
            target.callbacks[target.callbacks.index(self._hold)] = self._resume

    def _hold(self, event: simpy.Event) -> None:
        event._defused = True
        self._held = event

    def _resume(self, event: simpy.Event) -> None:
        if self._killed:
            return
        self._running = True
        self.turns += 1
        generator, clock = self._generator, self._clock
        queue = clock._queue
        while True:
            try:
                if event._ok:
                    event = generator.send(event._value)
                else:
                    event._defused = True
                    event = generator.throw(event._value)
            except StopIteration as stop:
                self._running = False
                self._target = None
                if self._killed:
                    return
                if self.callbacks:
                    clock.happen(self, stop.value)
                else:  # nobody waits for it: it has happened
                    self._ok, self._value, self.callbacks = True, stop.value, None  # type: ignore[assignment]
                return
            if self._killed:  # by itself
                self._running = False
                generator.close()
                return
            # most often something else is next, and there is nothing to ask
            if event.callbacks is not None and not (queue and queue[0][3] is event and clock.took(event)):
                event.callbacks.append(self._resume)
                self._target = event
                self._running = False
                return
