"""The crash-free run stands still at some moments, for whoever explores what comes later; any of these may die."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

START = """
import os, signal
from pathlib import Path
from simk8s.checker import checkpoints, exploration
from simk8s.checker.checkpoints import Checkpoints
from simk8s.checker.report import report
from tests.checker.test_exploration import FRAGILE, setup

chosen = setup(FRAGILE)
wanted = report(exploration.run(chosen))
ready, laid = Checkpoints.ready, []

def noted(self):
    ready(self)
    laid.extend(self._all)

Checkpoints.ready = noted
"""

ALIKE = """
for jobs in (1, 2):
    laid.clear()
    found = exploration.run(chosen, jobs=jobs)
    print(len(laid) > 4, found.is_complete, report(found) == wanted)
"""

A_CHECKPOINT_DIES = """
def killed(self):
    noted(self)
    standing = Path(f"/proc/{self._layer}/task/{self._layer}/children").read_text().split()
    for process in standing[::2]:
        os.kill(int(process), signal.SIGKILL)

Checkpoints.ready = killed
"""

WHO_LAYS_THEM_DIES = """
lay = Checkpoints.lay

def killing(self, setup, more):
    lay(self, setup, more)
    laid.extend(self._all)
    os.kill(self._layer, signal.SIGKILL)

Checkpoints.lay = killing
"""

A_CHILD_DIES = """
keeper = checkpoints.keeper

def dying(known, journal):
    keep = keeper(known, journal)

    def kept(number, result):
        keep(number, result)
        os.kill(os.getpid(), signal.SIGKILL)

    return kept

checkpoints.keeper = dying
"""

ENOUGH = """
def enough(found):
    if found.results:
        raise exploration.Enough

found = exploration.run(chosen, jobs=2, tell=enough)
print(len(laid) > 4, found.is_complete, 0 < len(found.results))
try:
    os.wait()
except ChildProcessError as error:
    print(error)
"""


def said(*parts: str) -> list[str]:
    """What such a program prints, in a process of its own: one without other threads."""
    program = [sys.executable, "-c", START + "".join(parts)]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "trouble",
    ["", WHO_LAYS_THEM_DIES, A_CHECKPOINT_DIES, A_CHILD_DIES],
    ids=["none", "who lays them", "a checkpoint", "a child"],
)
def test_from_checkpoints_comes_what_comes_from_the_start_of_the_run_whoever_dies(trouble: str) -> None:
    assert said(trouble, ALIKE) == ["True True True"] * 2


def test_whoever_has_seen_enough_leaves_no_checkpoint_behind() -> None:
    assert said(ENOUGH) == ["True False True", "[Errno 10] No child processes"]
