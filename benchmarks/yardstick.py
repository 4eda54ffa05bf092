"""What SimPy alone takes: the yardstick of whatever happens in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import simpy


def timeouts(count: int, clock: Callable[[], float]) -> float:
    """The seconds of that clock which so many timeouts take."""
    env = simpy.Environment()

    def wait() -> Iterator[simpy.Event]:
        for _ in range(count):
            yield env.timeout(1)

    begin = clock()
    env.run(env.process(wait()))  # type: ignore[arg-type]
    return clock() - begin


def events(env: simpy.Environment) -> int:
    """How many events there have been; reading it counts as one."""
    return int(next(env._eid))
