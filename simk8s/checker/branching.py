"""Worlds that branch off: at the point of a crash the process is forked, and the child goes on with what was struck."""

from __future__ import annotations

import gc
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from simk8s.checker import fork
from simk8s.checker.crash import Crash, Numbered
from simk8s.checker.ground import Ground, unknown
from simk8s.checker.kind import kind_of
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint


class Stop(BaseException):
    """Thrown through a walk that has nothing left to visit."""


@contextmanager
def frozen() -> Iterator[None]:
    """What there is now is not looked at by the collector: a child's would touch, and thereby copy, what it shares."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def end_of(walk: Walk) -> Result | BaseException:
    """What a walk came to, or what ended it."""
    try:
        return walk.run()
    except BaseException as error:
        return error


class Branching:
    """Crashes that are due on a walk through the crash-free run, each in a world that branches off where it falls.

    `keep` is called with the number of each crash and its result. With `more` than none, a struck world branches again
    at each of its own points, until its state is known. Where this process `ends` with it, the last world is its own.
    """

    def __init__(
        self,
        crashes: Sequence[Numbered],
        known: Known,
        ground: Ground,
        keep: Callable[[int, Result], None],
        *,
        ends: bool = False,
    ) -> None:
        self.known, self.ground, self.keep, self.ends = known, ground, keep, ends
        self.due: dict[int, list[Numbered]] = defaultdict(list)
        for number, crash in crashes:
            self.due[crash.position].append((number, crash))
        self.child: fork.Child | None = None
        self._own: int | None = None
        """Which crash struck the world of this process itself."""
        self._then: list[tuple[tuple[Crash, ...], Result]] = []
        self._seen: set[bytes] = set()
        self._kinds: dict[tuple[object, ...], str] = {}

    def run(self, setup: Setup, more: int) -> None:
        """Everything that is due, from the start of the run."""
        with frozen():
            self.over(end_of(Walk(setup, self.known, self.visit, self.ground.accounts, more=more)))

    def over(self, came: Result | BaseException) -> None:
        """This process has come to the end of its walk. A world that branched off tells its parent, and is gone."""
        if self.child is not None:
            if isinstance(came, BaseException) and not isinstance(came, Exception):
                self.child.give_up()
            self.child.answer(pickle.dumps(self._told(came)))
        elif self._own is not None:
            self.keep(self._own, self._told(came))
        elif isinstance(came, BaseException) and not isinstance(came, Stop):
            raise came

    def _told(self, came: Result | BaseException) -> Result:
        """What became of a struck world."""
        if isinstance(came, BaseException):
            if not isinstance(came, Exception):
                raise came
            came = unknown(self.ground.wanted, f"{type(came).__name__}: {came}")
        return replace(came, then=tuple(self._then))

    def visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        """At a point of the walk: every crash that is due here."""
        if walk.crashes:
            self._visit_again(walk, point, position)
            return
        due = self.due.pop(position, [])
        while due:
            number, crash = due.pop(0)
            if self.ends and not due and not self.due:
                self._own = number
                _strike(walk, crash)
                return
            result = self._branch(walk, crash)
            if result is None:
                return
            self.keep(number, result)
        if not self.due:
            raise Stop

    def _visit_again(self, walk: Walk, point: CrashPoint, position: int) -> None:
        """A struck world at a point of its own: the container there crashes too, where that leaves something new."""
        itself = f"{point.pod}/{point.container}"
        command = (itself, point.start, point.index, point.subshell)
        kind = kind_of(point)
        state = walk.fingerprints.after("container", itself, point)
        begins, self._kinds[command] = self._kinds.get(command) != kind, kind
        if state in self._seen or not begins:
            return
        self._seen.add(state)
        crash = Crash(point, position, walk.cluster.now, "container", itself)
        result = self._branch(walk, crash)
        if result is not None:
            self._then += [
                ((crash,), replace(result, then=())),
                *(((crash, *rest), last) for rest, last in result.then),
            ]

    def _branch(self, walk: Walk, crash: Crash) -> Result | None:
        """None in the child, which is struck and goes on; in the parent what became of it."""
        try:
            answer = fork.fork()
        except fork.Died as death:
            return unknown(self.ground.wanted, f"its world ended with {death}")
        if isinstance(answer, fork.Child):
            self.child = answer
            self._then = []
            _strike(walk, crash)
            return None
        result: Result = pickle.loads(answer)
        return result


def _strike(walk: Walk, crash: Crash) -> None:
    gc.disable()  # a short life: what is left behind goes with the process
    walk.strike(crash)
