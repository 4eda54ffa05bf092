"""Explores some crashes: one walk through the crash-free run, and at each point another world that goes on alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simk8s.checker import fork, warm
from simk8s.checker.branching import Branching
from simk8s.checker.checkpoints import Checkpoints
from simk8s.checker.crash import Crash, Numbered
from simk8s.checker.ground import Ground, unknown
from simk8s.checker.journal import Explored, keeper, read_journal
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.stretch import Stretch
from simk8s.checker.walk import Walk
from simk8s.errors import SimError
from simk8s.faults.point import CrashPoint


@dataclass(frozen=True, slots=True)
class Work:
    """What all parts of an exploration have in common.

    After a crash so many `more` may come. Results go to files in `folder` one by one. Where there are `checkpoints` of
    the crash-free run, nobody has to go through it from its start.
    """

    setup: Setup
    ground: Ground
    more: int
    folder: Path
    checkpoints: Checkpoints | None = None


def explore(work: Work, crashes: Sequence[Numbered], known: Known, journal: str) -> list[Explored]:
    """What becomes of each of these crashes.

    States met on the way are remembered for the crashes that follow, so the same list gives the same results anywhere.
    """
    path = work.folder / journal
    found: list[Explored] = []
    if work.checkpoints is not None and work.checkpoints.explore(work.ground, crashes, known, path):
        found = read_journal(path)
        for number, result in found:
            known.add(f"crash {number}", result)
        return found
    write = keeper(known, path)

    def keep(number: int, result: Result) -> None:
        found.append((number, result))
        write(number, result)

    if work.more and not fork.is_possible():
        raise SimError(
            "SK522",
            "several crashes in one run need a process that can be forked, and this one cannot",
            hint="leave out --dask, or start it in a process of its own; Windows has one crash at a time",
        )
    if fork.is_possible():
        warm.up(work.setup)
        Branching(crashes, known, work.ground, keep).run(work.setup, work.more)
    else:
        _replaying(work, crashes, known, keep)
    return found


def refine(work: Work, stretches: Sequence[Stretch], known: Known, journal: str) -> list[Explored]:
    """What becomes of those crashes that must be tried until each change lies between two neighbours.

    The stretches are those of one command: where the end changes for one victim it often does for the next.
    """
    found: list[Explored] = []
    changes: set[int] = set()
    for stretch in stretches:
        stretch.likely = frozenset(changes)
        while todo := stretch.todo():
            more = explore(work, todo, known, f"{journal}-{len(found):03}")
            stretch.results |= dict(more)
            found += more
        changes |= set(stretch.changes())
    return found


_Keep = Callable[[int, Result], None]


def _replaying(work: Work, crashes: Sequence[Numbered], known: Known, keep: _Keep) -> None:
    """Each world is run from the start."""
    for number, crash in crashes:
        keep(number, replay(work.setup, crash, known, work.ground))


def replay(setup: Setup, crash: Crash, known: Known, ground: Ground) -> Result:
    """What becomes of one crash, in a world of its own."""

    def visit(walk: Walk, point: CrashPoint, position: int) -> None:
        if position == crash.position:
            walk.strike(crash)

    try:
        return Walk(setup, known, visit, ground.accounts).run()
    except Exception as error:
        return unknown(ground.wanted, f"{type(error).__name__}: {error}")
