"""Worlds that branch off: at the point of a crash the process is forked, and the child goes on with what was struck."""

from __future__ import annotations

import gc
import pickle
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from simk8s.checker import fork
from simk8s.checker.crash import Crash
from simk8s.checker.ground import Ground, unknown
from simk8s.checker.kind import kind_of
from simk8s.checker.known import Known, Result
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint


class Stop(BaseException):
    """Thrown through a walk that has nothing left to visit."""


class Branching:
    """Walks through the crash-free run once. `keep` is called with the number of each crash and its result.

    With `more` than none, a struck world branches again at each of its own points, until its state is known.
    """

    def __init__(
        self,
        setup: Setup,
        crashes: Sequence[tuple[int, Crash]],
        known: Known,
        ground: Ground,
        keep: Callable[[int, Result], None],
        more: int,
    ) -> None:
        self.setup, self.known, self.ground, self.keep, self.more = setup, known, ground, keep, more
        self.due: dict[int, list[tuple[int, Crash]]] = defaultdict(list)
        for number, crash in crashes:
            self.due[crash.position].append((number, crash))
        self.child: fork.Child | None = None
        self._then: list[tuple[tuple[Crash, ...], Result]] = []
        self._seen: set[bytes] = set()
        self._kinds: dict[tuple[object, ...], str] = {}

    def run(self) -> None:
        """Everything that is due."""
        gc.collect()
        gc.freeze()  # so that a child's collector does not touch, and thereby copy, what it shares with its parent
        try:
            result = Walk(self.setup, self.known, self._visit, self.ground.accounts, more=self.more).run()
        except Stop:
            return
        except BaseException as error:
            if self.child is None:
                raise
            if not isinstance(error, Exception):
                self.child.give_up()
            result = unknown(self.ground.wanted, f"{type(error).__name__}: {error}")
        finally:
            if self.child is None:
                gc.unfreeze()
        if self.child is not None:
            self.child.answer(pickle.dumps(replace(result, then=tuple(self._then))))

    def _visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        if walk.crashes:
            self._visit_again(walk, point, position)
            return
        for number, crash in self.due.pop(position, ()):
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
            gc.disable()  # a short life: what is left behind goes with the process
            walk.strike(crash)
            return None
        result: Result = pickle.loads(answer)
        return result
