"""Explores some crashes: one walk through the crash-free run, and at each point another world that goes on alone."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

from simk8s.checker import fork, warm
from simk8s.checker.branching import Branching
from simk8s.checker.crash import Crash
from simk8s.checker.crew import bell
from simk8s.checker.ground import Ground, unknown
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.errors import SimError
from simk8s.faults.point import CrashPoint

Explored = tuple[int, Result]
"""The number of a crash, and what came of it."""


def explore(
    setup: Setup, crashes: Sequence[tuple[int, Crash]], known: Known, ground: Ground, more: int = 0, journal: str = ""
) -> list[Explored]:
    """What becomes of each of these numbered crashes. Results go to the file `journal` one by one, if there is one.

    States met on the way are remembered for the crashes that follow, so the same list gives the same results anywhere.
    """
    found: list[Explored] = []

    def keep(number: int, result: Result) -> None:
        known.add(f"crash {number}", result)
        found.append((number, result))
        if journal:
            with Path(journal).open("ab") as file:
                file.write(pickle.dumps((number, result)))
        bell.get()()

    if more and not fork.is_possible():
        raise SimError(
            "SK522",
            "several crashes in one run need a process that can be forked, and this one cannot",
            hint="leave out --dask, or start it in a process of its own; Windows has one crash at a time",
        )
    if fork.is_possible():
        warm.up(setup)
        Branching(setup, crashes, known, ground, keep, more).run()
    else:
        _replaying(setup, crashes, known, ground, keep)
    return found


def read_journal(path: Path) -> list[Explored]:
    """What a worker had written before it ended, however it ended."""
    found: list[Explored] = []
    try:
        with path.open("rb") as file:
            while True:
                found.append(pickle.load(file))
    except (EOFError, OSError, pickle.UnpicklingError, IndexError):
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
