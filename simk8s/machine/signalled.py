"""What signals do to a process: end it, stop it, call a function of its program, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import simpy

from simk8s.machine.signals import IGNORED_BY_DEFAULT, SIGCONT, SIGKILL, SIGPIPE, SIGSTOP, STOPPING
from simk8s.sim import Run, Simulation, Task

if TYPE_CHECKING:
    from simk8s.machine.machine import Machine

Disposition: TypeAlias = Callable[[int], None] | Literal["ignore"]


class Signalled:
    """The part of a Process that deals with signals."""

    machine: Machine
    sim: Simulation
    pid: int
    status: int | None
    dispositions: dict[int, Disposition]
    _tasks: list[Task]
    _interruption: simpy.Event | None
    _continued: simpy.Event | None
    _delayed: list[int]

    def terminate(self, status: int, signal: int | None = None) -> None:
        raise NotImplementedError

    def record(self, verb: str, object: str = "", **detail: Any) -> int:
        raise NotImplementedError

    def on_signal(self, number: int, disposition: Disposition | None) -> None:
        """Set what a signal does: call a function, be ignored, or (None) the default."""
        if disposition is None:
            self.dispositions.pop(number, None)
        else:
            self.dispositions[number] = disposition

    def kill(self, number: int) -> None:
        """Deliver a signal to this process, now."""
        if self.status is not None or number == 0:
            return
        disposition = self.dispositions.get(number)
        if number == SIGCONT:
            self._go_on()
        if number == SIGKILL:
            self.terminate(128 + number, number)
        elif number == SIGSTOP or (number in STOPPING and disposition is None):
            self._stop()
        elif self._continued is not None and number != SIGCONT:
            self._delayed.append(number)
        elif callable(disposition):
            self.record("process.signal", f"{self.machine.name}[{self.pid}]", signal=number)
            disposition(number)
            self.interrupt()
        elif disposition == "ignore" or number in IGNORED_BY_DEFAULT or self.pid == 1:
            return  # pid_namespaces(7): the first process gets only the signals that it handles
        else:
            self.terminate(128 + number, number)

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it, and none has let it go on."""
        return self._continued is not None

    def _stop(self) -> None:
        if self._continued is None and self.pid != 1:
            self.record("process.signal", f"{self.machine.name}[{self.pid}]", signal=SIGSTOP)
            self._continued = self.sim.event()
            for task in self._tasks:
                task.pause()

    def _go_on(self) -> None:
        continued, self._continued = self._continued, None
        if continued is not None:
            for task in self._tasks:
                task.resume()
            continued.succeed()
            delayed, self._delayed = self._delayed, []
            for number in delayed:
                self.kill(number)

    def interrupt(self) -> None:
        """Wake an interruptible wait."""
        waiting, self._interruption = self._interruption, None
        if waiting is not None:
            waiting.succeed()

    @property
    def interruption(self) -> simpy.Event:
        """Happens when the next handled signal arrives."""
        if self._interruption is None:
            self._interruption = self.sim.event()
        return self._interruption

    def raise_signal(self, number: int) -> Run[None]:
        """Send a signal to this process itself; does not return if that ends it."""
        if number == SIGPIPE and self.pid == 1 and number not in self.dispositions:
            self.terminate(128 + number, number)  # a synchronous SIGPIPE is not held back from pid 1's own writes
        else:
            self.kill(number)
        if self.status is not None:
            yield self.machine.never
        if self._continued is not None:
            yield self._continued
