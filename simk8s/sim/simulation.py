"""One simulated world's time, chance and history."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import simpy

from simk8s.sim.chance import Chooser, Recorded, Seeded
from simk8s.sim.clock import Clock, Wait
from simk8s.sim.first import First
from simk8s.sim.history import Actor, History
from simk8s.sim.task import Task

T = TypeVar("T")

Run: TypeAlias = Generator[simpy.Event, Any, T]
"""Something that takes virtual time and returns a T: call it with `yield from`."""

Waits: TypeAlias = Iterable[simpy.Event]
"""The same without a result, for what is mostly over at once: then there is nothing in it, and no generator is made."""

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""The calendar date at virtual time 0."""

_EPOCH_MICROSECONDS = int(EPOCH.timestamp()) * 1_000_000

_GRAIN = 1000  # durations are drawn from this many evenly spaced values, so that each is one `choose`


class Simulation:
    """Owns the SimPy environment, the chooser and the history. Everything simulated holds a reference to one.

    >>> simulation = Simulation(seed=1)
    >>> def hello():
    ...     yield simulation.sleep(1.5)
    ...     return simulation.now
    >>> simulation.run(simulation.task(hello()))
    1.5
    """

    def __init__(self, *, seed: int = 0, chooser: Chooser | None = None, history: bool | History = True) -> None:
        self.env = Clock()
        self.seed = seed
        self.chance = Recorded(chooser or Seeded(seed))
        self.history = history if isinstance(history, History) else History(enabled=history)

    @property
    def now(self) -> float:
        """Virtual seconds since the start."""
        return self.env._now

    @property
    def microseconds(self) -> int:
        """The calendar time inside the simulated world, as microseconds since 1970 in UTC."""
        return _EPOCH_MICROSECONDS + int(self.env._now * 1e6 + 0.5)

    @property
    def datetime(self) -> datetime:
        """The calendar time inside the simulated world, in UTC."""
        return EPOCH + timedelta(microseconds=int(self.env._now * 1e6 + 0.5))

    @property
    def timestamp(self) -> str:
        """Now, as the Kubernetes API writes times: `2024-01-01T00:00:30Z`."""
        return self.written("%Y-%m-%dT%H:%M:%SZ")

    def written(self, form: str) -> str:
        """The calendar time by a form of `strftime`, in whole seconds."""
        return _written(int(self.env._now * 1e6 + 0.5) // 1_000_000, form)

    def choose(self, n: int, label: str) -> int:
        """A free choice among n, asked of whoever drives this run. `label` names the chooser's component."""
        return self.chance.choose(n, label)

    def uniform(self, low: float, high: float, label: str) -> float:
        """A duration in seconds from `low` to `high`."""
        if high <= low:
            return low
        return low + (high - low) * self.choose(_GRAIN, label) / (_GRAIN - 1)

    def lognormal(self, median: float, sigma: float, label: str) -> float:
        """A duration in seconds with a long tail, cut to the middle 98 % of the distribution."""
        quantile = self.uniform(0.01, 0.99, label)
        return round(median * math.exp(sigma * _normal_quantile(quantile)), 6)

    def actor(self, name: str) -> Actor:
        """Somebody whose acts the history keeps in order."""
        return Actor(name)

    def record(self, actor: Actor, verb: str, object: str = "", /, **detail: Any) -> int:
        """Write to history that `actor` did `verb` to `object`. Returns the record's sequence number."""
        return self.history.add(self.env._now, actor, verb, object, detail)

    def sleep(self, seconds: float) -> simpy.Event:
        """An event that happens after that many virtual seconds."""
        return Wait(self.env, seconds)

    def event(self) -> simpy.Event:
        """An event that happens when somebody calls its `succeed(value)`."""
        return simpy.Event(self.env)

    def any_of(self, *events: simpy.Event) -> simpy.Event:
        """An event that happens with the first of these."""
        return First(self.env, events)

    def task(self, generator: Generator[simpy.Event, Any, Any]) -> Task:
        """Start driving `generator` from this moment on."""
        return Task(self.env, generator)

    def run(self, until: float | simpy.Event | None = None) -> Any:
        """Let time pass: to a moment, until an event has happened (returns its value), or until nothing is left."""
        return self.env.run(until)


@lru_cache(maxsize=256)
def _written(seconds: int, form: str) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime(form)


@lru_cache(maxsize=_GRAIN)
def _normal_quantile(p: float) -> float:
    """The inverse of the normal distribution by bisection on `erf`: exact to 1e-6 and the same on every platform."""
    low, high = -6.0, 6.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < p:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 6)
