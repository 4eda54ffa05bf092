"""Explores some crashes: one walk through the crash-free run, and at each point another world that goes on alone."""

from __future__ import annotations

import gc
import pickle
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simk8s.checker import fork
from simk8s.checker.crash import Crash
from simk8s.checker.known import Known, Result
from simk8s.checker.oracle.oracle import Accounts
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint

Explored = tuple[int, Result]
"""The number of a crash, and what came of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the crash-free run has shown: the Pods that there are to be, and the accounts on their primaries."""

    wanted: tuple[str, ...]
    accounts: Mapping[tuple[str, str], Accounts]


class Stop(BaseException):
    """Thrown through a walk that has nothing left to visit."""


def explore(
    setup: Setup, crashes: Sequence[tuple[int, Crash]], known: Known, ground: Ground, journal: str = ""
) -> list[Explored]:
    """What becomes of each of these numbered crashes. Results go to the file `journal` one by one, if there is one.

    States met on the way are remembered for the crashes that follow, so the same list gives the same results anywhere.
    """
    found: list[Explored] = []

    def keep(number: int, result: Result) -> None:
        known.add(f"crash {number}", result)
        result = replace(result, passed=())
        found.append((number, result))
        if journal:
            with Path(journal).open("ab") as file:
                file.write(pickle.dumps((number, result)))

    (_forking if fork.is_possible() else _replaying)(setup, crashes, known, ground, keep)
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


def _forking(setup: Setup, crashes: Sequence[tuple[int, Crash]], known: Known, ground: Ground, keep: _Keep) -> None:
    """The prefix is run once; each world is a child of the process that has come to its point."""
    due: dict[int, list[tuple[int, Crash]]] = defaultdict(list)
    for number, crash in crashes:
        due[crash.position].append((number, crash))
    child: fork.Child | None = None

    def visit(walk: Walk, point: CrashPoint, position: int) -> None:
        nonlocal child
        for number, crash in due.pop(position, ()):
            try:
                answer = fork.fork()
            except fork.Died as death:
                keep(number, unknown(ground.wanted, f"its world ended with {death}"))
                continue
            if isinstance(answer, fork.Child):
                child = answer
                gc.disable()  # a short life: what is left behind goes with the process
                walk.strike(crash)
                return
            keep(number, pickle.loads(answer))
        if not due:
            raise Stop

    gc.collect()
    gc.freeze()  # so that a child's collector does not touch, and thereby copy, what it shares with its parent
    try:
        result = Walk(setup, known, visit, ground.accounts).run()
    except Stop:
        return
    except Exception as error:
        if child is None:
            raise
        result = unknown(ground.wanted, f"{type(error).__name__}: {error}")
    finally:
        if child is None:
            gc.unfreeze()
    if child is not None:
        child.answer(pickle.dumps(result))


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


def unknown(wanted: tuple[str, ...], why: str) -> Result:
    """The result of a world that could not be judged, which is never taken for a good one."""
    return Result(dict.fromkeys(wanted, "unknown"), {}, {}, notes=dict.fromkeys(wanted, why), end="not known")
