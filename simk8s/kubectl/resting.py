"""The end of what has no end by itself: a watch stops at `--request-timeout`, or when the cluster is at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy

from simk8s.api.watch import Watch, WatchEvent
from simk8s.kubectl.command import Context
from simk8s.sim import Run, Task


@dataclass(frozen=True, slots=True)
class Rest:
    """`event` happens with the end. Where there is none (nobody says what rest is) only Ctrl-C ends the command."""

    event: simpy.Event
    tasks: tuple[Task, ...]

    @property
    def is_over(self) -> bool:
        return self.event.triggered

    def stop(self) -> None:
        """Nobody waits any more."""
        for task in self.tasks:
            task.kill()


def each_event(context: Context, stream: Watch, act: Callable[[WatchEvent], None]) -> Run[None]:
    """What comes of a watch, one event after the other, until there is an end to it."""
    rest = until_rest(context)
    sim = context.access.sim
    while not rest.is_over:
        arrival = sim.task(stream.next())
        yield sim.any_of(arrival, rest.event)
        if not arrival.triggered:
            arrival.kill()
            break
        event: WatchEvent = arrival.value  # type: ignore[assignment]
        context.actor.hear(event.seq)
        act(event)
    stream.close()
    rest.stop()


def until_rest(context: Context) -> Rest:
    """Begin to wait for the end of a command that watches."""
    sim = context.access.sim
    event = sim.event()

    def end(_: simpy.Event) -> None:
        if not event.triggered:
            event.succeed()

    tasks: tuple[Task, ...] = ()
    timeout: float = context.arguments["request-timeout"]
    if timeout:
        sim.sleep(timeout).callbacks.append(end)
    if context.access.settled is not None:
        tasks = (sim.task(context.access.settled()),)
        tasks[0].callbacks.append(end)
    return Rest(event, tasks)  # an event of its own: SimPy forgets conditions inside of conditions
