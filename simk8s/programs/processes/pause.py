"""The pause program: waits until SIGINT or SIGTERM asks it to end."""

from __future__ import annotations

from simk8s.machine import Process, program
from simk8s.machine.signals import SIGINT, SIGTERM
from simk8s.sim import Run


@program("pause")
def pause(process: Process) -> Run[int]:
    """Hold a Pod's namespaces."""
    asked = process.sim.event()
    number = 0

    def end(signal: int) -> None:
        nonlocal number
        number = signal
        if not asked.triggered:
            asked.succeed()

    process.on_signal(SIGINT, end)
    process.on_signal(SIGTERM, end)
    yield asked
    yield from process.write(
        2, f"Shutting down, got signal {'Terminated' if number == SIGTERM else 'Interrupt'}\n".encode()
    )
    return 0
