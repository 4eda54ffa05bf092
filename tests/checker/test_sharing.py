"""The work is shared between processes, and a process may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from joblib.externals.loky import reusable_executor

from simk8s.checker import exploration
from simk8s.checker.report import report
from tests.checker.test_exploration import FRAGILE, setup


def kill_at_work(folder: Path, killed: list[int], over: threading.Event) -> None:
    """SIGKILL for every worker, as by a kernel that is short of memory, once one has written down a first result."""
    while not over.wait(0.005):
        if any(journal.stat().st_size for journal in folder.glob("simk8s-check-*/*")):
            killed.extend(reusable_executor._executor._processes)
            for number in killed:
                os.kill(number, signal.SIGKILL)
            return


@pytest.mark.slow
def test_workers_that_are_killed_at_work_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = report(exploration.run(setup(FRAGILE)))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed: list[int] = []
    over = threading.Event()
    killer = threading.Thread(target=kill_at_work, args=(tmp_path, killed, over))
    killer.start()
    try:
        found = exploration.run(setup(FRAGILE), jobs=2)
    finally:
        over.set()
        killer.join()

    assert len(killed) == 2
    assert found.is_complete
    assert report(found) == wanted


FORKS = """
import os, signal
from simk8s.checker.sharing import shared

def double(parent, number):
    if number == 3 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number, os.getpid() == parent

print(list(shared(double, [(os.getpid(), number) for number in range(6)], 2)))
"""

ENOUGH = """
import os, time
from simk8s.checker.sharing import shared

def lazy(number):
    time.sleep(number * 1000)
    return number

results = shared(lazy, [(number,) for number in range(6)], 2)
print(next(results))
results.close()
try:
    os.wait()
except ChildProcessError as error:
    print(error)
"""


def test_a_process_without_threads_shares_the_work_with_its_forks_and_does_itself_what_killed_one_of_them() -> None:
    done = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True)

    assert done.stdout == f"{[(2 * number, number == 3) for number in range(6)]}\n"
    assert done.stderr == ""


def test_whoever_has_seen_enough_leaves_no_fork_at_work() -> None:
    done = subprocess.run([sys.executable, "-c", ENOUGH], capture_output=True, text=True, check=True)

    assert done.stdout == "0\n[Errno 10] No child processes\n"
