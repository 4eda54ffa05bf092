"""The crash-free run: where crashes can fall, which of them leave the same behind, and what comes without any."""

from __future__ import annotations

from dataclasses import dataclass, field

from simk8s.checker.crash import SERVING, Crash
from simk8s.checker.known import Known, Result
from simk8s.checker.oracle.oracle import Accounts
from simk8s.checker.setup import Setup
from simk8s.checker.victim import others
from simk8s.checker.walk import Walk
from simk8s.faults.point import CrashPoint


@dataclass(slots=True)
class Survey:
    """`crashes` are all of them, in the order of the run; `same_as[n]` is the number of an earlier one that leaves the
    world in the same state, or n itself. `runs` are stretches of crashes that follow each other inside of one stage of
    one command. `reference` is the crash-free result.
    """

    crashes: list[Crash] = field(default_factory=list)
    same_as: list[int] = field(default_factory=list)
    runs: list[list[int]] = field(default_factory=list)
    reference: Result = field(default_factory=lambda: Result({}, {}, {}))
    known: Known = field(default_factory=Known)
    accounts: dict[tuple[str, str], Accounts] = field(default_factory=dict)
    points: int = 0
    seconds: float = 0.0

    @property
    def representatives(self) -> list[int]:
        """The crashes that differ in what they leave."""
        return [number for number, first in enumerate(self.same_as) if number == first]


def survey(setup: Setup) -> Survey:
    """Run without any crash and look around. Raises SimError where the manifests are refused."""
    found = Survey()
    surveyor = _Surveyor(found, {source.file for source in setup.sources})
    walk = Walk(setup, Known(), surveyor.visit)
    found.reference = walk.run()
    found.accounts = walk.oracle.accounts
    found.points = walk.position
    found.seconds = walk.cluster.now
    if found.reference.is_ok:
        found.known.add("the crash-free run", found.reference)
    return found


class _Surveyor:
    def __init__(self, found: Survey, files: set[str]) -> None:
        self.found = found
        self.files = files
        self._first: dict[bytes, int] = {}
        self._stretches: dict[str, tuple[tuple[object, ...], list[int]]] = {}

    def visit(self, walk: Walk, point: CrashPoint, position: int) -> None:
        """The container itself can die anywhere, others where it makes a difference or a person wrote a command."""
        begins = self._killed(
            walk, Crash(point, position, walk.cluster.now, "container", f"{point.pod}/{point.container}")
        )
        if begins or point.where == SERVING or (point.where == "before" and point.file in self.files):
            for kill, killed in others(walk.cluster.world, point):
                self._add(walk, Crash(point, position, walk.cluster.now, kill, killed))

    def _killed(self, walk: Walk, crash: Crash) -> bool:
        """Take note of a container's own crash. Returns whether it begins a stretch of like ones."""
        number = self._add(walk, crash)
        if self.found.same_as[number] != number:
            return False
        point = crash.point
        stretch = (point.start, point.index, _kind(point))
        known, run = self._stretches.get(crash.killed, ((), []))
        begins = point.where in ("before", SERVING) or stretch != known
        if begins:
            run = []
            self.found.runs.append(run)
        run.append(number)
        self._stretches[crash.killed] = (stretch, run)
        return begins

    def _add(self, walk: Walk, crash: Crash) -> int:
        number = len(self.found.crashes)
        state = walk.fingerprints.after(crash.kill, crash.killed, by=f"{crash.point.pod}/{crash.point.container}")
        self.found.crashes.append(crash)
        self.found.same_as.append(self._first.setdefault(state, number))
        return number


def _kind(point: CrashPoint) -> str:
    """What sub-steps of one command have in common: their stage, or the directory in which they change files."""
    if point.stage:
        return point.stage
    folder, _, name = point.where.rpartition(" ")[2].rpartition("/")
    return f"{folder} {'.' in name}"
