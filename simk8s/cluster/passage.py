"""How time passes in a cluster: until it is settled, for a while, until a condition holds, until a command is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from simk8s.cluster.condition import Condition, check_word, parse
from simk8s.cluster.locating import located
from simk8s.cluster.outcome import Outcome, seconds_of
from simk8s.cluster.settling import PATIENCE_SECONDS, UNCOUNTED, Patience, Wait, wants
from simk8s.cluster.wiring import World
from simk8s.errors import SimError
from simk8s.faults import Injector
from simk8s.sim import Run, Simulation

T = TypeVar("T")

COMMAND_LIMIT_SECONDS = 3600.0
"""A kubectl or exec that takes longer than this virtual hour is given up."""

LOG_LINES = 5


class Passage:
    """The clock of a cluster in the hands of a person. `replay` is the token that errors tell."""

    def __init__(self, sim: Simulation, world: World, replay: str) -> None:
        self.sim = sim
        self.world = world
        self.replay = replay

    def run(self, until: str | float | None, timeout: float | None, injector: Injector) -> Outcome:
        """As `Cluster.run`."""
        with self.reproducible():
            if until is None or until == "settled":
                return self._settle(timeout, injector)
            if isinstance(until, int | float) or until[:1].isdigit():
                return self._pass(seconds_of(str(until)), timeout)
            return self._await(parse(until, self.world.registry), timeout)

    def until(self, condition: str) -> Run[None]:
        """Until the condition holds. Watches without delay, so that looking makes no choices and changes nothing."""
        return self._see(parse(condition, self.world.registry))

    def complete(self, command: Run[T], what: str) -> T:
        """Let time pass until something that takes virtual time is done. Raises SimError SK508 after an hour."""
        with self.reproducible():
            task = self.sim.task(command)
            self.sim.run(self.sim.any_of(task, self.sim.sleep(COMMAND_LIMIT_SECONDS)))
            if task.is_alive:
                task.kill()
                raise SimError(
                    "SK508",
                    f"`{what}` has not ended after {COMMAND_LIMIT_SECONDS:.0f} virtual seconds",
                    hint="give it a --timeout, or look with `kubectl describe` at what it waits for",
                )
        return task.value  # type: ignore[return-value]

    def advance(self, moment: float) -> None:
        """To that moment, if it is still to come."""
        with self.reproducible():
            if moment > self.sim.now:
                self.sim.run(moment)

    def step_until(self, last: int) -> None:
        """Let events happen until history has the record of that number."""
        self.sim.env.is_hurried = False
        with self.reproducible():
            while len(self.sim.history) <= last:
                self.sim.env.step()
        self.sim.env.is_hurried = True

    @contextmanager
    def reproducible(self) -> Iterator[None]:
        """Whatever goes wrong says how to make it go wrong again."""
        try:
            yield
        except SimError as error:
            raise located(error, self.world) from error
        except Exception as error:
            error.add_note(f"replay: {self.replay}")
            raise

    def _settle(self, timeout: float | None, injector: Injector) -> Outcome:
        patience = Patience(self.sim.now)
        limit = float("inf") if timeout is None else self.sim.now + timeout
        while True:
            current = wants(self.world.store)
            changed = max(self.world.store.changed_at(UNCOUNTED), injector.over_at)
            then = patience.look(self.sim.now, changed, current)
            if then is None or self.sim.now >= limit:
                break
            self.advance(min(then, limit))
        reached = then is None and current.satisfied
        return Outcome("settled", reached, self.sim.now, current.waits, self._logs(current.waits))

    def _pass(self, seconds: float, timeout: float | None) -> Outcome:
        short = timeout is not None and timeout < seconds
        self.advance(self.sim.now + (timeout if short and timeout is not None else seconds))
        return Outcome(f"run for {seconds:g} s", not short, self.sim.now)

    def _await(self, wanted: Condition, timeout: float | None) -> Outcome:
        seen = self.sim.task(self._see(wanted))
        self.sim.run(self.sim.any_of(seen, self.sim.sleep(PATIENCE_SECONDS if timeout is None else timeout)))
        if not seen.is_alive:
            return Outcome(str(wanted), True, self.sim.now)
        seen.kill()
        check_word(wanted, self.world.store.list(wanted.resource.kind))
        waits = wants(self.world.store).waits
        return Outcome(str(wanted), False, self.sim.now, waits, self._logs(waits))

    def _see(self, wanted: Condition) -> Run[None]:
        kind = wanted.resource.kind
        watch = self.world.store.watch(kind, who="cluster", delay_seconds=(0.0, 0.0))
        while not wanted.holds(self.world.store.find(kind, wanted.name, wanted.namespace)):
            yield from watch.next()
        watch.close()

    def _logs(self, waits: Sequence[Wait]) -> tuple[tuple[str, str], ...]:
        """The last lines of the containers that are waited for."""
        found: Mapping[str, str] = {
            f"{wait.object.partition('/')[2]}/{wait.container}": tail
            for wait in waits
            if wait.container and (tail := self._tail(wait))
        }
        return tuple(found.items())

    def _tail(self, wait: Wait) -> str:
        text = self.world.log(wait.namespace, wait.object.partition("/")[2], wait.container)
        return "\n".join(text.decode(errors="replace").splitlines()[-LOG_LINES:])
