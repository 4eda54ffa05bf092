"""Results are written to a file one by one: what was found is there, however its finder ends."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

from simk8s.checker.crew import bell
from simk8s.checker.known import Known, Result

Explored = tuple[int, Result]
"""The number of a crash, and what came of it."""


def keeper(known: Known, journal: Path) -> Callable[[int, Result], None]:
    """Who takes each result: it is remembered for the crashes that follow, written down, and told of."""

    def keep(number: int, result: Result) -> None:
        known.add(f"crash {number}", result)
        with journal.open("ab") as file:
            file.write(pickle.dumps((number, result)))
        bell.get()()

    return keep


def read_journal(path: Path) -> list[Explored]:
    """What was written by then, up to the end or to where it breaks off."""
    found: list[Explored] = []
    try:
        with path.open("rb") as file:
            while True:
                found.append(pickle.load(file))
    except (EOFError, OSError, pickle.UnpicklingError, IndexError):
        return found
