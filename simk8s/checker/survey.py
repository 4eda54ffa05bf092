"""The crash-free run: where crashes can fall, which of them leave the same behind, and what comes without any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from simk8s.checker import warm
from simk8s.checker.crash import SERVING, Crash
from simk8s.checker.kind import kind_of
from simk8s.checker.known import Known, Result
from simk8s.checker.oracle.oracle import Accounts
from simk8s.checker.order import Order, orders
from simk8s.checker.setup import Setup
from simk8s.checker.victim import others
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint
from simk8s.machine.durability import Stake
from simk8s.node.node import Node
from simk8s.node.power import Unsynced


@dataclass(slots=True)
class Survey:
    """`crashes` are all of them, in the order of the run; `files_left[n]` are the names in the data directory right
    after one of them, and `same_as[n]` is the number of an earlier one that leaves the world in the same state, or n
    itself. `runs` are the crashes of one victim inside of one command that leave different states, in order (an image's
    script counts as one command); `anchors` are those of them to begin with: the ends, and where another stage or
    directory begins. `reference` is the crash-free result. `last` is the last command that each container came to.
    """

    crashes: list[Crash] = field(default_factory=list)
    files_left: list[tuple[str, ...]] = field(default_factory=list)
    same_as: list[int] = field(default_factory=list)
    runs: list[list[int]] = field(default_factory=list)
    anchors: set[int] = field(default_factory=set)
    reference: Result = field(default_factory=lambda: Result({}, {}, {}))
    accounts: dict[tuple[str, str], Accounts] = field(default_factory=dict)
    points: int = 0
    seconds: float = 0.0
    orders: list[Order] = field(default_factory=list)
    last: list[CrashPoint] = field(default_factory=list)

    @property
    def representatives(self) -> list[int]:
        """The crashes that differ in what they leave."""
        return [number for number, first in enumerate(self.same_as) if number == first]


def survey(setup: Setup, *, power_loss: bool = False, only: Callable[[Crash], bool] | None = None) -> Survey:
    """Run without any crash and look around. Raises SimError where the manifests are refused.

    With `power_loss` each node that is lost is lost once more for each way in which what was not synced can go.
    Points at which there is no crash that `only` asks for are passed by.
    """
    found = Survey()
    surveyor = _Surveyor(found, {source.file for source in setup.sources}, power_loss, only)
    walk = Walk(setup, Known(), surveyor.visit)
    found.reference = walk.run()
    surveyor.finish()
    warm.note(setup)
    found.accounts = walk.oracle.accounts
    found.points = walk.position
    found.seconds = walk.cluster.now
    found.orders = list(orders(walk.cluster))
    return found


def _losses(node: Node) -> tuple[Unsynced, ...]:
    """The ways in which a node without power can lose something now. Where one kind alone is at stake there is one."""
    match node.stake():
        case Stake(names=True, contents=True):
            return "lost", "names", "contents"
        case Stake(names=False, contents=False):
            return ()
    return ("lost",)


_Here = tuple[CrashPoint, int, float]
"""A point, its position, and when."""


class _Surveyor:
    def __init__(self, found: Survey, files: set[str], power_loss: bool, only: Callable[[Crash], bool] | None) -> None:
        self.found = found
        self.files = files
        self.power_loss = power_loss
        self.only = only
        self._first: dict[bytes, int] = {}
        self._runs: dict[tuple[object, ...], list[int]] = {}
        self._kinds: dict[tuple[object, ...], str] = {}
        self._lines: dict[tuple[object, ...], tuple[_Here, tuple[str, ...]]] = {}
        """Where each line of each start of a container began, and the files that there were."""
        self._apart: set[tuple[object, ...]] = set()
        self._last: dict[tuple[str, str], CrashPoint] = {}

    def visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        """The container itself can die anywhere, others where it makes a difference or a person wrote a command.

        Whoever a line talks to can also be gone right before that line.
        """
        here = (point, position, walk.cluster.now)
        if point.where == "before":
            self._last[point.pod, point.container] = point
        files_left = walk.data_files(point)
        line = (point.pod, point.container, point.start, point.file, point.line)
        began = self._lines.setdefault(line, (here, files_left))
        own = Crash(*here, "container", f"{point.pod}/{point.container}")
        if self.only and not self.only(own) and not any(map(self.only, self._others(walk, own))):
            return
        begins = self._add(walk, own, files_left)
        if begins or point.where == SERVING or (point.where == "before" and point.file in self.files):
            for crash in self._others(walk, own):
                self._add(walk, crash, files_left)
                is_peer = crash.kill != "node" and crash.killed.partition("/")[0] != point.pod
                if is_peer and point.where != SERVING and began[0] != here and (line, crash.killed) not in self._apart:
                    self._apart.add((line, crash.killed))
                    self._add(walk, Crash(*began[0], crash.kill, crash.killed), began[1])

    def _others(self, walk: Walk, own: Crash) -> Iterator[Crash]:
        """What else can be killed where this crash is."""
        for kill, killed in others(walk.cluster.world, own.point):
            yield replace(own, kill=kill, killed=killed)
            if kill == "node" and self.power_loss:
                for unsynced in _losses(walk.cluster.world.node(killed)):
                    yield replace(own, kill=kill, killed=killed, unsynced=unsynced)

    def finish(self) -> None:
        """The ends of each run are tried in any case."""
        self.found.last = list(self._last.values())
        self.found.runs = [run for run in self._runs.values() if run]
        self.found.anchors |= {end for run in self.found.runs for end in (run[0], run[-1])}

    def _add(self, walk: Walk, crash: Crash, files_left: tuple[str, ...]) -> bool:
        """Take note of a crash. Returns whether what it leaves is new, and of another kind than before."""
        point, number = crash.point, len(self.found.crashes)
        itself = f"{point.pod}/{point.container}"
        state = walk.fingerprints.after(crash.kill, crash.killed, point)
        if crash.unsynced != "kept" or crash.position != walk.position:
            state = str(number).encode()  # no fingerprint has what had reached the disk, or what was before
        first = self._first.setdefault(state, number)
        self.found.crashes.append(crash)
        self.found.files_left.append(files_left)
        self.found.same_as.append(first)
        if first != number:
            return False
        is_of_image = point.file not in self.files  # its script is one long command of the manifest
        place = (-1, 0) if is_of_image else (point.index, point.subshell)
        command = (itself, point.start, place, crash.kill, crash.killed, crash.unsynced, point.where == SERVING)
        run = self._runs.setdefault(command, [])
        kind = kind_of(point)
        if is_of_image and not point.stage:
            kind = self._kinds.get(command, "")
        begins, self._kinds[command] = not run or self._kinds[command] != kind, kind
        if begins and (crash.kills_itself or is_of_image):
            self.found.anchors |= {number, *(run[-1:] if point.stage else ())}
        run.append(number)
        return begins
