"""Explores some crashes: one walk through the crash-free run, and at each point another world that goes on alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from simk8s.checker import fork, warm
from simk8s.checker.branching import Branching
from simk8s.checker.checkpoints import Checkpoints
from simk8s.checker.crash import Crash
from simk8s.checker.ground import Ground, unknown
from simk8s.checker.journal import Explored, keeper, read_journal
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.errors import SimError
from simk8s.faults.point import CrashPoint


def explore(
    setup: Setup,
    crashes: Sequence[tuple[int, Crash]],
    known: Known,
    ground: Ground,
    more: int = 0,
    journal: str = "",
    checkpoints: Checkpoints | None = None,
) -> list[Explored]:
    """What becomes of each of these numbered crashes. Results go to the file `journal` one by one, if there is one.

    States met on the way are remembered for the crashes that follow, so the same list gives the same results anywhere.
    """
    if checkpoints is not None and checkpoints.explore(crashes, known, journal):
        return read_journal(Path(journal))
    found: list[Explored] = []
    write = keeper(known, journal)

    def keep(number: int, result: Result) -> None:
        found.append((number, result))
        write(number, result)

    if more and not fork.is_possible():
        raise SimError(
            "SK522",
            "several crashes in one run need a process that can be forked, and this one cannot",
            hint="leave out --dask, or start it in a process of its own; Windows has one crash at a time",
        )
    if fork.is_possible():
        warm.up(setup)
        Branching(crashes, known, ground, keep).run(setup, more)
    else:
        _replaying(setup, crashes, known, ground, keep)
    return found


_Keep = Callable[[int, Result], None]


def _replaying(setup: Setup, crashes: Sequence[tuple[int, Crash]], known: Known, ground: Ground, keep: _Keep) -> None:
    """Each world is run from the start."""
    for number, crash in crashes:
        keep(number, replay(setup, crash, known, ground))


def replay(setup: Setup, crash: Crash, known: Known, ground: Ground) -> Result:
    """What becomes of one crash, in a world of its own."""

    def visit(walk: Walk, point: CrashPoint, position: int) -> None:
        if position == crash.position:
            walk.strike(crash)

    try:
        return Walk(setup, known, visit, ground.accounts).run()
    except Exception as error:
        return unknown(ground.wanted, f"{type(error).__name__}: {error}")
