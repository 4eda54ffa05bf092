"""Processes and script commands as slices that nest: on a track each lies inside or outside of every other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from simk8s.sim import Record


@dataclass(slots=True)
class Slice:
    """Something that took from `start` to `end` (virtual seconds). `seqs` are the records that it stands for."""

    actor: str
    attempt: int
    name: str
    kind: str
    start: float
    end: float
    args: dict[str, Any]
    lane: int = 0
    seqs: list[int] = field(default_factory=list)
    depth: int = 0


@dataclass(slots=True)
class _Running:
    """A process while history goes by: its own slice first, then those of its commands."""

    slices: list[Slice]
    open: list[Slice] = field(default_factory=list)

    @property
    def whole(self) -> Slice:
        return self.slices[0]

    def command(self, record: Record) -> None:
        depth = int(record.detail.get("depth", 0))
        self._close(depth, record.time)
        text = str(record.detail.get("text", ""))
        args = {"text": text, "place": record.detail.get("place") or f"{record.object}:{record.detail.get('line', 0)}"}
        found = Slice(self.whole.actor, self.whole.attempt, _word(text), "command", record.time, record.time, args)
        found.depth = depth
        self.slices.append(found)
        self.open.append(found)

    def _close(self, depth: int, time: float) -> None:
        while self.open and self.open[-1].depth >= depth:
            self.open.pop().end = time

    def end(self, time: float) -> None:
        self._close(-1, time)
        self.whole.end = time


def container_slices(records: Sequence[Record]) -> list[Slice]:
    """The slices of all containers, each in a lane of its attempt where it nests."""
    attempts: dict[str, int] = {}
    running: dict[tuple[str, int], _Running] = {}
    done: list[_Running] = []
    for record in records:
        pid = record.detail.get("pid")
        if record.verb == "container.create":
            machine = record.detail.get("machine", "")
            attempts[machine] = attempts.get(machine, -1) + 1
        if pid is None:
            continue
        where = (record.actor, pid)
        if record.verb == "process.start":
            running[where] = _begin(record, attempts.get(record.actor, 0))
            done.append(running[where])
        process = running.get(where)
        if process is None:
            continue
        if record.verb == "process.exec":
            process.whole.name = _program(record)
            process.whole.args = {"argv": record.detail["argv"], "pid": pid}
        elif record.verb == "command":
            process.command(record)
        (process.open[-1] if process.open else process.whole).seqs.append(record.seq)
        if record.verb == "process.exit":
            process.whole.args["status"] = record.detail.get("status")
            process.end(record.time)
            del running[where]
    for process in running.values():
        process.end(records[-1].time)
    return list(_laid_out(done))


def _begin(record: Record, attempt: int) -> _Running:
    args = {"argv": record.detail["argv"], "pid": record.detail["pid"]}
    return _Running([Slice(record.actor, attempt, _program(record), "process", record.time, record.time, args)])


def _laid_out(processes: Sequence[_Running]) -> Iterator[Slice]:
    lanes: dict[tuple[str, int], list[list[Slice]]] = {}
    for process in processes:
        whole = process.whole
        mine = lanes.setdefault((whole.actor, whole.attempt), [])
        lane = next((number for number, lane in enumerate(mine) if _fits(whole, lane)), len(mine))
        if lane == len(mine):
            mine.append([])
        for piece in process.slices:
            piece.lane = lane
            mine[lane].append(piece)
            yield piece


def _fits(new: Slice, lane: Sequence[Slice]) -> bool:
    """Whether it is inside or outside of everything there. What began earlier stands there already."""
    for old in lane:
        if old.start < new.end and new.start < old.end:  # they overlap
            inside = old.start <= new.start and new.end <= old.end
            if not inside or (old.kind == "process" and (old.start, old.end) == (new.start, new.end)):
                return False
    return True


def _program(record: Record) -> str:
    return str(record.detail["argv"][0]).rpartition("/")[2]


def _word(text: str) -> str:
    """A name of few kinds for a command: its first word, without what differs from one to the next."""
    words = text.split(None, 1)
    return words[0].partition("=")[0] if words else "command"
