"""The crash-free run stands still at some moments, so that whoever explores what comes later need not walk there.

A checkpoint is a fork of this process in the middle of the walk, which does nothing but wait. Told of some crashes, it
forks once more: that child walks on, and the crashes' worlds branch off from it.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import NoReturn

from simk8s.checker import fork
from simk8s.checker.branching import Branching, Stop, end_of, frozen
from simk8s.checker.crash import Numbered
from simk8s.checker.crew import bell, say
from simk8s.checker.ground import Ground
from simk8s.checker.journal import keeper
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint

MOST = 16
"""Each costs the memory that the walk changes up to the next one: some megabytes."""

CRASHES_EACH = 8
"""With fewer to explore, walking again costs less than standing still."""

_WORD = Struct("=II")
"""What a checkpoint answers: the process that is meant, and one of these."""
_STEP, _DONE, _DIED = range(3)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One that waits, as seen by those who use it: each alone, while it holds the `lock`."""

    position: int
    process: int
    told: int
    answers: int
    lock: Path

    def explore(self, crashes: Sequence[Numbered], known: Known, journal: Path) -> bool:
        """Whether all results of these crashes are in the journal now; if not, the process that was at it has died."""
        asker = os.getpid()
        try:
            with os.fdopen(os.dup(self.told), "wb") as file:
                pickle.dump((asker, crashes, known, journal), file)
        except BrokenPipeError:
            return False
        while word := os.read(self.answers, _WORD.size):
            whose, what = _WORD.unpack(word)
            if whose != asker:
                continue  # that one has died meanwhile
            if what != _STEP:
                return bool(what == _DONE)
            bell.get()()
        return False


class Checkpoints:
    """Those of one exploration. Whoever was forked since they were laid can use them, too."""

    def __init__(self, setup: Setup, ground: Ground, more: int, folder: Path) -> None:
        self.setup, self.ground, self.more, self.folder = setup, ground, more, folder
        self._all: list[Checkpoint] = []
        self._due: list[int] = []
        self._part: Branching | None = None
        """What a child of a checkpoint is at. Every other process has none."""

    def lay(self, positions: Sequence[int]) -> None:
        """Go through the crash-free run once, and leave some at these of its points, evenly."""
        count = min(MOST, len(positions) // CRASHES_EACH)
        self._due = [positions[len(positions) * number // count] for number in reversed(range(count))]
        if not self._due:
            return
        walk = Walk(self.setup, Known(), self._visit, self.ground.accounts, more=self.more)
        with frozen():
            came = end_of(walk)
        if self._part is not None:
            self._leave(self._part, came)
        if isinstance(came, BaseException) and not isinstance(came, Stop):
            raise came

    def explore(self, crashes: Sequence[Numbered], known: Known, journal: Path) -> bool:
        """As `Checkpoint.explore`, at the last that comes before these crashes. False where there is none."""
        first = min(crash.position for _, crash in crashes)
        with _free([one for one in self._all if one.position <= first]) as chosen:
            return chosen is not None and chosen.explore(crashes, known, journal)

    def close(self) -> None:
        """Let them end. What still works for somebody who is gone ends with its next result."""
        for one in self._all:
            os.close(one.told)
            os.close(one.answers)
        for one in self._all:
            os.waitpid(one.process, 0)
        self._all.clear()

    def _visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        if self._part is None and position == self._due[-1]:
            self._due.pop()
            self._leave_one(walk, position)
        if self._part is not None:
            self._part.visit(walk, point, position)
        elif not self._due:
            raise Stop

    def _leave_one(self, walk: Walk, position: int) -> None:
        source, told = os.pipe()
        answers, sink = os.pipe()
        process = fork.split()
        if process == 0:
            os.close(told)
            os.close(answers)
            self._stand(walk, source, sink)
            return
        os.close(source)
        os.close(sink)
        self._all.append(Checkpoint(position, process, told, answers, self.folder / f"lock-{position}"))

    def _stand(self, walk: Walk, source: int, sink: int) -> None:
        """Wait to be told. A checkpoint never returns from here; a child of it does, with something to do."""
        try:
            for one in self._all:  # so that whoever uses them is the only one to hold these ends
                os.close(one.told)
                os.close(one.answers)
            gc.freeze()
            with os.fdopen(source, "rb") as file:
                while True:
                    asker, crashes, known, journal = pickle.load(file)
                    process = fork.split()
                    if process == 0:
                        break
                    _, status = os.waitpid(process, 0)
                    say(sink, _WORD.pack(asker, _DIED if status else _DONE))
            fork.stay(fork.cores_of(asker))  # which may be gone by now
        except EOFError:
            os._exit(0)  # nobody can tell it anything any more
        except BaseException:
            os._exit(1)
        bell.set(lambda: say(sink, _WORD.pack(asker, _STEP)))
        self._part = Branching(crashes, known, self.ground, keeper(known, journal), ends=True)
        walk.known = known

    def _leave(self, part: Branching, came: Result | BaseException) -> NoReturn:
        """The end of a child of a checkpoint, and of the worlds that branched off from it."""
        status = 1
        try:
            part.over(came)
            status = 0
        finally:
            os._exit(status)


@contextmanager
def _free(near: Sequence[Checkpoint]) -> Iterator[Checkpoint | None]:
    """The last of these that nobody else uses; where all are used, the very last once it is free."""
    from fcntl import LOCK_EX, LOCK_NB, flock  # as fork(2), only where there is POSIX

    for one, how in [*((one, LOCK_EX | LOCK_NB) for one in reversed(near)), *((one, LOCK_EX) for one in near[-1:])]:
        with one.lock.open("w") as file:
            try:
                flock(file, how)
            except BlockingIOError:
                continue
            yield one
            return
    yield None
