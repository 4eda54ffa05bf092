"""The crash-free run stands still at some moments, so that whoever explores what comes later need not walk there.

A checkpoint is a fork of a process in the middle of the walk, which does nothing but wait. Told of some crashes, it
forks once more: that child walks on, and the crashes' worlds branch off from it.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from struct import Struct
from typing import NoReturn

from simk8s.checker import fork
from simk8s.checker.branching import Branching, Stop, end_of, frozen
from simk8s.checker.crash import Numbered
from simk8s.checker.crew import bell, say
from simk8s.checker.ground import Ground
from simk8s.checker.journal import keeper
from simk8s.checker.known import Known
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint

MOST = 24
"""Each costs the memory that the walk changes up to the next one: some megabytes."""

_WORD = Struct("=II")
"""What a checkpoint answers: the process that is meant, and one of these."""
_STEP, _DONE, _DIED = range(3)
_POSITION = Struct("=I")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One that waits, as seen by those who use it: each alone, while it holds the `lock`."""

    position: int
    told: int
    answers: int
    lock: Path

    def close(self) -> None:
        """Nobody here tells it anything any more."""
        os.close(self.told)
        os.close(self.answers)

    def explore(self, ground: Ground, crashes: Sequence[Numbered], known: Known, journal: Path) -> bool:
        """Whether all results of these crashes are in the journal now; if not, the process that was at it has died."""
        asker = os.getpid()
        try:
            with os.fdopen(os.dup(self.told), "wb") as file:
                pickle.dump((asker, ground, crashes, known, journal), file)
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
    """Those of one exploration. Whoever was forked since they were there can use them, too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all: list[Checkpoint] = []
        self._layer = 0
        """The process that lays them; none before and after."""
        self._laid: int | None = None
        """Where it tells of them, until they are all there."""

    def lay(self, setup: Setup, more: int) -> None:
        """Let a process of its own go through the crash-free run, and leave some on the way, until they are `ready`."""
        asked, answered = [os.pipe() for _ in range(MOST)], [os.pipe() for _ in range(MOST)]
        source, sink = os.pipe()
        theirs = [(source, sink) for (source, _), (_, sink) in zip(asked, answered, strict=True)]
        ours = [(told, answers) for (_, told), (answers, _) in zip(asked, answered, strict=True)]
        self._layer = fork.split()
        if self._layer == 0:
            for end in (source, *chain.from_iterable(ours)):
                os.close(end)
            _Layer(setup, more, theirs, sink).run()
        for end in (sink, *chain.from_iterable(theirs)):
            os.close(end)
        self._laid = source
        self._all = [Checkpoint(0, *ends, self.folder / f"lock-{number}") for number, ends in enumerate(ours)]

    def ready(self) -> None:
        """Wait until they are all there."""
        source, self._laid = self._laid, None
        if source is None:
            return
        with os.fdopen(source, "rb") as file:
            found = [position for (position,) in _POSITION.iter_unpack(file.read())]
        for one in self._all[len(found) :]:
            one.close()
        self._all = [replace(one, position=position) for one, position in zip(self._all, found, strict=False)]

    def explore(self, ground: Ground, crashes: Sequence[Numbered], known: Known, journal: Path) -> bool:
        """As `Checkpoint.explore`, at the last that comes before these crashes. False where there is none."""
        first = min(crash.position for _, crash in crashes)
        with _free([one for one in self._all if one.position <= first]) as chosen:
            return chosen is not None and chosen.explore(ground, crashes, known, journal)

    def close(self) -> None:
        """Let them end. What still works for somebody who is gone ends with its next result."""
        if not self._layer:
            return
        if self._laid is not None:
            os.close(self._laid)
        for one in self._all:
            one.close()
        os.waitpid(self._layer, 0)
        self._layer = 0


class _Layer:
    """The process that walks, and what it leaves standing: at most as many as there are pairs of pipes to them."""

    def __init__(self, setup: Setup, more: int, ends: Sequence[tuple[int, int]], laid: int) -> None:
        self.setup, self.more, self.ends, self.laid = setup, more, ends, laid
        self._due: list[int] = []
        self._standing: list[int] = []
        self._part: Branching | None = None
        """What a child of a checkpoint is at. Every other process has none."""

    def run(self) -> NoReturn:
        """To the end of this process, and of those that have been forked from it meanwhile."""
        status = 1
        try:
            points = self._points()
            count = min(len(self.ends), points)
            self._due = [1 + points * number // count for number in reversed(range(count))]
            with frozen():
                came = end_of(Walk(self.setup, Known(), self._visit, more=self.more))
            if self._part is not None:
                self._part.over(came)
            else:
                os.close(self.laid)
                for process in self._standing:
                    os.waitpid(process, 0)
            status = 0
        finally:
            os._exit(status)

    def _points(self) -> int:
        """How many there are. Whoever starts after this has everything imported and parsed."""
        walk = Walk(self.setup, Known(), lambda *_: None)
        walk.run()
        return walk.position

    def _visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        if self._part is None and position == self._due[-1]:
            self._due.pop()
            self._leave_one(walk, position)
        if self._part is not None:
            self._part.visit(walk, point, position)
        elif not self._due:
            raise Stop

    def _leave_one(self, walk: Walk, position: int) -> None:
        source, sink = self.ends[len(self._standing)]
        process = fork.split()
        if process == 0:
            self._stand(walk, source, sink)
            return
        self._standing.append(process)
        os.close(source)
        os.close(sink)
        os.write(self.laid, _POSITION.pack(position))

    def _stand(self, walk: Walk, source: int, sink: int) -> None:
        """Wait to be told. A checkpoint never returns from here; a child of it does, with something to do."""
        try:
            os.close(self.laid)
            for end in chain.from_iterable(self.ends[len(self._standing) + 1 :]):
                os.close(end)  # so that its checkpoint is the only one to hold it
            gc.freeze()
            with os.fdopen(source, "rb") as file:
                while True:
                    asker, ground, crashes, known, journal = pickle.load(file)
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
        self._part = Branching(crashes, known, ground, keeper(known, journal), ends=True)
        walk.known = known
        walk.oracle.reference = ground.accounts


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
