"""From one moment to another: the next event, the next line of a script, the next change, a breakpoint, a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from simk8s.api.resources import Registry
from simk8s.api.world import World as Objects
from simk8s.cluster.condition import Condition, parse
from simk8s.errors import SimError
from simk8s.sim import Record
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.run import Run

WRITES = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where playing stops: before a line of a manifest (`file:line`), or when a condition becomes true."""

    place: str = ""
    condition: str = ""

    def __str__(self) -> str:
        return self.place or self.condition


def next_event(run: Run, focus: Focus, step: int, subject: Subject | None = None) -> int | None:
    """The next (`step` 1) or previous (-1) line of the story, of everything or of one subject."""
    stops = [told.seq for told in run.index.story if subject is None or subject.concerns(run.records[told.seq])]
    return _beside(stops, focus.seq, step)


def next_record(run: Run, focus: Focus, step: int) -> int | None:
    """The very next record, whatever it tells."""
    seq = focus.seq + step
    return seq if 0 <= seq <= run.last else None


def next_command(run: Run, focus: Focus, step: int) -> int | None:
    """The next or previous command of the script in focus; without a container, of any script of the subject."""
    machine = focus.subject.machine
    if machine:
        stops = [record.seq for record in run.index.commands.get(machine, ())]
    else:
        stops = sorted(
            record.seq for found in run.index.commands.values() for record in found if focus.subject.concerns(record)
        )
    return _beside(stops, focus.seq, step)


def next_change(run: Run, focus: Focus, step: int) -> int | None:
    """The next or previous change of the subject's object, or start or end of its container."""
    subject = focus.subject
    verbs = (*WRITES, "container.create", "container.exit", "process.exit", "node.on", "node.off")

    def is_change(record: Record) -> bool:
        if record.verb not in verbs or not subject.concerns(record):
            return False
        return record.verb != "process.exit" or record.detail.get("pid") == 1

    return _first(run, focus.seq, step, is_change)


def next_text(run: Run, focus: Focus, step: int, text: str) -> int | None:
    """The next or previous event or log line that has a text in it, without regard to case."""
    wanted = text.lower()
    stops = {told.seq for told in run.index.story if wanted in f"{told.line.actor} {told.line.text}".lower()}
    for printed in run.index.logs.values():
        stops |= {record.seq for record in printed if wanted in str(record.detail.get("text", "")).lower()}
    return _beside(sorted(stops), focus.seq, step)


def at_time(run: Run, seconds: float) -> int:
    """The last record up to a moment."""
    return min(max(run.chronicle.last_before(seconds), 0), run.last)


def next_stop(run: Run, focus: Focus, step: int, breakpoints: Iterable[Breakpoint]) -> int | None:
    """The next or previous moment at which one of the breakpoints is met."""
    found = [stop for point in breakpoints for stop in stops_of(run, point)]
    return _beside(sorted(set(found)), focus.seq, step)


def stops_of(run: Run, point: Breakpoint) -> list[int]:
    """Every record at which a breakpoint is met. Raises SimError SK503 where its condition is none."""
    if point.place:
        return [seq for found in run.index.commands.values() for seq in _entered(found, f"{point.place}:")]
    return list(_becomes_true(run, parse(point.condition, Registry())))


def sought(run: Run, focus: Focus, text: str) -> int | None:
    """Where `g` leads: a time (`90`, `2m30s`), a record (`#1791`), a condition (`pod/mysql-1 Ready`), or a text.

    A condition or text is looked for from the moment in focus on, and then from the beginning.
    """
    text = text.strip()
    if re.fullmatch(r"#\d+", text):
        return min(int(text[1:]), run.last)
    seconds = _seconds(text)
    if seconds is not None:
        return at_time(run, seconds)
    start = focus.at(-1)
    try:
        point = Breakpoint(condition=text)
        stop = next_stop(run, focus, 1, [point])
        found = stop if stop is not None else next_stop(run, start, 1, [point])
    except SimError:
        found = None
    if found is None:
        stop = next_text(run, focus, 1, text)
        found = stop if stop is not None else next_text(run, start, 1, text)
    return found


def _seconds(text: str) -> float | None:
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d*)?)s?)?", text)
    if not text or parts is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


def _entered(commands: Sequence[Record], line: str) -> Iterator[int]:
    """Where a script comes to a line. Further commands of the same line are not told, until it goes round again."""
    before = -1
    for record in commands:
        if not str(record.detail.get("place", "")).startswith(line):
            before = -1
            continue
        if record.detail["column"] <= before or before < 0:
            yield record.seq
        before = record.detail["column"]


def _becomes_true(run: Run, wanted: Condition) -> Iterator[int]:
    kind = wanted.resource.kind
    place = f"{kind}/{wanted.namespace}/{wanted.name}" if wanted.resource.namespaced else f"{kind}/{wanted.name}"
    objects = Objects()
    was = False
    for record in run.records:
        if objects.apply(record) and record.object == place:
            now = wanted.holds(objects.objects.get(place))
            if now and not was:
                yield record.seq
            was = now


def _first(run: Run, seq: int, step: int, wanted: Callable[[Record], bool]) -> int | None:
    span = range(seq + 1, run.last + 1) if step > 0 else range(min(seq, run.last + 1) - 1, -1, -1)
    return next((n for n in span if wanted(run.records[n])), None)


def _beside(stops: list[int], seq: int, step: int) -> int | None:
    """The stop after or before a record, among stops in order."""
    place = bisect_right(stops, seq) if step > 0 else bisect_left(stops, seq) - 1
    return stops[place] if 0 <= place < len(stops) else None
