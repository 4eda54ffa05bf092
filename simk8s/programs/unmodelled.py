"""How a program says that the simulation, not the script, is at its end: by name, and with a status of its own."""

from __future__ import annotations

from simk8s.machine import Process, program
from simk8s.sim import Run

UNMODELLED = 120
"""The exit status that means "simk8s does not know", never success or failure of the real program."""


class Unmodelled(Exception):
    """Something that the real program knows and this one does not. Ends the program with SK310."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def refuse(process: Process, what: str) -> Run[int]:
    """Say that `what` (`option '-Z'`) is not modelled; the status to return."""
    process.record("program.unmodelled", process.argv[0], what=what)
    yield from process.complain(f"{what} is not modelled by simk8s (SK310)")
    return UNMODELLED


@program("unmodelled")
def unmodelled(process: Process) -> Run[int]:
    """Stands for any program that the real image has and simk8s has not."""
    process.record("program.unmodelled", process.argv[0], what="program")
    yield from process.complain("this program is not modelled by simk8s (SK311)")
    return UNMODELLED
