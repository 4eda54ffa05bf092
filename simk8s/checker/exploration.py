"""All crashes, on all cores: the ends of each stretch, then what lies between ends that differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from simk8s.checker.checkpoints import Checkpoints
from simk8s.checker.crash import Crash, Numbered
from simk8s.checker.ground import Ground
from simk8s.checker.journal import Explored, read_journal
from simk8s.checker.known import Known, Result
from simk8s.checker.order import Order, try_order
from simk8s.checker.setup import Setup
from simk8s.checker.sharing import by_itself, shared
from simk8s.checker.stretch import Stretch
from simk8s.checker.survey import Survey, survey
from simk8s.checker.worker import Work, explore, refine

PARTS = 16
"""Into so many parts the ends are cut, whatever the number of workers: so that the result is the same."""

SMALLEST_PART = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an exploration has come. `pruned` counts by reason."""

    points: int
    crashes: int
    done: int
    worlds: int
    unique: int
    pruned: Mapping[str, int]


@dataclass(slots=True)
class Exploration:
    """What is known so far. `results` are by the number of the crash in the survey."""

    setup: Setup
    survey: Survey
    ground: Ground
    results: dict[int, Result] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    """The states that the rounds before have passed through."""
    crashes: int = 1
    """How many crashes were allowed for; 0: only the crash-free run was looked at."""
    orders: dict[Order, Result] = field(default_factory=dict)
    underway: int = 0
    """How many more have a result already, which is not here yet."""
    is_complete: bool = False
    trouble: str = ""
    """Why it is not complete, where it is not."""

    @property
    def replay(self) -> str:
        """The token of the choices that all these runs have in common."""
        return self.setup.replay

    def progress(self) -> Progress:
        """Figures to show."""
        counted = Counter(_reason(result) for result in self.results.values())
        worlds = sum(counted.values()) - counted["between"]
        pruned = {
            "same remains": len(self.survey.crashes) - len(self.survey.representatives),
            "known state": counted["known state"],
            "between equal ends": counted["between"],
        }
        return Progress(
            self.survey.points,
            len(self.survey.crashes),
            len(self.results) + pruned["same remains"] + self.underway,
            worlds + self.underway,
            worlds - counted["known state"],
            pruned,
        )

    def keep(self, found: Iterable[Explored]) -> None:
        """Take over what somebody has found."""
        for number, result in found:
            self.results[number] = replace(result, passed=(), files_left=self.survey.files_left[number])

    def result(self, number: int) -> Result | None:
        """What came of a crash, or of the one that leaves the same; None where that is not known yet."""
        first = self.survey.same_as[number]
        found = self.results.get(first)
        if found is None or first == number:
            return found
        return replace(found, end="same remains", as_in=f"crash {first}")


def _reason(result: Result) -> str:
    return {"same state": "known state", "between": "between"}.get(result.end, "explored")


class Enough(Exception):
    """To be raised by whoever is told of an exploration and has seen enough."""


def run(
    setup: Setup,
    *,
    crashes: int = 1,
    orders: bool = False,
    power_loss: bool = False,
    jobs: int | None = 1,
    only: Callable[[Crash], bool] | None = None,
    tell: Callable[[Exploration], None] | None = None,
) -> Exploration:
    """Explore every crash, up to so many `crashes` in one run, and with `orders` every order of containers' starts.

    With `power_loss` nodes are not only lost with all that was written, but also without what was not synced: names in
    directories, contents of files, and both.

    `jobs` workers share it (None: as many as `joblib.parallel_config` says).

    `only` chooses the crashes that are tried, by default all. `tell` is called whenever there is more to show; it may
    raise Enough. That, or an interruption, ends it early: what was found by then is in the result.
    Where it is not known what becomes of the run without any crash, that is all that is tried.
    Raises SimError where the manifests are refused.
    """
    with TemporaryDirectory(prefix="simk8s-check-") as folder, closing(Checkpoints(Path(folder))) as checkpoints:
        is_by_itself = by_itself(jobs)
        if crashes and is_by_itself:
            checkpoints.lay(setup, crashes - 1)
        seen = survey(setup, power_loss=power_loss, only=only)
        if not seen.crashes or not seen.reference.is_known:
            crashes = 0  # nothing ever ran, or no crash of it could be judged either
        exploration = Exploration(setup, seen, Ground(tuple(seen.reference.outcome), seen.accounts), crashes=crashes)
        exploration.known.add("the crash-free run", seen.reference)
        work = Work(
            setup, exploration.ground, max(crashes - 1, 0), Path(folder), checkpoints if by_itself(jobs) else None
        )
        try:
            if orders:
                _orders(exploration, jobs)
            if crashes:
                checkpoints.ready()
                _rounds(exploration, work, jobs, only or (lambda _: True), tell or (lambda _: None))
            exploration.is_complete = True
        except KeyboardInterrupt:
            exploration.trouble = "interrupted"
        except Enough:
            exploration.trouble = "enough"
        exploration.underway = 0
        for journal in sorted(Path(folder).glob("[0-9]*")):
            exploration.keep(one for one in read_journal(journal) if one[0] not in exploration.results)
    return exploration


def _rounds(
    exploration: Exploration,
    work: Work,
    jobs: int | None,
    only: Callable[[Crash], bool],
    tell: Callable[[Exploration], None],
) -> None:
    """First the ends of each stretch, then what lies between ends that differ."""

    def hear() -> None:
        exploration.underway += 1
        tell(exploration)

    def take(parts: Generator[list[Explored]]) -> None:
        passed: list[Explored] = []
        with closing(parts):
            for found in parts:
                passed += found
                exploration.underway = max(exploration.underway - len(found), 0)
                exploration.keep(found)
                tell(exploration)
        for number, result in sorted(passed, key=lambda one: one[0]):
            exploration.known.add(f"crash {number}", result)
        _settle(exploration)

    tell(exploration)
    crashes, known = exploration.survey.crashes, exploration.known
    anchors = [(number, crashes[number]) for number in sorted(exploration.survey.anchors) if only(crashes[number])]
    parts = reversed(_parts(anchors))  # what comes early in the run is pruned most, and so is left to fill the gaps
    take(shared(explore, [(work, part, known.copy(), f"1-{n:03}") for n, part in enumerate(parts)], jobs, hear))
    if work.checkpoints is not None:
        known.shelve(work.folder / "known")  # for each stretch and step a checkpoint is sent it
    calls = [(work, stretches, known.copy(), f"2-{n:03}") for n, stretches in enumerate(_unsettled(exploration))]
    take(shared(refine, calls, jobs, hear))


def _orders(exploration: Exploration, jobs: int | None) -> None:
    found = exploration.survey.orders
    calls = [(exploration.setup, order, exploration.ground) for order in found]
    for order, result in zip(found, shared(try_order, calls, jobs), strict=True):
        exploration.orders[order] = replace(result, passed=())


def _parts(anchors: Sequence[Numbered]) -> list[list[Numbered]]:
    """Cut into parts of about the same size. Crashes of one moment stay together: often they come to the same state."""
    size = max(-(-len(anchors) // PARTS), SMALLEST_PART)
    parts: list[list[Numbered]] = []
    for _, found in groupby(anchors, lambda numbered: numbered[1].seconds):
        group = list(found)
        if not parts or len(parts[-1]) + len(group) / 2 > size:
            parts.append([])
        parts[-1] += group
    return parts


def _stretches(exploration: Exploration) -> Iterator[Stretch]:
    """Each with the results that there are."""
    survey, results = exploration.survey, exploration.results
    for run in survey.runs:
        crashes = [(number, survey.crashes[number]) for number in run]
        yield Stretch(
            crashes, survey.anchors & set(run), {number: results[number] for number in run if number in results}
        )


def _unsettled(exploration: Exploration) -> list[list[Stretch]]:
    """The stretches in which something has to be tried, those of one command together; the widest first."""
    commands: dict[object, list[Stretch]] = defaultdict(list)
    for stretch in sorted(_stretches(exploration), key=lambda stretch: -stretch.width):
        if stretch.width:
            point = stretch.crashes[0][1].point
            commands[point.pod, point.container, point.start, point.index, point.subshell].append(stretch)
    return sorted(commands.values(), key=lambda found: -sum(stretch.width for stretch in found))


def _settle(exploration: Exploration) -> None:
    """What lies between equal ends is given their result."""
    for stretch in _stretches(exploration):
        for number, like in stretch.settled():
            left = exploration.survey.files_left[number]
            exploration.results[number] = replace(
                exploration.results[like], end="between", as_in=f"crash {like}", files_left=left
            )
