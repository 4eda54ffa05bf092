"""From a record back to its beginning, told as links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from simk8s.causes.link import Link, Need
from simk8s.causes.path import Attempts, Step, critical_path
from simk8s.causes.phrase import Phrase, phrase
from simk8s.causes.scene import Holds, Scene, moment_of
from simk8s.sim import Record

FOLDED_SECONDS = 0.1
"""What a container's processes did in less time goes with what stands beside it."""

TOLD_PART_SECONDS = 0.25
TOLD_NEED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Chain:
    """Why something became true: what had to happen one after the other, from `start` to `end` (virtual seconds)."""

    goal: str
    links: tuple[Link, ...]

    @property
    def start(self) -> float:
        return self.links[0].start

    @property
    def end(self) -> float:
        return self.links[-1].end

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def __str__(self) -> str:
        return "\n".join(f"{link.end:9.2f}s {link.seconds:8.2f}s  {link.actor}: {link.text}" for link in self.links)


def explain(records: Sequence[Record], place: str, holds: Holds, goal: str) -> Chain | None:
    """The chain to the record that made it true of the object `place`, the last time; None where it never was."""
    seq = moment_of(records, place, holds)
    return None if seq is None else chain_to(records, seq, goal)


def chain_to(records: Sequence[Record], seq: int, goal: str) -> Chain:
    """The chain to any record."""
    attempts = Attempts(records)
    steps = critical_path(records, seq, attempts=attempts)
    known = {step.record.seq for step in steps}
    sides = _sides(records, steps, attempts, known)
    wanted = known | {step.record.seq for side in sides.values() for step in side}
    scene = Scene(records, wanted, seq)
    needs = {at: Need(records[at].time - side[-1].record.time, _links(side, scene, {})) for at, side in sides.items()}
    return Chain(goal, _links(steps, scene, needs))


def _sides(records: Sequence[Record], steps: list[Step], attempts: Attempts, known: set[int]) -> dict[int, list[Step]]:
    """The paths to what had to be there too, whoever was connected to, back to where they leave what is told."""
    told = set(known)
    found: dict[int, list[Step]] = {}
    for step in steps:
        if step.other < 0 or step.other in told:
            continue
        side = critical_path(records, step.other, attempts=attempts, known=told)
        told |= {entry.record.seq for entry in side}
        if sum(entry.seconds for entry in side) >= TOLD_NEED_SECONDS:
            found[step.record.seq] = side
    return found


@dataclass(slots=True)
class _Draft:
    """A link while it grows."""

    phrase: Phrase
    start: float
    end: float
    first: int
    last: int
    items: list[str] = field(default_factory=list)
    parts: list[tuple[str, float]] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    rank: tuple[int, float] = (-1, 0.0)
    """Of the step whose words these are."""

    def take(self, said: Phrase, step: Step) -> None:
        self.end, self.last = step.record.time, step.record.seq
        for item in said.items:
            if item not in self.items:
                self.items.append(item)
        if said.part:
            self._count(said.part, step.seconds)
        if said.text:
            self.rank = max(self.rank, (said.weight, step.seconds))

    def _count(self, part: str, seconds: float) -> None:
        if self.parts and self.parts[-1][0] == part:
            seconds += self.parts.pop()[1]
        self.parts.append((part, seconds))

    def swallow(self, other: _Draft) -> None:
        """Take in the link behind this one."""
        if not self.phrase.place and other.phrase.place and self.phrase.of_container:
            self.phrase = replace(self.phrase, place=other.phrase.place)
        self.end, self.last = other.end, other.last
        for part, seconds in other.parts:
            self._count(part, seconds)
        self.needs += other.needs

    @property
    def is_small(self) -> bool:
        return bool(self.phrase.of_container) and self.end - self.start < FOLDED_SECONDS and not self.needs

    def link(self) -> Link:
        said = self.phrase
        text = f"{said.text} {', '.join(self.items)}" if self.items else said.text
        parts = tuple((part, round(seconds, 6)) for part, seconds in self.parts if seconds >= TOLD_PART_SECONDS)
        if len(parts) == 1 and parts[0][1] > 0.8 * (self.end - self.start):
            text, parts = f"{text}: {parts[0][0]}", ()
        return Link(
            said.actor, text, self.start, self.end, (self.first, self.last), said.place, parts, tuple(self.needs)
        )


def _links(steps: Sequence[Step], scene: Scene, needs: dict[int, Need]) -> tuple[Link, ...]:
    drafts: list[_Draft] = []
    for step in steps:
        said = phrase(step, scene)
        seq, time = step.record.seq, step.record.time
        if not drafts or (said.key is not None and said.key != drafts[-1].phrase.key):
            drafts.append(_Draft(said, drafts[-1].end if drafts else time - step.seconds, time, seq, seq))
        draft = drafts[-1]
        if said.key == draft.phrase.key and said.text and draft.rank < (said.weight, step.seconds):
            draft.phrase = said
        draft.take(said, step)
        if seq in needs:
            draft.needs.append(needs[seq])
    return tuple(draft.link() for draft in _folded(drafts))


def _folded(drafts: list[_Draft]) -> list[_Draft]:
    """Short work in a container goes with the work beside it, and what it came between becomes one."""
    result: list[_Draft] = []
    for draft in drafts:
        while result:
            before, earlier = result[-1], result[-2] if len(result) > 1 else None
            if before.phrase.key == draft.phrase.key:
                before.swallow(draft)
            elif earlier is not None and before.is_small and earlier.phrase.key == draft.phrase.key:
                result.pop()
                earlier.swallow(before)
                earlier.swallow(draft)
            elif before.phrase.actor == draft.phrase.actor and draft.is_small:
                before.swallow(draft)
            elif before.phrase.actor == draft.phrase.actor and before.is_small:
                result.pop()
                before.phrase = draft.phrase
                before.swallow(draft)
                draft = before
                continue
            else:
                break
            draft = result.pop()
            break
        result.append(draft)
    return result
